package sampan.engine.services;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sampan.engine.containers.NamespaceSpec;
import sampan.engine.containers.ResourceSpec;
import sampan.engine.containers.SecuritySpec;
import sampan.engine.containers.StorageSpec;
import sampan.engine.containers.StorageSpec.MountRequest;
import sampan.engine.containers.StorageSpec.Origin;
import sampan.engine.containers.StorageSpec.Type;
import sampan.engine.testing.Life;
import sampan.engine.testing.Specs;
import sampan.engine.testing.WholeEngine;

/// What a process sees and may do inside of a container.
@Tag("privileged")
class InsideTest {
    @TempDir Path directory;
    private WholeEngine engine;
    private Life life;

    @BeforeEach
    void start() {
        engine = new WholeEngine(directory).withImage();
        life = new Life(engine);
    }

    @AfterEach
    void stop() {
        engine.destroy();
    }

    private static SecuritySpec security(
            boolean privileged, List<String> add, List<String> drop, String... options) {
        return new SecuritySpec(
                privileged,
                add,
                drop,
                List.of(options),
                List.of(),
                false,
                Map.of(),
                Optional.empty(),
                Optional.empty());
    }

    @Test
    void rootHasItsGroupsAndDefaultCapabilities() {
        String seen = life.output(Specs.shell("id; grep CapEff /proc/self/status; echo $HOME"));
        assertThat(seen)
                .contains("uid=0(root) gid=0(root) groups=0(root),10(wheel)")
                .contains("00000000a80425fb")
                .contains("/root");
    }

    @Test
    void userIsLookedUpInTheImage() {
        Specs specs = Specs.shell("id; echo $HOME; grep CapEff /proc/self/status");
        specs.user = "ann";
        assertThat(life.output(specs))
                .contains("uid=1000(ann) gid=1000(ann) groups=10(wheel),1000(ann)")
                .contains("/home")
                .contains("0000000000000000");
        Specs number = Specs.shell("id -u; id -g");
        number.user = "4711:42";
        assertThat(life.output(number)).isEqualTo("4711\n42\n");
        Specs unknown = Specs.run("true");
        unknown.user = "nobodyhere";
        String id = life.create(unknown);
        assertThatThrownBy(() -> engine.tasks.start(id, Optional.empty()))
                .hasMessageContaining("unable to find user nobodyhere");
    }

    @Test
    void environmentIsDockers() {
        Specs specs = Specs.shell("env | grep -vE '^(SHLVL|PWD)='");
        specs.env = List.of("A=1", "PATH");
        String id = life.create(specs);
        life.run(id);
        assertThat(life.logs(id).lines())
                .containsExactlyInAnyOrder("HOSTNAME=" + id.substring(0, 12), "A=1", "HOME=/root");
    }

    @Test
    void namespacesAreItsOwn() {
        String id =
                life.create(
                        Specs.shell(
                                "hostname; echo $$; for n in mnt uts ipc net pid cgroup; do readlink"
                                        + " /proc/self/ns/$n; done"));
        life.run(id);
        List<String> seen = life.logs(id).lines().toList();
        assertThat(seen).element(0).isEqualTo(id.substring(0, 12));
        assertThat(seen).element(1).isEqualTo("1");
        for (String link : seen.subList(2, seen.size())) {
            String kind = link.substring(0, link.indexOf(':'));
            assertThat(Path.of("/proc/self/ns").resolve(kind))
                    .satisfies(own -> assertThat(link).isNotEqualTo(read(own)));
        }
    }

    private static String read(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void kernelIsProtected() {
        assertThat(
                        life.output(
                                Specs.shell(
                                        "echo 1 > /proc/sys/kernel/domainname || echo ro; cat"
                                                + " /proc/kcore | wc -c; ls /proc/scsi | wc -l; mount"
                                                + " -t tmpfs x /tmp || echo denied")))
                .contains("ro\n")
                .contains("0\n")
                .contains("denied");
    }

    @Test
    void capabilitiesAreAddedAndDropped() {
        Specs none = Specs.shell("grep CapEff /proc/self/status");
        none.security = security(false, List.of(), List.of("ALL"));
        assertThat(life.output(none)).contains("0000000000000000");
        Specs one = Specs.shell("grep CapEff /proc/self/status");
        one.security = security(false, List.of("NET_ADMIN"), List.of("ALL"));
        assertThat(life.output(one)).contains("0000000000001000");
    }

    @Test
    void noNewPrivilegesAndSeccompAreSet() {
        Specs plain = Specs.shell("grep -E '^(NoNewPrivs|Seccomp):' /proc/self/status");
        assertThat(life.output(plain)).contains("NoNewPrivs:\t0").contains("Seccomp:\t2");
        Specs other = Specs.shell("grep -E '^(NoNewPrivs|Seccomp):' /proc/self/status");
        other.security =
                security(false, List.of(), List.of(), "no-new-privileges", "seccomp=unconfined");
        assertThat(life.output(other)).contains("NoNewPrivs:\t1").contains("Seccomp:\t0");
        Specs own = Specs.shell("mkdir /tmp/x || echo refused");
        own.security =
                security(
                        false,
                        List.of(),
                        List.of(),
                        "seccomp={\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":"
                                + "[\"mkdir\",\"mkdirat\"],\"action\":\"SCMP_ACT_ERRNO\"}]}");
        assertThat(life.output(own)).contains("refused");
    }

    @Test
    void privilegedMayDoEverything() {
        Specs specs =
                Specs.shell(
                        "mount -t tmpfs x /tmp && echo mounted; test -w /sys/fs/cgroup && echo"
                                + " writable; ls /dev | wc -l");
        specs.security = security(true, List.of(), List.of());
        assertThat(life.output(specs)).contains("mounted").contains("writable");
    }

    @Test
    void rootCanBeReadOnly() {
        Specs specs = Specs.shell("touch /x || echo ro; touch /dev/shm/y && echo shm");
        SecuritySpec s = specs.security;
        specs.security =
                new SecuritySpec(
                        false,
                        s.capAdd(),
                        s.capDrop(),
                        s.options(),
                        s.groupAdd(),
                        true,
                        Map.of(),
                        Optional.empty(),
                        Optional.empty());
        assertThat(life.output(specs)).contains("ro\n").contains("shm\n");
    }

    @Test
    void limitsAreSet() {
        Specs specs =
                Specs.shell(
                        "ulimit -n; ulimit -Hn; ulimit -c; cat /sys/fs/cgroup/pids/pids.max; for i"
                                + " in 1 2 3 4 5 6 7 8 9; do sleep 5 & done; echo end");
        ResourceSpec n = ResourceSpec.none();
        specs.resources =
                new ResourceSpec(
                        0,
                        0,
                        0,
                        -1,
                        false,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        "",
                        "",
                        Optional.of(4L),
                        0,
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        n.devices(),
                        List.of(),
                        List.of(new ResourceSpec.Ulimit("core", 7, 8)),
                        "",
                        0);
        List<String> seen = life.output(specs).lines().toList();
        assertThat(seen).startsWith("1024");
        assertThat(Integer.parseInt(seen.get(1))).isBetween(1024, 524_288);
        assertThat(seen).element(2).isEqualTo("7");
        assertThat(seen).contains("4");
        assertThat(String.join("\n", seen)).contains("can't fork");
    }

    private static StorageSpec storage(MountRequest... mounts) {
        return new StorageSpec(List.of(mounts), List.of(), Map.of(), List.of(), 0, Map.of(), "");
    }

    private static MountRequest mount(Type type, String source, String target, String mode) {
        return new MountRequest(
                type,
                source,
                target,
                false,
                mode,
                "",
                true,
                false,
                false,
                "",
                Map.of(),
                Origin.BINDS);
    }

    @Test
    void volumesAreFilledOnceAndKept() {
        Specs specs = Specs.shell("cat /data/here; echo more > /data/more");
        specs.storage = storage(mount(Type.VOLUME, "store", "/data", ""));
        assertThat(life.output(specs)).isEqualTo("from the image\n");
        Specs again = Specs.shell("cat /data/more; touch /data/x || echo ro");
        again.storage = storage(mount(Type.VOLUME, "store", "/data", "ro"));
        assertThat(life.output(again)).contains("more\n").contains("ro\n");
        assertThatThrownBy(() -> engine.volumes.remove("store", false))
                .hasMessageContaining("remove store: volume is in use - [");
        engine.containers.list().forEach(c -> engine.containers.remove(c.id().value(), true, true));
        assertThat(engine.volumes.inspect("store").name()).isEqualTo("store");
        engine.volumes.remove("store", false);
    }

    @Test
    void anonymousVolumesGoWithTheirContainer() {
        Specs specs = Specs.run("true");
        specs.storage =
                new StorageSpec(List.of(), List.of("/data"), Map.of(), List.of(), 0, Map.of(), "");
        String id = life.create(specs);
        assertThat(engine.volumes.list(Map.of())).hasSize(1);
        engine.containers.remove(id, false, true);
        assertThat(engine.volumes.list(Map.of())).isEmpty();
    }

    @Test
    void bindsAndTmpfsAreMounted() throws Exception {
        Path host = Files.createDirectory(directory.resolve("shared"));
        Files.writeString(host.resolve("file"), "host\n");
        Specs specs =
                Specs.shell(
                        "cat /in/file; echo back > /in/out; touch /ro/x || echo ro; mount | grep"
                                + " ' /scratch '");
        specs.storage =
                new StorageSpec(
                        List.of(
                                mount(Type.BIND, host.toString(), "/in", ""),
                                mount(Type.BIND, host.toString(), "/ro", "ro"),
                                mount(Type.BIND, directory + "/made", "/made", "")),
                        List.of(),
                        Map.of("/scratch", "size=64k,exec"),
                        List.of(),
                        0,
                        Map.of(),
                        "");
        assertThat(life.output(specs))
                .contains("host\n")
                .contains("ro\n")
                .contains("tmpfs")
                .contains("size=64k")
                .contains("nodev")
                .doesNotContain("noexec");
        assertThat(host.resolve("out")).hasContent("back\n");
        assertThat(directory.resolve("made")).isDirectory();
    }

    @Test
    void namespacesAreShared() {
        Specs first = Specs.shell("echo here > /dev/shm/note; sleep 1000");
        first.namespaces = new NamespaceSpec("", "shareable", "", "", "", "", "");
        String id = life.start(first);
        Specs second = Specs.shell("readlink /proc/self/ns/pid; ps | grep -c 'sleep 1000'");
        second.namespaces = new NamespaceSpec("container:" + id, "", "", "", "", "", "");
        String seen = life.output(second);
        assertThat(seen).contains(read(Path.of("/proc/" + life.inspect(id).pid() + "/ns/pid")));
        Specs host = Specs.shell("readlink /proc/self/ns/uts; readlink /proc/self/ns/pid");
        host.namespaces = new NamespaceSpec("host", "", "host", "", "host", "", "");
        assertThat(life.output(host))
                .contains(read(Path.of("/proc/self/ns/uts")))
                .contains(read(Path.of("/proc/self/ns/pid")));
    }

    @Test
    void initReapsAndForwards() {
        Specs specs = Specs.shell("ps | head -2 | tail -1; exit 6");
        specs.init = true;
        String id = life.create(specs);
        assertThat(life.run(id)).isEqualTo(6);
        String slow = life.start(withInit(Specs.run("sleep", "1000")));
        engine.tasks.stop(slow, Optional.empty(), Optional.empty());
        assertThat(life.inspect(slow).exitCode()).isEqualTo(143);
    }

    private static Specs withInit(Specs specs) {
        specs.init = true;
        return specs;
    }

    @Test
    void userNamespaceMapsRoot() {
        Specs specs = Specs.shell("id -u; cat /proc/self/uid_map; stat -c %u /data; touch /mine");
        specs.namespaces = new NamespaceSpec("", "", "", "remap", "", "", "");
        String id = life.create(specs);
        assertThat(life.run(id)).isZero();
        assertThat(life.logs(id).replaceAll(" +", " ")).isEqualTo("0\n 0 1000000 65536\n0\n");
    }

    @Test
    void workingDirectoryIsMade() {
        Specs specs = Specs.run("pwd");
        specs.workingDir = "/not/there/yet";
        assertThat(life.output(specs)).isEqualTo("/not/there/yet\n");
    }

    @Test
    void sysctlsAreSet() {
        Specs specs =
                Specs.shell(
                        "cat /proc/sys/net/ipv4/ip_unprivileged_port_start"
                                + " /proc/sys/kernel/msgmax");
        specs.security =
                new SecuritySpec(
                        false,
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        false,
                        Map.of("kernel.msgmax", "4096"),
                        Optional.empty(),
                        Optional.empty());
        assertThat(life.output(specs)).isEqualTo("0\n4096\n");
    }
}
