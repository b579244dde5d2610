package sampan.runtime.compile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static sampan.runtime.compile.Compiled.*;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sampan.oci.spec.IdMapping;
import sampan.oci.spec.Linux;
import sampan.oci.spec.Mount;
import sampan.oci.spec.Namespace;
import sampan.oci.spec.Spec;
import sampan.runtime.plan.LaunchPlan;

class MountFieldsTest {
    private static final KernelFeatures OLD = new KernelFeatures(false, false, false, false, false);

    private static List<String> bind(String... options) {
        return between(
                withMount(Mount.of("bind", "/src", "/dst", options)),
                "OPEN_TREE out=#1",
                "MOVE_MOUNT mount=#1");
    }

    @Test
    void aFilesystemIsBuiltWithItsOptionsAndMoved() {
        Mount shm =
                Mount.of(
                        "tmpfs",
                        "shm",
                        "/dev/shm",
                        "nosuid",
                        "noexec",
                        "nodev",
                        "mode=1777",
                        "size=64m",
                        "noswap");
        assertThat(between(withMount(shm), "FSOPEN", "CLOSE"))
                .containsExactly(
                        "FSOPEN out=#1 fstype=\"tmpfs\"",
                        "FSCONFIG fs=#1 key=\"source\" value=\"shm\"",
                        "FSCONFIG fs=#1 key=\"mode\" value=\"1777\"",
                        "FSCONFIG fs=#1 key=\"size\" value=\"64m\"",
                        "FSCONFIG_FLAG fs=#1 key=\"noswap\"",
                        "FSMOUNT out=#1 fs=#1 attr=NOSUID|NODEV|NOEXEC",
                        "ENSURE_DIR out=#2 root=#0 mode=0755 path=\"/dev/shm\"",
                        "MOVE_MOUNT mount=#1 target=#2 flags=F_EMPTY_PATH",
                        "CLOSE file=#2");
    }

    @Test
    void procAndSysAreNotPutBehindALink() {
        assertThat(withMount(Mount.of("proc", "proc", "/proc")))
                .contains(
                        "OPENAT2 out=#2 dir=#0 flags=DIRECTORY|PATH mode=0"
                                + " resolve=NO_SYMLINKS|IN_ROOT path=\"/proc\"");
    }

    @ParameterizedTest
    @CsvSource({
        "ro, RDONLY",
        "nosuid, NOSUID",
        "nodev, NODEV",
        "noexec, NOEXEC",
        "noatime, NOATIME",
        "strictatime, STRICTATIME",
        "nodiratime, NODIRATIME",
        "nosymfollow, NOSYMFOLLOW",
    })
    void flagsBecomeAttributes(String word, String attribute) {
        assertThat(withMount(Mount.of("tmpfs", "t", "/t", word)))
                .contains("FSMOUNT out=#1 fs=#1 attr=" + attribute);
    }

    @ParameterizedTest
    @CsvSource({"sync", "dirsync", "mand", "lazytime"})
    void superblockFlagsAreSaidToTheFilesystem(String word) {
        assertThat(withMount(Mount.of("tmpfs", "t", "/t", word)))
                .contains("FSCONFIG_FLAG fs=#1 key=\"" + word + "\"");
    }

    @Test
    void theLastWordOfAPairCounts() {
        assertThat(withMount(Mount.of("tmpfs", "t", "/t", "ro", "nosuid", "suid", "rw")))
                .contains("FSMOUNT out=#1 fs=#1");
    }

    @Test
    void aBindKeepsWhatNoWordNames() {
        assertThat(bind("bind"))
                .containsExactly(
                        "OPEN_TREE out=#1 flags=CLONE path=\"/src\"",
                        "ENSURE_DIR out=#2 root=#0 mode=0755 path=\"/dst\"",
                        "MOVE_MOUNT mount=#1 target=#2 flags=F_EMPTY_PATH");
    }

    @Test
    void aBindSetsAndClearsWhatWordsName() {
        assertThat(bind("bind", "ro", "suid", "noatime"))
                .contains("MOUNT_SETATTR mount=#1 set=RDONLY|NOATIME clear=NOSUID|ATIME");
        assertThat(bind("bind", "rw")).contains("MOUNT_SETATTR mount=#1 clear=RDONLY");
        assertThat(bind("bind", "relatime")).contains("MOUNT_SETATTR mount=#1 clear=ATIME");
    }

    @Test
    void aTreeGetsItsOwnAttributesAndItsPropagation() {
        assertThat(bind("rbind", "ro", "rnosuid", "rslave"))
                .containsSubsequence(
                        "OPEN_TREE out=#1 flags=CLONE|RECURSIVE path=\"/src\"",
                        "MOUNT_SETATTR mount=#1 set=RDONLY",
                        "MOUNT_SETATTR mount=#1 flags=RECURSIVE set=NOSUID",
                        "MOUNT_SETATTR mount=#1 flags=RECURSIVE propagation=SLAVE");
    }

    @ParameterizedTest
    @CsvSource({
        "rro, set=RDONLY",
        "rrw, clear=RDONLY",
        "rnosuid, set=NOSUID",
        "rsuid, clear=NOSUID",
        "rnodev, set=NODEV",
        "rdev, clear=NODEV",
        "rnoexec, set=NOEXEC",
        "rexec, clear=NOEXEC",
        "rnodiratime, set=NODIRATIME",
        "rdiratime, clear=NODIRATIME",
        "rrelatime, clear=ATIME",
        "ratime, clear=ATIME",
        "rnoatime, set=NOATIME clear=ATIME",
        "rstrictatime, set=STRICTATIME clear=ATIME",
        "rnosymfollow, set=NOSYMFOLLOW",
        "rsymfollow, clear=NOSYMFOLLOW",
    })
    void recursiveWordsReachTheWholeTree(String word, String change) {
        assertThat(bind("rbind", word))
                .contains("MOUNT_SETATTR mount=#1 flags=RECURSIVE " + change);
    }

    @ParameterizedTest
    @CsvSource({
        "private, '', PRIVATE",
        "rprivate, flags=RECURSIVE , PRIVATE",
        "slave, '', SLAVE",
        "rslave, flags=RECURSIVE , SLAVE",
        "unbindable, '', UNBINDABLE",
        "runbindable, flags=RECURSIVE , UNBINDABLE",
    })
    void propagationWordsAreApplied(String word, String flags, String kind) {
        String recursive = flags.isEmpty() ? "" : flags.strip() + " ";
        assertThat(bind("rbind", word))
                .contains("MOUNT_SETATTR mount=#1 " + recursive + "propagation=" + kind);
    }

    @Test
    void aSharedBindIsOpenedWhileItIsAPeerOfTheHosts() {
        List<String> steps = withMount(Mount.of("bind", "/src", "/dst", "rbind", "rshared"));
        assertThat(index(steps, "OPEN_TREE out=#0 flags=CLONE|RECURSIVE path=\"/src\""))
                .isLessThan(index(steps, "CLONE"));
    }

    @Test
    void aFileIsBoundOnAFile() {
        assertThat(withMount(Mount.of("bind", "/x/hosts.conf", "/etc/hosts", "bind")))
                .contains("ENSURE_FILE out=#2 root=#0 mode=0755 path=\"/etc/hosts\"");
    }

    @Test
    void relativeSourcesCountFromTheBundle() {
        assertThat(withMount(Mount.of("bind", "data", "/dst", "bind")))
                .contains("OPEN_TREE out=#1 flags=CLONE path=\"/b/data\"");
    }

    /// What a process holds open is in the launcher's mount namespace; the child has its own.
    @Test
    void aSourceThatAProcessHoldsOpenIsOpenedBeforeTheClone() {
        List<String> steps =
                withMount(Mount.of("bind", "/proc/12/fd/7", "/dst", "rbind", "rprivate"));
        assertThat(index(steps, "OPEN_TREE")).isLessThan(index(steps, "CLONE"));
        assertThat(steps).contains("OPEN_TREE out=#0 flags=CLONE|RECURSIVE path=\"/proc/12/fd/7\"");
        steps = withMount(Mount.of("bind", "/proc/12/fdinfo/7", "/dst", "rbind", "rprivate"));
        assertThat(steps.subList(index(steps, "CLONE"), steps.size()))
                .contains("OPEN_TREE out=#1 flags=CLONE|RECURSIVE path=\"/proc/12/fdinfo/7\"");
    }

    @Test
    void aStepOfAMountTellsWhatItIsFor() {
        LaunchPlan plan =
                PlanCompiler.compile(
                        spec().mount(Mount.of("tmpfs", "tmpfs", "/t")).build(), context().build());
        List<String> steps = steps(plan);
        String purpose = "error mounting \"tmpfs\" to rootfs at \"/t\"";
        assertThat(plan.purpose(index(steps, "FSOPEN"))).isEqualTo(purpose);
        assertThat(plan.purpose(index(steps, "ENSURE_DIR"))).isEqualTo(purpose);
        assertThat(plan.purpose(index(steps, "CLONE"))).isEmpty();
        assertThat(plan.purpose(index(steps, "PIVOT"))).isEmpty();
    }

    @Test
    void targetsAreCleaned() {
        assertThat(withMount(Mount.of("tmpfs", "t", "a/./b/../c//")))
                .contains("ENSURE_DIR out=#2 root=#0 mode=0755 path=\"/a/c\"");
    }

    @Test
    void idMappedMountsNeedTheirUserNamespace() {
        List<IdMapping> map = List.of(new IdMapping(0, 5, 1));
        Mount mount = new Mount("/dst", "bind", "/src", List.of("bind"), map, map);
        assertThat(steps(spec().mount(mount), context().fdCount(1).idMap(new IdMap(map, map), 0)))
                .contains("MOUNT_SETATTR mount=#2 set=IDMAP userns=#0");
        assertThat(PlanCompiler.idMaps(spec().mount(mount).build(), false))
                .containsExactly(new IdMap(map, map));
        assertThatThrownBy(() -> withMount(mount)).hasMessageContaining("not among the");
    }

    @Test
    void theWordIdmapTakesTheContainersOwnMaps() {
        List<IdMapping> map = List.of(new IdMapping(0, 5, 1));
        Linux linux = linux().uidMappings(map).gidMappings(map).build();
        Mount mount = Mount.of("bind", "/src", "/dst", "rbind", "ridmap");
        assertThat(
                        steps(
                                spec().linux(linux).mount(mount),
                                context().fdCount(1).idMap(new IdMap(map, map), 0)))
                .contains("MOUNT_SETATTR mount=#2 flags=RECURSIVE set=IDMAP userns=#0");
        assertThatThrownBy(() -> withMount(mount))
                .hasMessage(
                        "invalid mount /dst: id-mapped mounts must have both uid and gid mappings"
                                + " specified");
    }

    @Test
    void theWordIdmapTakesTheMapsOfAUserNamespaceThatIsJoined() {
        Linux linux =
                linux().namespaces(
                                List.of(
                                        new Namespace("user", "/proc/9/ns/user"),
                                        Namespace.create("mount")))
                        .build();
        Spec.Builder spec =
                spec().linux(linux).mount(Mount.of("bind", "/src", "/dst", "bind", "idmap"));
        assertThat(PlanCompiler.idMaps(spec.build(), false)).isEmpty();
        assertThat(steps(spec))
                .containsSubsequence(
                        "OPENAT2 out=#0 mode=0 path=\"/proc/9/ns/user\"",
                        "MOUNT_SETATTR mount=#2 set=IDMAP userns=#0",
                        "SETNS ns=#0 kinds=NEWUSER");
    }

    @Test
    void onlyBindMountsHaveIdMapsAndBothOfThem() {
        List<IdMapping> map = List.of(new IdMapping(0, 5, 1));
        List<IdMapping> none = List.of();
        assertThatThrownBy(() -> withMount(new Mount("/t", "tmpfs", "t", List.of(), map, map)))
                .hasMessage(
                        "invalid mount /t: id-mapped mounts are only supported for bind-mounts");
        assertThatThrownBy(() -> withMount(new Mount("/t", "bind", "/s", List.of(), map, none)))
                .hasMessageContaining("must have both uid and gid mappings");
        assertThatThrownBy(() ->
                        steps(
                                spec().mount(new Mount("/t", "bind", "/s", List.of(), map, map)),
                                context().kernel(OLD)))
                .hasMessageContaining("needs Linux 5.12");
    }

    @Test
    void tmpcopyupCopiesWhatItCovers() {
        assertThat(withMount(Mount.of("tmpfs", "t", "/etc", "tmpcopyup")))
                .containsSubsequence(
                        "ENSURE_DIR out=#2 root=#0 mode=0755 path=\"/etc\"",
                        "COPY_UP from=#2 to=#1",
                        "MOVE_MOUNT mount=#1 target=#2 flags=F_EMPTY_PATH");
        assertThat(withMount(Mount.of("tmpfs", "t", "/etc", "tmpcopyup", "mode=1770", "uid=5")))
                .containsSequence(
                        "COPY_UP from=#2 to=#1",
                        "CHMOD file=#1 mode=01770",
                        "CHOWN file=#1 uid=5 gid=-1");
        assertThatThrownBy(() -> bind("bind", "tmpcopyup")).hasMessageContaining("is no tmpfs");
    }

    @Test
    void aTmpfsInheritsTheModeOfWhatItCovers() {
        RootView view =
                new RootView() {
                    @Override
                    public Optional<String> home(long uid) {
                        return Optional.empty();
                    }

                    @Override
                    public OptionalInt directoryMode(String path) {
                        return OptionalInt.of(01770);
                    }
                };
        assertThat(steps(spec().mount(Mount.of("tmpfs", "t", "/t")), context().view(view)))
                .contains("FSCONFIG fs=#1 key=\"mode\" value=\"1770\"");
        assertThat(
                        steps(
                                spec().mount(Mount.of("tmpfs", "t", "/t", "mode=700")),
                                context().view(view)))
                .contains("FSCONFIG fs=#1 key=\"mode\" value=\"700\"")
                .doesNotContain("FSCONFIG fs=#1 key=\"mode\" value=\"1770\"");
    }

    @Test
    void aReadOnlyDevIsSealedAfterItsNodes() {
        List<String> steps = withMount(Mount.of("tmpfs", "tmpfs", "/dev", "ro", "nosuid"));
        assertThat(steps).contains("FSMOUNT out=#1 fs=#1 attr=NOSUID");
        assertThat(index(steps, "MOUNT_SETATTR mount=#1 set=RDONLY"))
                .isGreaterThan(index(steps, "MKNOD"));
    }

    @Test
    void aMountOverTheRootBecomesTheRoot() {
        List<String> steps = withMount(Mount.of("tmpfs", "t", "/"));
        assertThat(steps).contains("PIVOT root=#1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tmpfs | /proc | not of type proc",
                "tmpfs | /proc/acpi | inside /proc",
                "proc  | /proc/x | inside /proc",
                "bind  | /proc | not of type proc",
            })
    void nothingGetsBetweenTheContainerAndItsProc(String type, String target, String message) {
        assertThatThrownBy(() -> withMount(Mount.of(type.strip(), "/x", target.strip())))
                .hasMessageContaining(message.strip());
    }

    @Test
    void filesOfProcMayBeReplaced() {
        assertThat(withMount(Mount.of("bind", "/lx.conf", "/proc/meminfo", "bind")))
                .contains("ENSURE_FILE out=#2 root=#0 mode=0755 path=\"/proc/meminfo\"");
    }

    @Test
    void contradictionsAreRefused() {
        assertThatThrownBy(() -> bind("bind", "size=1m")).hasMessageContaining("size=1m");
        assertThatThrownBy(() -> bind("bind", "remount")).hasMessageContaining("remount");
        assertThatThrownBy(() -> withMount(Mount.of("bind", "", "/x")))
                .hasMessageContaining("has no source");
        assertThatThrownBy(() -> withMount(Mount.of("", "x", "/x")))
                .hasMessageContaining("has no type");
        assertThatThrownBy(() -> withMount(Mount.of("tmpfs", "x", "")))
                .hasMessageContaining("without a destination");
    }

    @Test
    void oldKernelsAreServedByTheOldCall() {
        List<String> steps =
                steps(
                        spec().mount(Mount.of("tmpfs", "t", "/t", "nosuid", "size=1m"))
                                .mount(Mount.of("bind", "/s", "/d", "rbind", "ro", "rslave")),
                        context().kernel(OLD));
        assertThat(steps)
                .containsSequence(
                        "MOUNT flags=BIND|REC source=\"/b/rootfs\" path=\"/b/rootfs\"",
                        "OPENAT2 out=#0 flags=DIRECTORY|PATH mode=0 path=\"/b/rootfs\"",
                        "ENSURE_DIR out=#1 root=#0 mode=0755 path=\"/t\"",
                        "MOUNT target=#1 flags=NOSUID source=\"t\" fstype=\"tmpfs\""
                                + " data=\"size=1m\"",
                        "CLOSE file=#1",
                        "ENSURE_DIR out=#1 root=#0 mode=0755 path=\"/d\"",
                        "MOUNT target=#1 flags=BIND|REC source=\"/s\"",
                        "OPENAT2 out=#1 dir=#0 flags=PATH mode=0 resolve=IN_ROOT path=\"/d\"",
                        "MOUNT target=#1 flags=RDONLY|REMOUNT|BIND",
                        "MOUNT target=#1 flags=REC|SLAVE",
                        "CLOSE file=#1");
        assertThatThrownBy(() ->
                        steps(
                                spec().mount(Mount.of("bind", "/s", "/d", "rbind", "rro")),
                                context().kernel(OLD)))
                .hasMessageContaining("Linux 5.12");
    }

    @Test
    void optionsThatTheNewCallCannotSayGoByTheOldOne() {
        String many = "x=" + "y".repeat(256);
        assertThat(withMount(Mount.of("ext4", "/dev/x", "/t", many)))
                .contains(
                        "MOUNT target=#1 source=\"/dev/x\" fstype=\"ext4\" data=\"" + many + "\"");
        assertThat(withMount(Mount.of("ext4", "/dev/x", "/t", "iversion")))
                .contains("MOUNT target=#1 flags=I_VERSION source=\"/dev/x\" fstype=\"ext4\"");
    }

    @Test
    void cgroupTwoIsMountedAnewOrBound() {
        CgroupPlacement view =
                new CgroupPlacement(
                        List.of(),
                        List.of(),
                        OptionalInt.empty(),
                        new CgroupPlacement.View.V2("/host/c1"));
        Mount mount = Mount.of("cgroup", "cgroup", "/sys/fs/cgroup", "ro", "nosuid");
        Linux own = linux().namespaces(namespaces("mount", "cgroup")).build();
        assertThat(steps(spec().linux(own).mount(mount), context().cgroup(view)))
                .containsSequence(
                        "FSOPEN out=#1 fstype=\"cgroup2\"",
                        "FSCONFIG fs=#1 key=\"source\" value=\"cgroup\"",
                        "FSMOUNT out=#1 fs=#1 attr=RDONLY|NOSUID");
        assertThat(steps(spec().mount(mount), context().cgroup(view)))
                .containsSequence(
                        "OPEN_TREE out=#1 flags=CLONE path=\"/host/c1\"",
                        "MOUNT_SETATTR mount=#1 set=RDONLY|NOSUID");
        assertThatThrownBy(() -> withMount(mount)).hasMessageContaining("has no cgroup");
    }

    @Test
    void cgroupOneIsADirectoryOfHierarchies() {
        CgroupPlacement view =
                new CgroupPlacement(
                        List.of(),
                        List.of(),
                        OptionalInt.empty(),
                        new CgroupPlacement.View.V1(
                                List.of(
                                        new CgroupPlacement.Hierarchy(
                                                "cpu,cpuacct",
                                                "cpu,cpuacct",
                                                "/h/cpu/c1",
                                                List.of("cpu", "cpuacct")),
                                        new CgroupPlacement.Hierarchy(
                                                "systemd",
                                                "name=systemd",
                                                "/h/systemd/c1",
                                                List.of()))));
        Mount mount = Mount.of("cgroup", "cgroup", "/sys/fs/cgroup", "ro");
        Linux own = linux().namespaces(namespaces("mount", "cgroup")).build();
        assertThat(steps(spec().linux(own).mount(mount), context().cgroup(view)))
                .containsSubsequence(
                        "FSOPEN out=#1 fstype=\"tmpfs\"",
                        "FSMOUNT out=#1 fs=#1 attr=NOSUID|NODEV|NOEXEC",
                        "FSOPEN out=#2 fstype=\"cgroup\"",
                        "FSCONFIG_FLAG fs=#2 key=\"cpu\"",
                        "FSCONFIG_FLAG fs=#2 key=\"cpuacct\"",
                        "FSMOUNT out=#2 fs=#2 attr=RDONLY",
                        "ENSURE_DIR out=#3 root=#0 mode=0755 path=\"/sys/fs/cgroup/cpu,cpuacct\"",
                        "SYMLINK root=#0 target=\"cpu,cpuacct\" path=\"/sys/fs/cgroup/cpuacct\"",
                        "FSCONFIG fs=#2 key=\"name\" value=\"systemd\"",
                        "MOUNT_SETATTR mount=#1 set=RDONLY");
        assertThat(steps(spec().mount(mount), context().cgroup(view)))
                .contains("OPEN_TREE out=#2 flags=CLONE path=\"/h/systemd/c1\"");
    }
}
