package sampan.linux.sockets;

/// Who was on the other side when the connection was made (SO_PEERCRED, unix(7)), in our
/// namespaces: pid 0 and uid 65534 stand for who has no number here.
public record PeerCredential(int pid, int uid, int gid) {}
