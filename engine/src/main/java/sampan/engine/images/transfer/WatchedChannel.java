package sampan.engine.images.transfer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.function.LongConsumer;

/// Tells how many bytes were read through it. One thread at a time.
final class WatchedChannel implements ReadableByteChannel {
    private final ReadableByteChannel source;
    private final LongConsumer told;
    private long count;

    WatchedChannel(ReadableByteChannel source, LongConsumer told) {
        this.source = source;
        this.told = told;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        int size = source.read(target);
        if (size > 0) {
            count += size;
            told.accept(count);
        }
        return size;
    }

    @Override
    public boolean isOpen() {
        return source.isOpen();
    }

    @Override
    public void close() throws IOException {
        source.close();
    }
}
