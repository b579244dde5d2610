package sampan.http;

import java.io.IOException;
import java.nio.ByteBuffer;

/// What is left of a connection after an upgrade: bytes both ways, first those that the client had
/// sent early. The connection is closed when the handler returns.
public final class RawStream implements Transport {
    private final Transport transport;
    private final Input input;

    RawStream(Transport transport, Input input) {
        this.transport = transport;
        this.input = input;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        return input.read(target);
    }

    @Override
    public void write(ByteBuffer... sources) throws IOException {
        transport.write(sources);
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
