package sampan.runtime.lifecycle;

import sampan.linux.sockets.UnixSocket;

/// Connects to sockets of the caller's, with the caller's rights.
public interface SocketConnector {
    /// @param path as the caller means it
    UnixSocket connect(String path);
}
