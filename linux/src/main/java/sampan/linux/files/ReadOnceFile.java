package sampan.linux.files;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

/// Reads a file that nobody reads again soon: what was read leaves the page cache, so that the
/// memory is there for what is made of it. One thread at a time; closing it closes the descriptor.
public final class ReadOnceFile implements ReadableByteChannel {
    private static final int STEP_BYTES = 1 << 20;

    private final Fd file;
    private long position;
    private long forgotten;

    private ReadOnceFile(Fd file) {
        this.file = file;
    }

    public static ReadOnceFile open(Path path) {
        return new ReadOnceFile(Fd.open(path.toString(), Open.RDONLY));
    }

    /// @param content direct
    @Override
    public int read(ByteBuffer content) {
        int size = FileIo.read(file, MemorySegment.ofBuffer(content));
        content.position(content.position() + size);
        position += size;
        if (size == 0 || position - forgotten >= STEP_BYTES) {
            FileIo.forget(file, forgotten, position - forgotten);
            forgotten = position;
        }
        return size == 0 ? -1 : size;
    }

    @Override
    public boolean isOpen() {
        return file.isOpen();
    }

    @Override
    public void close() {
        file.close();
    }
}
