package sampan.linux.sockets;

/// Kinds of unix socket (unix(7)).
public enum SocketType {
    STREAM(1),
    DATAGRAM(2),
    /// Connected, keeps message boundaries, reports the peer's end.
    SEQPACKET(5);

    private final int number;

    SocketType(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }
}
