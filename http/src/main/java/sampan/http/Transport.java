package sampan.http;

import java.io.IOException;
import java.nio.ByteBuffer;

/// A connected stream of bytes in both directions. One thread may read while another writes; close
/// may come from anywhere and ends both.
public interface Transport extends AutoCloseable {
    /// Reads at least one byte; -1 at the end of the peer's output.
    int read(ByteBuffer target) throws IOException;

    /// Writes all remaining bytes of all sources, in order.
    void write(ByteBuffer... sources) throws IOException;

    /// Ends our output; the peer may still send.
    void finishOutput() throws IOException;

    /// The peer has read all that was written; true as well where that cannot be told.
    default boolean taken() {
        return true;
    }

    boolean isOpen();

    /// Ends both directions; harmless when repeated.
    @Override
    void close();
}
