package sampan.engine.trees;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import sampan.linux.files.FileIo;
import sampan.linux.sys.Fd;

/// Writes direct buffers to a descriptor without a copy; closing it closes the descriptor.
record FdChannel(Fd file) implements WritableByteChannel {
    @Override
    public int write(ByteBuffer content) {
        int size = FileIo.write(file, MemorySegment.ofBuffer(content));
        content.position(content.position() + Math.max(0, size));
        return size;
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
