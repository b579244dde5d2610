package sampan.engine.services;

import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Instant;
import java.util.Optional;

/// What containers say and hear.
public interface StreamService {
    record AttachRequest(boolean stdin, boolean stdout, boolean stderr) {}

    /// An attached client. Closing it detaches; the container goes on.
    interface AttachSession extends AutoCloseable {
        /// The monitor's side, readable: Docker's multiplexed frames, or bare bytes when [#tty].
        /// Blocks until the container was started; its end of file is the end of all output. Absent
        /// when the session was closed before.
        Optional<SocketChannel> output();

        boolean tty();

        /// Sends all bytes to the process's stdin, waiting while it does not read.
        void writeStdin(ByteBuffer bytes);

        /// Ends stdin only.
        void closeStdin();

        @Override
        void close();
    }

    /// Attaches to a running container, or to one that will be started: nothing of its output is
    /// missed.
    AttachSession attach(String reference, AttachRequest request);

    /// Attaches a client's own descriptors to a running container: the daemon stays out of the way.
    void attach(String reference, Descriptors descriptors);

    /// @param tail number of last lines, or -1 for all
    record LogRequest(
            boolean follow,
            boolean stdout,
            boolean stderr,
            Optional<Instant> since,
            Optional<Instant> until,
            long tail) {}

    /// Receives log entries in order. The buffers are valid during the call only.
    interface LogSink {
        /// @param stream 1 stdout, 2 stderr
        /// @param time RFC 3339 with nanoseconds, ASCII
        /// @param line with its newline, unless it is a part of a longer line
        void entry(int stream, ByteBuffer time, ByteBuffer line);

        /// Called when there is nothing to read at the moment: send what was gathered.
        void flush();
    }

    /// Reads the log, and follows until the container ends, the thread is interrupted, or the sink
    /// throws. UNSUPPORTED with Docker's words for a driver that cannot be read.
    void logs(String reference, LogRequest request, LogSink sink);
}
