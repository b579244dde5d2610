package sampan.linux.files;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import sampan.linux.sys.Errno;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Kernel;
import sampan.linux.sys.Nr;
import sampan.linux.sys.Open;

/// Appends to a large file; the kernel begins to write it to the disk as it comes, and not all of
/// it some seconds later. One thread at a time; closing it closes the descriptor.
public final class WrittenOutFile implements WritableByteChannel {
    private static final int RWF_DONTCACHE = 0x80;
    private static final long WHERE_IT_STANDS = -1;
    private static final long IOVEC_BYTES = 16;
    private static final int STEP_BYTES = 1 << 20;

    private final Fd file;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment vector = arena.allocate(IOVEC_BYTES, 8);
    private int flags;
    private long written;
    private long begun;

    private WrittenOutFile(Fd file, int flags) {
        this.file = file;
        this.flags = flags;
    }

    /// Of an empty file that is read again: it stays in the page cache, and can leave it at any
    /// time.
    public static WrittenOutFile kept(Path file) {
        return new WrittenOutFile(Fd.open(file.toString(), Open.WRONLY), 0);
    }

    /// Of an empty file that nobody reads again soon: the kernel takes its pages back for what
    /// comes next (RWF_DONTCACHE, pwritev2(2), Linux 6.14), so that it costs a few pages of memory
    /// and pushes nothing else out. Where kernel or file system cannot, it is kept.
    public static WrittenOutFile dropped(Path file) {
        return new WrittenOutFile(Fd.open(file.toString(), Open.WRONLY), RWF_DONTCACHE);
    }

    @Override
    public int write(ByteBuffer content) {
        int size;
        if (content.isDirect()) {
            size = write(MemorySegment.ofBuffer(content));
        } else {
            try (Arena copy = Arena.ofConfined()) {
                MemorySegment bytes = MemorySegment.ofBuffer(content);
                size = write(copy.allocate(bytes.byteSize()).copyFrom(bytes));
            }
        }
        content.position(content.position() + size);
        written += size;
        if (flags == 0 && written - begun >= STEP_BYTES) {
            FileIo.writeOut(file, begun, written - begun);
            begun = written;
        }
        return size;
    }

    private int write(MemorySegment bytes) {
        vector.set(ValueLayout.ADDRESS, 0, bytes);
        vector.set(ValueLayout.JAVA_LONG, 8, bytes.byteSize());
        while (true) {
            long at = vector.address();
            long size = Kernel.raw(Nr.PWRITEV2, file.number(), at, 1, WHERE_IT_STANDS, 0, flags);
            if (size >= 0) {
                return (int) size;
            }
            if (size == -Errno.EOPNOTSUPP && flags != 0) {
                flags = 0;
            } else if (size != -Errno.EINTR) {
                throw Kernel.failure("pwritev2", (int) -size, file.toString());
            }
        }
    }

    @Override
    public boolean isOpen() {
        return file.isOpen();
    }

    @Override
    public void close() {
        file.close();
        arena.close();
    }
}
