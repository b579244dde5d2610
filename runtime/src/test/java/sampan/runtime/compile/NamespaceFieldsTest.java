package sampan.runtime.compile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static sampan.runtime.compile.Compiled.*;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import sampan.oci.spec.IdMapping;
import sampan.oci.spec.Linux;
import sampan.oci.spec.Mount;
import sampan.oci.spec.Namespace;
import sampan.runtime.plan.LaunchPlan;
import sampan.runtime.plan.Stage;

class NamespaceFieldsTest {
    private static final List<IdMapping> MAP = List.of(new IdMapping(0, 100_000, 65_536));

    private static Linux user(String... more) {
        String[] types = new String[more.length + 2];
        types[0] = "user";
        types[1] = "mount";
        System.arraycopy(more, 0, types, 2, more.length);
        return Linux.builder()
                .namespaces(namespaces(types))
                .uidMappings(MAP)
                .gidMappings(MAP)
                .build();
    }

    @Test
    void newOnesAreMadeByTheClone() {
        List<String> steps =
                withLinux(l ->
                        l.namespaces(
                                namespaces("pid", "network", "mount", "ipc", "uts", "cgroup")));
        assertThat(steps)
                .contains("CLONE flags=NEWNS|NEWUTS|NEWIPC|NEWPID|NEWNET", "LOOPBACK_UP")
                .contains("UNSHARE kinds=NEWCGROUP");
    }

    @Test
    void pidByPathIsEnteredBeforeTheClone() {
        List<String> steps =
                withLinux(l ->
                        l.namespaces(
                                List.of(
                                        new Namespace("pid", "/proc/7/ns/pid"),
                                        Namespace.create("mount"))));
        assertThat(between(steps, "OPENAT2", "CLONE"))
                .containsExactly(
                        "OPENAT2 out=#0 mode=0 path=\"/proc/7/ns/pid\"",
                        "SETNS ns=#0 kinds=NEWPID",
                        "CLONE flags=NEWNS");
    }

    @Test
    void othersByPathAreJoinedByTheChild() {
        List<String> steps =
                withLinux(l ->
                        l.namespaces(
                                List.of(
                                        new Namespace("network", "/n"),
                                        new Namespace("ipc", "/i"),
                                        new Namespace("uts", "/u"),
                                        new Namespace("mount", "/m"))));
        assertThat(between(steps, "CLONE", "KEYRING"))
                .containsExactly(
                        "CLONE",
                        "SETNS ns=#2 kinds=NEWUTS",
                        "SETNS ns=#1 kinds=NEWIPC",
                        "SETNS ns=#0 kinds=NEWNET",
                        "SETNS ns=#3 kinds=NEWNS",
                        "CLOSE file=#2",
                        "CLOSE file=#1",
                        "CLOSE file=#0",
                        "CLOSE file=#3",
                        "KEYRING name=\"_ses.c1\"");
    }

    @Test
    void timeIsUnsharedWithItsOffsetsBeforeTheClone() {
        List<String> steps =
                withLinux(l ->
                        l.namespaces(namespaces("time", "mount"))
                                .timeOffsets(Map.of("boottime", new Linux.TimeOffset(5, 6))));
        assertThat(between(steps, "UNSHARE", "CLONE"))
                .containsExactly(
                        "UNSHARE kinds=NEWTIME",
                        "WRITE_FILE path=\"/proc/self/timens_offsets\" data=\"boottime 5 6\\n\"",
                        "CLONE flags=NEWNS");
    }

    @Test
    void offsetsNeedATimeNamespace() {
        assertThatThrownBy(() ->
                        withLinux(
                                l -> l.timeOffsets(Map.of("boottime", new Linux.TimeOffset(1, 0)))))
                .hasMessageContaining("time namespace isn't enabled");
    }

    @Test
    void aUserNamespaceGetsItsMapsAndItsRoot() {
        List<String> steps = steps(spec().linux(user("network")));
        assertThat(steps).contains("CLONE flags=NEWNS|NEWUSER|NEWNET");
        assertThat(between(steps, "WRITE_CHILD", "LOOPBACK_UP"))
                .containsExactly(
                        "WRITE_CHILD file=\"uid_map\" data=\"0 100000 65536\\n\"",
                        "WRITE_CHILD file=\"gid_map\" data=\"0 100000 65536\\n\"",
                        "SETGROUPS",
                        "SETGID gid=0",
                        "SETUID uid=0",
                        "LOOPBACK_UP");
    }

    @Test
    void withoutRightsSetgroupsIsDenied() {
        List<String> steps = steps(spec().linux(user()), context().with(LaunchOption.ROOTLESS));
        assertThat(between(steps, "WRITE_CHILD", "SETGID"))
                .containsExactly(
                        "WRITE_CHILD file=\"uid_map\" data=\"0 100000 65536\\n\"",
                        "WRITE_CHILD file=\"setgroups\" data=\"deny\"",
                        "WRITE_CHILD file=\"gid_map\" data=\"0 100000 65536\\n\"",
                        "SETGID gid=0");
    }

    @Test
    void withAUserNamespaceTheLauncherOpensRootAndSources() {
        LaunchPlan plan =
                PlanCompiler.compile(
                        spec().linux(user())
                                .mount(Mount.of("bind", "/data", "/data", "bind"))
                                .build(),
                        context().build());
        assertThat(steps(plan, Stage.MONITOR))
                .containsSequence(
                        "OPEN_TREE out=#0 flags=CLONE|RECURSIVE path=\"/b/rootfs\"",
                        "MOUNT_SETATTR mount=#0 flags=RECURSIVE propagation=SLAVE",
                        "OPEN_TREE out=#1 flags=CLONE path=\"/data\"",
                        "MOUNT_SETATTR mount=#1 flags=RECURSIVE propagation=SLAVE");
        assertThat(steps(plan, Stage.CHILD))
                .noneMatch(s -> s.startsWith("OPEN_TREE") && s.contains("/data"));
    }

    @Test
    void withAUserNamespaceOverlayLayersAreIdMapped() {
        RootSource overlay =
                new RootSource.Overlay(List.of("/l/1"), "/s/9/fs", "/s/9/work", List.of());
        LaunchPlan plan =
                PlanCompiler.compile(
                        spec().linux(user()).build(),
                        LaunchContext.builder("c", overlay, "/point")
                                .host(FILES)
                                .fdCount(1)
                                .idMap(new IdMap(MAP, MAP), 0)
                                .build());
        assertThat(steps(plan, Stage.MONITOR))
                .containsSequence(
                        "FSOPEN out=#1 fstype=\"overlay\"",
                        "FSCONFIG fs=#1 key=\"source\" value=\"overlay\"",
                        "OPEN_TREE out=#2 flags=CLONE path=\"/l/1\"",
                        "MOUNT_SETATTR mount=#2 set=IDMAP userns=#0",
                        "FSCONFIG_FD fs=#1 file=#2 key=\"lowerdir+\"",
                        "OPEN_TREE out=#3 flags=CLONE path=\"/s/9\"",
                        "MOUNT_SETATTR mount=#3 set=IDMAP userns=#0",
                        "OPENAT2 out=#4 dir=#3 flags=DIRECTORY|PATH mode=0 path=\"fs\"",
                        "FSCONFIG_FD fs=#1 file=#4 key=\"upperdir\"",
                        "CLOSE file=#4",
                        "OPENAT2 out=#4 dir=#3 flags=DIRECTORY|PATH mode=0 path=\"work\"",
                        "FSCONFIG_FD fs=#1 file=#4 key=\"workdir\"",
                        "CLOSE file=#4",
                        "FSMOUNT out=#1 fs=#1",
                        // the kernel forgets a layer whose mount is closed before
                        "CLOSE file=#2",
                        "CLOSE file=#3");
    }

    @Test
    void aUserNamespaceByPathIsEnteredLastOfAll() {
        List<String> steps =
                withLinux(l ->
                        l.namespaces(
                                List.of(
                                        new Namespace("user", "/u"),
                                        new Namespace("network", "/n"),
                                        Namespace.create("pid"),
                                        Namespace.create("mount"))));
        assertThat(between(steps, "SETNS", "CLONE"))
                .containsExactly(
                        "SETNS ns=#1 kinds=NEWNET",
                        "SETNS ns=#0 kinds=NEWUSER",
                        "CLONE flags=NEWNS|NEWPID");
        assertThat(steps).contains("SETUID uid=0");
    }

    @Test
    void mapsAreNeeded() {
        assertThatThrownBy(() -> withLinux(l -> l.namespaces(namespaces("user", "mount"))))
                .hasMessageContaining("no uid or gid mappings");
    }

    @Test
    void aReadyNetworkNamespaceReplacesANewOne() {
        List<String> steps = steps(spec(), context().fdCount(1).network(0));
        assertThat(steps)
                .contains("CLONE flags=NEWNS|NEWUTS|NEWIPC|NEWPID", "SETNS ns=#0 kinds=NEWNET")
                .doesNotContain("LOOPBACK_UP");
        assertThatThrownBy(
                        () -> steps(spec().linux(user("network")), context().fdCount(1).network(0)))
                .hasMessageContaining("new user namespace");
    }

    @Test
    void oddOnesAreRefused() {
        assertThatThrownBy(() -> withLinux(l -> l.namespaces(namespaces("pid", "pid"))))
                .hasMessageContaining("duplicated ns \"pid\"");
        assertThatThrownBy(() -> withLinux(l -> l.namespaces(namespaces("disk"))))
                .hasMessageContaining("namespace \"disk\" does not exist");
        assertThatThrownBy(
                        () -> withLinux(l -> l.namespaces(List.of(new Namespace("pid", "7/ns")))))
                .hasMessageContaining("not absolute");
    }

    @Test
    void theProcessEntersItsCgroups() {
        CgroupPlacement v1 =
                new CgroupPlacement(
                        List.of("/c/mem/tasks"),
                        List.of("/c/cpu/cgroup.procs", "/c/pids/cgroup.procs"),
                        OptionalInt.empty(),
                        new CgroupPlacement.View.None());
        assertThat(steps(spec(), context().cgroup(v1)))
                .containsSequence(
                        "WRITE_PID path=\"/c/cpu/cgroup.procs\"",
                        "WRITE_PID path=\"/c/pids/cgroup.procs\"",
                        "WRITE_FILE path=\"/c/mem/tasks\" data=\"0\"");
        CgroupPlacement v2 =
                new CgroupPlacement(
                        List.of(), List.of(), OptionalInt.of(0), new CgroupPlacement.View.None());
        assertThat(steps(spec(), context().fdCount(1).cgroup(v2)))
                .contains("CLONE flags=NEWNS|NEWUTS|NEWIPC|NEWPID|NEWNET cgroup=#0")
                .contains("CLOSE file=#0");
    }

    @Test
    void hostAndDomainNamesAreSet() {
        assertThat(steps(spec().hostname("h").domainname("d")))
                .contains("SETHOSTNAME name=\"h\"", "SETDOMAINNAME name=\"d\"");
        Linux none = Linux.builder().namespaces(namespaces("mount")).build();
        assertThatThrownBy(() -> steps(spec().hostname("h").linux(none)))
                .hasMessageContaining("set hostname without a private UTS namespace");
        assertThatThrownBy(() -> steps(spec().domainname("h").linux(none)))
                .hasMessageContaining("set domainname without a private UTS namespace");
    }

    @Test
    void sysctlsOfOwnNamespacesAreWritten() {
        assertThat(withLinux(l -> l.sysctl(Map.of("net.ipv4.ip_forward", "1"))))
                .contains("WRITE_FILE path=\"/proc/sys/net/ipv4/ip_forward\" data=\"1\"");
        assertThat(withLinux(l -> l.sysctl(Map.of("net/ipv4/conf/eth0.1/forwarding", "1"))))
                .contains(
                        "WRITE_FILE path=\"/proc/sys/net/ipv4/conf/eth0.1/forwarding\" data=\"1\"");
        assertThat(withLinux(l -> l.sysctl(Map.of("kernel.shmmax", "9"))))
                .contains("WRITE_FILE path=\"/proc/sys/kernel/shmmax\" data=\"9\"");
    }

    @Test
    void otherSysctlsAreRefused() {
        assertThatThrownBy(() -> withLinux(l -> l.sysctl(Map.of("vm.swappiness", "1"))))
                .hasMessageContaining("not in a separate kernel namespace");
        assertThatThrownBy(() ->
                        withLinux(l ->
                                l.namespaces(namespaces("mount"))
                                        .sysctl(Map.of("net.ipv4.ip_forward", "1"))))
                .hasMessageContaining("not allowed in the hosts namespace");
        assertThatThrownBy(() ->
                        steps(
                                spec().hostname("h")
                                        .linux(
                                                linux().sysctl(Map.of("kernel.hostname", "x"))
                                                        .build())))
                .hasMessageContaining("conflicts with the OCI \"hostname\" field");
        assertThatThrownBy(() -> withLinux(l -> l.sysctl(Map.of("net/../vm/swappiness", "1"))))
                .hasMessageContaining("no name of a parameter");
    }

    @Test
    void networkDevicesMakeThePlanWait() {
        assertThat(withLinux(l -> l.netDevices(Map.of("eth1", new Linux.NetDevice("")))))
                .contains("SYNC");
        assertThat(steps(spec())).doesNotContain("SYNC");
        assertThat(steps(spec(), context().with(LaunchOption.SYNC))).contains("SYNC");
    }
}
