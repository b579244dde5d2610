package sampan.linux.files;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import sampan.linux.sys.CString;
import sampan.linux.sys.Errno;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Kernel;
import sampan.linux.sys.Nr;
import sampan.linux.sys.Open;

/// Memory files (memfd_create(2)) that nobody can change any more: sealed against writing, growing,
/// shrinking and further seals. Offsets stand at 0. The caller owns what is returned.
public final class MemFd {
    private static final int CLOEXEC = 1;
    private static final int ALLOW_SEALING = 2;
    private static final int NOEXEC_SEAL = 8;
    private static final int EXEC = 16;
    private static final int F_ADD_SEALS = 1033;
    private static final int F_GET_SEALS = 1034;
    private static final int ALL_SEALS = 0xF;

    private MemFd() {}

    /// A sealed copy that may be executed.
    public static Fd sealed(String name, byte[] content) {
        return sealed(create(name, EXEC), content);
    }

    /// A sealed copy of a file, which may be executed.
    public static Fd sealed(String name, Path file) {
        Fd memory = create(name, EXEC);
        try (Fd source = Fd.open(file.toString(), Open.RDONLY)) {
            FileIo.copyAll(source, memory);
            return seal(memory);
        } catch (RuntimeException e) {
            memory.close();
            throw e;
        }
    }

    /// A sealed copy that nobody can execute: a launch plan, for one.
    public static Fd sealedData(String name, byte[] content) {
        return sealed(create(name, NOEXEC_SEAL), content);
    }

    /// Whether writing, growing and shrinking are sealed off.
    public static boolean isSealed(Fd file) {
        long seals = Kernel.raw(Nr.FCNTL, file.number(), F_GET_SEALS, 0);
        return seals > 0 && (seals & ALL_SEALS) == ALL_SEALS;
    }

    private static Fd sealed(Fd memory, byte[] content) {
        try {
            FileIo.writeFully(memory, content);
            return seal(memory);
        } catch (RuntimeException e) {
            memory.close();
            throw e;
        }
    }

    private static Fd seal(Fd memory) {
        FileIo.seek(memory, 0);
        Kernel.call("fcntl", "F_ADD_SEALS", Nr.FCNTL, memory.number(), F_ADD_SEALS, ALL_SEALS);
        return memory;
    }

    private static Fd create(String name, int executable) {
        try (Arena arena = Arena.ofConfined()) {
            long text = CString.address(arena, name);
            long fd = Kernel.raw(Nr.MEMFD_CREATE, text, CLOEXEC | ALLOW_SEALING | executable, 0);
            if (fd == -Errno.EINVAL) {
                // Before kernel 6.3 there is no such flag and every memory file is executable.
                fd =
                        Kernel.call(
                                "memfd_create",
                                name,
                                Nr.MEMFD_CREATE,
                                text,
                                CLOEXEC | ALLOW_SEALING,
                                0);
            } else if (fd < 0) {
                throw Kernel.failure("memfd_create", (int) -fd, name);
            }
            return Fd.own(fd);
        }
    }
}
