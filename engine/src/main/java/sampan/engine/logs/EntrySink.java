package sampan.engine.logs;

import java.nio.ByteBuffer;

/// Receives log entries in order. The buffers are valid during the call only.
public interface EntrySink {
    /// @param stream 1 stdout, 2 stderr
    /// @param time RFC 3339, ASCII
    /// @param line with its newline, unless it is a part of a longer line
    void entry(int stream, ByteBuffer time, ByteBuffer line);

    /// Nothing more to read at the moment.
    void flush();
}
