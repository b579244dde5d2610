package sampan.linux.sockets;

import java.util.List;
import sampan.linux.sys.Fd;

/// What one receive brought.
///
/// @param bytes put into the buffer; 0 is the end of the stream
/// @param fds that came along, close-on-exec, the receiver's to close
/// @param truncated whether the message was longer than the buffer or had more descriptors than
///   were asked for; what did not fit is gone
public record Received(int bytes, List<Fd> fds, boolean truncated) implements AutoCloseable {
    public Received {
        fds = List.copyOf(fds);
    }

    public boolean ended() {
        return bytes == 0;
    }

    /// Closes the descriptors that nobody took.
    @Override
    public void close() {
        fds.forEach(Fd::close);
    }
}
