package sampan.linux.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import sampan.errors.ErrnoException;
import sampan.errors.SampanException;
import sampan.linux.sys.CString;
import sampan.linux.sys.Errno;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

class FileOpsTest {
    @TempDir Path temp;
    private Fd dir = Fd.NONE;

    @BeforeEach
    void open() {
        dir = Fd.open(temp.toString(), Open.RDONLY | Open.DIRECTORY);
    }

    @AfterEach
    void close() {
        dir.close();
    }

    private static void fails(int errno, Executable call) {
        assertThatThrownBy(call::execute)
                .isInstanceOfSatisfying(
                        ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(errno));
    }

    @Test
    void linksStayBelowTheRoot() throws IOException {
        Files.createDirectories(temp.resolve("root/etc"));
        Files.writeString(temp.resolve("root/etc/passwd"), "inside");
        Files.writeString(temp.resolve("passwd"), "outside");
        Files.createSymbolicLink(temp.resolve("root/absolute"), Path.of("/etc/passwd"));
        Files.createSymbolicLink(temp.resolve("root/up"), Path.of("../passwd"));
        Files.createSymbolicLink(temp.resolve("root/magic"), Path.of("/proc/self/root"));
        try (Fd root = FileOps.openAt(dir, "root", Open.PATH)) {
            try (Fd file = FileOps.openInRoot(root, "absolute", Open.RDONLY, 0)) {
                assertThat(FileIo.readFully(file, 100)).asString().isEqualTo("inside");
            }
            fails(Errno.ENOENT, () -> FileOps.openInRoot(root, "up", Open.RDONLY, 0));
            fails(Errno.ENOENT, () -> FileOps.openInRoot(root, "magic", Open.RDONLY, 0));
            fails(Errno.EXDEV, () -> FileOps.openBeneath(root, "up", Open.RDONLY, 0));
            fails(Errno.EXDEV, () -> FileOps.openBeneath(root, "absolute", Open.RDONLY, 0));
        }
    }

    @Test
    void namesAreMadeRenamedAndRemoved() {
        FileOps.mkdirAt(dir, "d", 0700);
        FileOps.openAt(dir, "f", Open.WRONLY | Open.CREAT | Open.EXCL, 0600).close();
        FileOps.linkAt(dir, "f", dir, "g");
        FileOps.symlinkAt("no where", dir, "l");
        assertThat(FileOps.readlinkAt(dir, "l")).isEqualTo("no where");
        assertThat(FileOps.statAt(dir, "g").nlink()).isEqualTo(2);
        fails(Errno.EEXIST, () -> FileOps.renameAt2(dir, "f", dir, "g", FileOps.RENAME_NOREPLACE));
        FileOps.renameAt2(dir, "f", dir, "d", FileOps.RENAME_EXCHANGE);
        assertThat(FileOps.statAt(dir, "f").isDirectory()).isTrue();
        fails(Errno.EISDIR, () -> FileOps.unlinkAt(dir, "f", 0));
        FileOps.unlinkAt(dir, "f", Open.AT_REMOVEDIR);
        assertThat(FileOps.readDir(dir).stream().map(DirEntry::name))
                .containsExactlyInAnyOrder("d", "g", "l");
    }

    @Test
    void anUnnamedFileGetsAName() {
        try (Fd file = FileOps.openAt(dir, ".", Open.TMPFILE | Open.RDWR, 0600)) {
            FileIo.writeFully(file, new byte[] {1, 2, 3});
            FileOps.linkAt(file, "", dir, "named");
        }
        assertThat(FileOps.statAt(dir, "named").size()).isEqualTo(3);
    }

    @Test
    void anyByteMayStandInAName() {
        String name = CString.decode(new byte[] {'a', (byte) 0xFF, (byte) 0xC3, '\n'});
        FileOps.mkdirAt(dir, name, 0755);
        List<DirEntry> entries = FileOps.readDir(dir);
        assertThat(entries).hasSize(1);
        assertThat(entries.getFirst().name()).isEqualTo(name);
        assertThat(entries.getFirst().fileType()).contains(FileType.DIRECTORY);
        assertThat(FileOps.statAt(dir, name).ino()).isEqualTo(entries.getFirst().ino());
    }

    @Test
    void directoriesAreReadWholeAndWithinTheLimit() {
        for (int i = 0; i < 3000; i++) {
            FileOps.mknodAt(dir, "a name of some length to fill the buffer " + i, 0100644, 0);
        }
        assertThat(FileOps.readDir(dir)).hasSize(3000);
        assertThat(FileOps.readDir(dir)).hasSize(3000);
        assertThatThrownBy(() -> FileOps.readDir(dir, 2999)).isInstanceOf(SampanException.class);
    }

    @Test
    void modesAndTimesNeverFollowLinks() throws IOException {
        Files.writeString(temp.resolve("f"), "x");
        FileOps.symlinkAt("f", dir, "l");
        FileOps.fchmodAt(dir, "f", 04751);
        fails(Errno.EOPNOTSUPP, () -> FileOps.fchmodAt(dir, "l", 0777));
        FileOps.utimensAt(dir, "l", -5, 7, 1_000_000_000_000L, 999_999_999);
        assertThat(FileOps.statAt(dir, "l").atimeNsec()).isNotEqualTo(999_999_999);
        FileOps.utimensAt(dir, "f", 0, FileOps.UTIME_OMIT, -9, 8);
        Stat file = FileOps.statAt(dir, "l", 0);
        assertThat(file.permissions()).isEqualTo(04751);
        assertThat(file.isRegular()).isTrue();
        assertThat(file.mtimeSec()).isEqualTo(-9);
        assertThat(file.mtimeNsec()).isEqualTo(8);
        Stat link = FileOps.statAt(dir, "l");
        assertThat(link.isSymlink()).isTrue();
        assertThat(link.sameFile(file)).isFalse();
    }

    @Test
    void theDescriptorItselfIsMeantByAnEmptyPath() throws IOException {
        Files.writeString(temp.resolve("f"), "abc");
        try (Fd file = FileOps.openAt(dir, "f", Open.PATH)) {
            FileOps.fchmodAt(file, "", 0604);
            FileOps.utimensAt(file, "", 1, 2, 3, 4);
            Stat stat = FileOps.stat(file);
            assertThat(stat.permissions()).isEqualTo(0604);
            assertThat(stat.mtimeSec()).isEqualTo(3);
            assertThat(stat.size()).isEqualTo(3);
        }
        FileOps.symlinkAt("target", dir, "l");
        try (Fd link = FileOps.openAt(dir, "l", Open.PATH | Open.NOFOLLOW)) {
            assertThat(FileOps.readlinkAt(link, "")).isEqualTo("target");
        }
    }

    @Test
    void whatIsMissingIsEmpty() {
        assertThat(FileOps.statIfExists(dir, "none")).isEmpty();
        FileOps.mknodAt(dir, "f", 0100600, 0);
        assertThat(FileOps.statIfExists(dir, "f/below")).isEmpty();
        assertThat(FileOps.statIfExists(dir, "f")).isPresent();
    }

    @Test
    void smallFilesAreBounded() throws IOException {
        Path file = temp.resolve("f");
        Files.writeString(file, "0123456789");
        assertThat(FileOps.readSmallFile(file.toString(), 10)).isEqualTo("0123456789");
        assertThatThrownBy(() -> FileOps.readSmallFile(file.toString(), 9))
                .isInstanceOf(SampanException.class);
        FileOps.writeFile(file.toString(), "ab");
        assertThat(Files.readString(file)).isEqualTo("ab23456789");
        assertThat(FileOps.readSmallFile("/proc/self/stat", 4096)).contains("(");
    }

    @Test
    void statfsKnowsProc() {
        StatFs proc = FileOps.statfs("/proc");
        assertThat(proc.type()).isEqualTo(StatFs.PROC);
        StatFs here = FileOps.statfs(dir);
        assertThat(here.blocks()).isGreaterThanOrEqualTo(here.free());
        assertThat(here.nameMax()).isBetween(100L, 1000L);
    }

    @Test
    @Tag("privileged")
    void ownersAndDevices() {
        FileOps.mknodAt(dir, "null", FileType.CHARACTER_DEVICE.bits() | 0666, Device.of(1, 3));
        Stat node = FileOps.statAt(dir, "null");
        assertThat(node.type()).isEqualTo(FileType.CHARACTER_DEVICE);
        assertThat(node.rdev()).isEqualTo(Device.of(1, 3));
        FileOps.symlinkAt("null", dir, "l");
        FileOps.fchownAt(dir, "l", 12, 34);
        assertThat(FileOps.statAt(dir, "l").uid()).isEqualTo(12);
        assertThat(FileOps.statAt(dir, "l").gid()).isEqualTo(34);
        assertThat(FileOps.statAt(dir, "null").uid()).isZero();
    }

    @Test
    void deviceNumbersPackAndUnpack() {
        long device = Device.of(0x12345, 0x6789AB);
        assertThat(Device.major(device)).isEqualTo(0x12345);
        assertThat(Device.minor(device)).isEqualTo(0x6789AB);
        assertThat(Device.of(8, 1)).isEqualTo(0x801);
    }
}
