package sampan.runtime.compile;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static sampan.runtime.compile.Compiled.*;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import sampan.errors.SampanException;
import sampan.oci.json.Json;
import sampan.oci.spec.Device;
import sampan.oci.spec.IdMapping;
import sampan.oci.spec.Linux;
import sampan.oci.spec.Mount;
import sampan.oci.spec.Root;

class RootFieldsTest {
    private static LaunchContext.Builder overlay(
            KernelFeatures kernel, List<String> lowers, String... options) {
        return LaunchContext.builder(
                        "c",
                        new RootSource.Overlay(lowers, "/s/9/fs", "/s/9/work", List.of(options)),
                        "/point")
                .kernel(kernel)
                .host(FILES);
    }

    @Test
    void theDirectoryIsClonedAttachedAndEntered() {
        assertThat(steps(spec()))
                .containsSubsequence(
                        "MOUNT flags=REC|SLAVE path=\"/\"",
                        "OPEN_TREE out=#0 flags=CLONE|RECURSIVE path=\"/b/rootfs\"",
                        "MOVE_MOUNT mount=#0 flags=F_EMPTY_PATH path=\"/b/rootfs\"",
                        "PIVOT root=#0");
    }

    @Test
    void whatDockerGivesIsMadeInTheRootAndInNoMount() {
        assertThat(steps(spec(), context().with(LaunchOption.DOCKER_FILES)))
                .containsSequence(
                        "MOVE_MOUNT mount=#0 flags=F_EMPTY_PATH path=\"/b/rootfs\"",
                        "MKNOD root=#0 mode=0100755 dev=0:0 uid=-1 gid=-1 path=\"/.dockerenv\""
                                + " [ignore-error]",
                        "SYMLINK root=#0 target=\"/proc/mounts\" path=\"/etc/mtab\" [ignore-error]");
    }

    @Test
    void anOverlayIsMountedLayerByLayer() {
        assertThat(
                        steps(
                                spec(),
                                overlay(
                                        KernelFeatures.NEW,
                                        List.of("/l/2", "/l/1"),
                                        "volatile",
                                        "index=off")))
                .containsSequence(
                        "FSOPEN out=#0 fstype=\"overlay\"",
                        "FSCONFIG fs=#0 key=\"source\" value=\"overlay\"",
                        "FSCONFIG fs=#0 key=\"lowerdir+\" value=\"/l/2\"",
                        "FSCONFIG fs=#0 key=\"lowerdir+\" value=\"/l/1\"",
                        "FSCONFIG fs=#0 key=\"upperdir\" value=\"/s/9/fs\"",
                        "FSCONFIG fs=#0 key=\"workdir\" value=\"/s/9/work\"",
                        "FSCONFIG_FLAG fs=#0 key=\"volatile\"",
                        "FSCONFIG fs=#0 key=\"index\" value=\"off\"",
                        "FSMOUNT out=#0 fs=#0",
                        "MOVE_MOUNT mount=#0 flags=F_EMPTY_PATH path=\"/point\"");
    }

    @Test
    void olderKernelsGetTheOverlayInOneText() {
        KernelFeatures older = new KernelFeatures(true, false, false, false, false);
        assertThat(steps(spec(), overlay(older, List.of("/l/a:b", "/l/1"), "index=off")))
                .containsSequence(
                        "MOUNT source=\"overlay\" path=\"/point\" fstype=\"overlay\""
                                + " data=\"lowerdir=/l/a\\\\:b:/l/1,upperdir=/s/9/fs,"
                                + "workdir=/s/9/work,index=off\"",
                        "OPENAT2 out=#0 flags=DIRECTORY|PATH mode=0 path=\"/point\"");
    }

    @Test
    void manyLayersAreToldFromTheirCommonDirectory() {
        KernelFeatures older = new KernelFeatures(true, false, false, false, false);
        List<String> lowers = new ArrayList<>();
        for (int i = 0; i < 170; i++) {
            lowers.add("/s/snapshots/layer/" + i + "/fs");
        }
        List<String> steps = steps(spec(), overlay(older, lowers));
        assertThat(steps.get(index(steps, "CHDIR"))).isEqualTo("CHDIR path=\"/s\"");
        assertThat(steps.get(index(steps, "MOUNT source=\"overlay\"")))
                .contains("data=\"lowerdir=snapshots/layer/0/fs:");
        for (int i = 0; i < 1700; i++) {
            lowers.add("/s/snapshots/layer/more" + i + "/fs");
        }
        assertThatThrownBy(() -> steps(spec(), overlay(older, lowers)))
                .hasMessageContaining("does not fit");
    }

    @Test
    void withoutPivotTheRootIsMoved() {
        assertThat(steps(spec(), context().with(LaunchOption.NO_PIVOT)))
                .contains("MOVE_ROOT root=#0");
    }

    @Test
    void withoutAMountNamespaceItIsAChroot() {
        Linux linux = Linux.builder().namespaces(namespaces("pid")).build();
        assertThat(steps(spec().linux(linux)))
                .contains("CHROOT root=#0")
                .noneMatch(s -> s.startsWith("MOUNT "));
        assertThatThrownBy(() ->
                        steps(spec().linux(linux), overlay(KernelFeatures.NEW, List.of("/l/1"))))
                .hasMessageContaining("without a private MNT namespace");
    }

    @Test
    void readonlyComesAfterEverythingBelow() {
        List<String> steps = steps(spec().root(new Root("rootfs", true)));
        assertThat(index(steps, "MOUNT_SETATTR mount=#0 set=RDONLY"))
                .isGreaterThan(index(steps, "PIVOT"));
    }

    @Test
    void propagationIsThatOfTheWord() {
        assertThat(withLinux(l -> l.rootfsPropagation("shared")))
                .contains("MOUNT flags=REC|SLAVE path=\"/\"", "MOUNT flags=SHARED path=\"/\"");
        assertThat(withLinux(l -> l.rootfsPropagation("rprivate")))
                .contains("MOUNT flags=REC|PRIVATE path=\"/\"");
        assertThat(withLinux(l -> l.rootfsPropagation("unbindable")))
                .contains("MOUNT flags=UNBINDABLE path=\"/\"");
        assertThatThrownBy(() -> withLinux(l -> l.rootfsPropagation("sideways")))
                .hasMessageContaining("rootfsPropagation=sideways is not supported");
    }

    @Test
    void everyContainerHasSixDevicesAndTheirLinks() {
        assertThat(steps(spec()))
                .contains(
                        "MKNOD root=#0 mode=020666 dev=1:3 uid=0 gid=0 path=\"/dev/null\"",
                        "MKNOD root=#0 mode=020666 dev=1:5 uid=0 gid=0 path=\"/dev/zero\"",
                        "MKNOD root=#0 mode=020666 dev=1:7 uid=0 gid=0 path=\"/dev/full\"",
                        "MKNOD root=#0 mode=020666 dev=1:8 uid=0 gid=0 path=\"/dev/random\"",
                        "MKNOD root=#0 mode=020666 dev=1:9 uid=0 gid=0 path=\"/dev/urandom\"",
                        "MKNOD root=#0 mode=020666 dev=5:0 uid=0 gid=0 path=\"/dev/tty\"",
                        "SYMLINK root=#0 target=\"/proc/self/fd\" path=\"/dev/fd\"",
                        "SYMLINK root=#0 target=\"/proc/self/fd/0\" path=\"/dev/stdin\"",
                        "SYMLINK root=#0 target=\"/proc/self/fd/1\" path=\"/dev/stdout\"",
                        "SYMLINK root=#0 target=\"/proc/self/fd/2\" path=\"/dev/stderr\"",
                        "SYMLINK root=#0 target=\"pts/ptmx\" path=\"/dev/ptmx\"",
                        "SYMLINK root=#0 target=\"/proc/kcore\" path=\"/dev/core\"");
    }

    @Test
    void devicesOfTheSpecAreMade() {
        Device own =
                new Device(
                        "/dev/null",
                        "c",
                        1,
                        3,
                        Optional.of(0600),
                        Optional.of(5L),
                        Optional.of(6L));
        Device disk =
                new Device(
                        "/dev/x/sda",
                        "b",
                        8,
                        300,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty());
        Device pipe =
                new Device(
                        "/dev/p", "p", 0, 0, Optional.empty(), Optional.empty(), Optional.empty());
        assertThat(withLinux(l -> l.devices(List.of(own, disk, pipe))))
                .contains(
                        "MKNOD root=#0 mode=020600 dev=1:3 uid=5 gid=6 path=\"/dev/null\"",
                        "MKNOD root=#0 mode=060666 dev=8:300 uid=0 gid=0 path=\"/dev/x/sda\"",
                        "MKNOD root=#0 mode=010666 dev=0:0 uid=0 gid=0 path=\"/dev/p\"")
                .doesNotContain("MKNOD root=#0 mode=020666 dev=1:3 uid=0 gid=0 path=\"/dev/null\"");
        Device odd =
                new Device(
                        "/dev/o", "z", 0, 0, Optional.empty(), Optional.empty(), Optional.empty());
        assertThatThrownBy(() -> withLinux(l -> l.devices(List.of(odd))))
                .hasMessageContaining("type \"z\"");
    }

    @Test
    void inAUserNamespaceDevicesAreBound() {
        List<IdMapping> map = List.of(new IdMapping(0, 1000, 10));
        Linux linux =
                Linux.builder()
                        .namespaces(namespaces("user", "mount"))
                        .uidMappings(map)
                        .gidMappings(map)
                        .build();
        assertThat(steps(spec().linux(linux)))
                .containsSubsequence(
                        "OPEN_TREE out=#1 flags=CLONE path=\"/dev/null\"",
                        "ENSURE_FILE out=#2 root=#0 mode=0666 path=\"/dev/null\"",
                        "MOVE_MOUNT mount=#1 target=#2 flags=F_EMPTY_PATH")
                .noneMatch(s -> s.startsWith("MKNOD"));
    }

    @Test
    void aBoundDevIsLeftAlone() {
        assertThat(withMount(Mount.of("bind", "/dev", "/dev", "rbind")))
                .noneMatch(s -> s.startsWith("MKNOD") || s.startsWith("SYMLINK"));
    }

    @Test
    void pathsAreMaskedAndMadeReadOnly() {
        List<String> steps =
                withLinux(l ->
                        l.maskedPaths(List.of("/proc/kcore")).readonlyPaths(List.of("/proc/sys")));
        assertThat(steps)
                .containsSequence(
                        "READONLY root=#0 path=\"/proc/sys\"", "MASK root=#0 path=\"/proc/kcore\"");
        assertThatThrownBy(() -> withLinux(l -> l.maskedPaths(List.of("proc"))))
                .hasMessageContaining("not absolute");
        assertThatThrownBy(() ->
                        withLinux(l -> l.namespaces(namespaces("pid")).maskedPaths(List.of("/x"))))
                .hasMessageContaining("restrict sys entries without a private MNT namespace");
    }

    @Test
    void sysctlsAreWrittenBeforeTheirPathsAreClosed() {
        List<String> steps =
                withLinux(l ->
                        l.readonlyPaths(List.of("/proc/sys"))
                                .sysctl(java.util.Map.of("kernel.shmmni", "1")));
        assertThat(index(steps, "WRITE_FILE")).isLessThan(index(steps, "READONLY"));
    }

    @Test
    void classOfCachesTakesThePidOrIsRefused() {
        Linux linux = Json.read("{\"intelRdt\":{\"closID\":\"c\"}}".getBytes(UTF_8), Linux.class);
        List<String> tasks = List.of("/sys/fs/resctrl/c/tasks");
        assertThat(steps(spec().linux(linux), context().resctrl(tasks)))
                .contains("WRITE_PID path=\"/sys/fs/resctrl/c/tasks\"");
        assertThatThrownBy(() -> steps(spec().linux(linux)))
                .isInstanceOf(SampanException.class)
                .hasMessage(
                        "intelRdt is specified in config, but Intel RDT is not supported or"
                                + " enabled");
    }

    @Test
    void labelsNeedSelinux() {
        assertThatThrownBy(() -> withLinux(l -> l.mountLabel("l:1")))
                .hasMessageContaining("selinux");
        KernelFeatures selinux = new KernelFeatures(true, true, true, false, true);
        assertThat(
                        steps(
                                spec().linux(linux().mountLabel("l:1").build())
                                        .mount(Mount.of("tmpfs", "t", "/t")),
                                context().kernel(selinux)))
                .contains("FSCONFIG fs=#1 key=\"context\" value=\"l:1\"");
    }
}
