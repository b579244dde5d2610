package sampan.api.streams;

import java.io.IOException;
import java.nio.ByteBuffer;
import sampan.http.Transport;

/// Takes Docker's frames off what is written: the bytes of stdout and stderr follow each other.
/// Frames may be cut anywhere between two writes. One thread may read while another writes.
public final class Unframed implements Transport {
    private static final int HEADER_BYTES = 8;
    private static final int LENGTH_AT = 4;

    private final Transport transport;
    private final ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
    private long left;

    public Unframed(Transport transport) {
        this.transport = transport;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        return transport.read(target);
    }

    @Override
    public void write(ByteBuffer... sources) throws IOException {
        for (ByteBuffer source : sources) {
            while (source.hasRemaining()) {
                if (left == 0) {
                    header(source);
                } else {
                    payload(source);
                }
            }
        }
    }

    private void header(ByteBuffer source) {
        while (header.hasRemaining() && source.hasRemaining()) {
            header.put(source.get());
        }
        if (!header.hasRemaining()) {
            left = header.getInt(LENGTH_AT) & 0xffff_ffffL;
            header.clear();
        }
    }

    private void payload(ByteBuffer source) throws IOException {
        int length = (int) Math.min(left, source.remaining());
        transport.write(source.slice(source.position(), length));
        source.position(source.position() + length);
        left -= length;
    }

    @Override
    public void finishOutput() throws IOException {
        transport.finishOutput();
    }

    @Override
    public boolean isOpen() {
        return transport.isOpen();
    }

    @Override
    public void close() {
        transport.close();
    }
}
