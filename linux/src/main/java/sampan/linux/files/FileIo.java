package sampan.linux.files;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import sampan.errors.SampanException;
import sampan.linux.sys.Errno;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Kernel;
import sampan.linux.sys.Nr;
import sampan.linux.sys.Open;

/// System calls on the content of open files, pipes and terminals. The array forms copy once
/// through native memory; whoever moves much data keeps a segment and uses the segment forms.
public final class FileIo {
    /// fallocate: keep the size; punch a hole (with KEEP_SIZE).
    public static final int FALLOC_KEEP_SIZE = 1;

    public static final int FALLOC_PUNCH_HOLE = 2;

    private static final int CHUNK = 64 << 10;
    private static final long COPY_STEP = 1L << 30;
    private static final int F_GETFL = 3;
    private static final int F_SETFL = 4;
    private static final int LOCK_SH = 1;
    private static final int LOCK_EX = 2;
    private static final int LOCK_NB = 4;
    private static final int LOCK_UN = 8;
    private static final int SYNC_FILE_RANGE_WRITE = 2;
    private static final int POSIX_FADV_DONTNEED = 4;

    private FileIo() {}

    /// One read(2).
    ///
    /// @return bytes read, 0 at the end, -1 when a non-blocking descriptor has nothing yet
    public static int read(Fd file, MemorySegment buffer) {
        return transfer("read", Nr.READ, file, buffer, 0);
    }

    /// As the other, into an array; at most 64 KiB at once.
    public static int read(Fd file, byte[] buffer, int offset, int length) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(Math.clamp(length, 1, CHUNK));
            int size = read(file, memory.asSlice(0, Math.min(length, CHUNK)));
            if (size > 0) {
                MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, 0, buffer, offset, size);
            }
            return size;
        }
    }

    public static int read(Fd file, byte[] buffer) {
        return read(file, buffer, 0, buffer.length);
    }

    /// One write(2).
    ///
    /// @return bytes taken, -1 when a non-blocking descriptor takes none now
    public static int write(Fd file, MemorySegment data) {
        return transfer("write", Nr.WRITE, file, data, 0);
    }

    public static int write(Fd file, byte[] data, int offset, int length) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(Math.max(1, length));
            MemorySegment.copy(data, offset, memory, ValueLayout.JAVA_BYTE, 0, length);
            return write(file, memory.asSlice(0, length));
        }
    }

    public static int write(Fd file, byte[] data) {
        return write(file, data, 0, data.length);
    }

    public static int pread(Fd file, MemorySegment buffer, long position) {
        return transfer("pread64", Nr.PREAD64, file, buffer, position);
    }

    public static int pwrite(Fd file, MemorySegment data, long position) {
        return transfer("pwrite64", Nr.PWRITE64, file, data, position);
    }

    private static int transfer(String call, long nr, Fd file, MemorySegment memory, long at) {
        while (true) {
            long size =
                    Kernel.raw(nr, file.number(), memory.address(), memory.byteSize(), at, 0, 0);
            if (size >= 0) {
                return (int) size;
            }
            if (size == -Errno.EAGAIN) {
                return -1;
            }
            if (size != -Errno.EINTR) {
                throw Kernel.failure(call, (int) -size, file.toString());
            }
        }
    }

    /// Writes all of it to a blocking descriptor.
    public static void writeFully(Fd file, byte[] data) {
        for (int at = 0; at < data.length; ) {
            int size = write(file, data, at, Math.min(CHUNK, data.length - at));
            if (size < 0) {
                throw Kernel.failure("write", Errno.EAGAIN, file.toString());
            }
            at += size;
        }
    }

    public static void writeFully(Fd file, MemorySegment data) {
        for (long at = 0; at < data.byteSize(); ) {
            int size = write(file, data.asSlice(at));
            if (size < 0) {
                throw Kernel.failure("write", Errno.EAGAIN, file.toString());
            }
            at += size;
        }
    }

    /// Reads from where the descriptor stands to the end.
    ///
    /// @throws SampanException INVALID where there are more than `bytesMax`
    public static byte[] readFully(Fd file, int bytesMax) {
        byte[] content = readUpTo(file, bytesMax + 1L);
        if (content.length > bytesMax) {
            throw SampanException.invalid("file with more than " + bytesMax + " bytes");
        }
        return content;
    }

    /// Reads from where the descriptor stands to the end, but no more than `bytesMax`.
    public static byte[] readPrefix(Fd file, int bytesMax) {
        return readUpTo(file, bytesMax);
    }

    private static byte[] readUpTo(Fd file, long bytesMax) {
        byte[] content = new byte[(int) Math.min(bytesMax, 4096)];
        int size = 0;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment chunk = arena.allocate(Math.clamp(bytesMax, 1, CHUNK));
            while (size < bytesMax) {
                int got = read(file, chunk.asSlice(0, Math.min(chunk.byteSize(), bytesMax - size)));
                if (got < 0) {
                    throw Kernel.failure("read", Errno.EAGAIN, file.toString());
                }
                if (got == 0) {
                    break;
                }
                if (size + got > content.length) {
                    long room = Math.min(bytesMax, Math.max(size + got, 2L * content.length));
                    content = Arrays.copyOf(content, Math.toIntExact(room));
                }
                MemorySegment.copy(chunk, ValueLayout.JAVA_BYTE, 0, content, size, got);
                size += got;
            }
        }
        return size == content.length ? content : Arrays.copyOf(content, size);
    }

    public static void seek(Fd file, long position) {
        on("lseek", Nr.LSEEK, file, position, 0, 0);
    }

    public static void truncate(Fd file, long size) {
        on("ftruncate", Nr.FTRUNCATE, file, size, 0, 0);
    }

    /// @param mode 0 or `FALLOC_*`
    public static void fallocate(Fd file, int mode, long offset, long length) {
        on("fallocate", Nr.FALLOCATE, file, mode, offset, length);
    }

    public static void fsync(Fd file) {
        on("fsync", Nr.FSYNC, file, 0, 0, 0);
    }

    public static void fdatasync(Fd file) {
        on("fdatasync", Nr.FDATASYNC, file, 0, 0, 0);
    }

    /// Begins to write out this part of the file, without waiting for it (sync_file_range(2)).
    public static void writeOut(Fd file, long offset, long length) {
        on("sync_file_range", Nr.SYNC_FILE_RANGE, file, offset, length, SYNC_FILE_RANGE_WRITE);
    }

    /// Takes this part of the file out of the page cache, as far as it is on the disk
    /// (posix_fadvise(2), POSIX_FADV_DONTNEED).
    public static void forget(Fd file, long offset, long length) {
        on("fadvise64", Nr.FADVISE64, file, offset, length, POSIX_FADV_DONTNEED);
    }

    /// Writes out the file system that the descriptor is on.
    public static void syncfs(Fd file) {
        on("syncfs", Nr.SYNCFS, file, 0, 0, 0);
    }

    /// One copy_file_range(2) from where both stand.
    ///
    /// @return bytes copied, 0 at the end
    public static long copyFileRange(Fd from, Fd to, long length) {
        return Kernel.call(
                "copy_file_range",
                from + " to " + to,
                Nr.COPY_FILE_RANGE,
                from.number(),
                0,
                to.number(),
                0,
                length,
                0);
    }

    /// Copies from where both stand to the end of `from`: inside the kernel where both file systems
    /// can, by reading and writing elsewhere.
    ///
    /// @return bytes copied
    public static long copyAll(Fd from, Fd to) {
        long copied = 0;
        while (true) {
            long got =
                    Kernel.raw(Nr.COPY_FILE_RANGE, from.number(), 0, to.number(), 0, COPY_STEP, 0);
            if (got > 0) {
                copied += got;
            } else if (got != -Errno.EINTR) {
                // Files of /proc report 0 and fifos EINVAL although there is something to read.
                return copied + copyByReading(from, to);
            }
        }
    }

    private static long copyByReading(Fd from, Fd to) {
        long copied = 0;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment chunk = arena.allocate(CHUNK);
            while (true) {
                int got = read(from, chunk);
                if (got < 0) {
                    throw Kernel.failure("read", Errno.EAGAIN, from.toString());
                }
                if (got == 0) {
                    return copied;
                }
                writeFully(to, chunk.asSlice(0, got));
                copied += got;
            }
        }
    }

    /// flock(2) without waiting.
    ///
    /// @return whether it was got; the lock ends with [#unlock] or the last duplicate's close
    public static boolean tryLock(Fd file, boolean exclusive) {
        int operation = (exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB;
        while (true) {
            long result = Kernel.raw(Nr.FLOCK, file.number(), operation, 0);
            if (result == 0 || result == -Errno.EAGAIN) {
                return result == 0;
            }
            if (result != -Errno.EINTR) {
                throw Kernel.failure("flock", (int) -result, file.toString());
            }
        }
    }

    /// flock(2), waiting without a deadline: on platform threads only.
    public static void lock(Fd file, boolean exclusive) {
        on("flock", Nr.FLOCK, file, exclusive ? LOCK_EX : LOCK_SH, 0, 0);
    }

    public static void unlock(Fd file) {
        on("flock", Nr.FLOCK, file, LOCK_UN, 0, 0);
    }

    /// O_NONBLOCK of the open file, which all duplicates share.
    public static void nonBlocking(Fd file, boolean on) {
        long flags = on("fcntl", Nr.FCNTL, file, F_GETFL, 0, 0);
        long wanted = on ? flags | Open.NONBLOCK : flags & ~Open.NONBLOCK;
        on("fcntl", Nr.FCNTL, file, F_SETFL, wanted, 0);
    }

    /// The two ends of a pipe; closing it closes both.
    public record Pipe(Fd readEnd, Fd writeEnd) implements AutoCloseable {
        @Override
        public void close() {
            readEnd.close();
            writeEnd.close();
        }
    }

    /// @param flags 0 or `Open.NONBLOCK`
    public static Pipe pipe2(int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ends = arena.allocate(8, 4);
            Kernel.call("pipe2", "", Nr.PIPE2, ends.address(), flags | Open.CLOEXEC, 0);
            return new Pipe(
                    Fd.own(ends.get(ValueLayout.JAVA_INT, 0)),
                    Fd.own(ends.get(ValueLayout.JAVA_INT, 4)));
        }
    }

    private static long on(String call, long nr, Fd file, long b, long c, long d) {
        return Kernel.call(call, file.toString(), nr, file.number(), b, c, d, 0, 0);
    }

    /// The failure of an open that somebody else made for us and told of by number.
    public static sampan.errors.ErrnoException openFailure(int errno, String path) {
        return Kernel.failure("open", errno, path);
    }
}
