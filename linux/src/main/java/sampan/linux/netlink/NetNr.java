package sampan.linux.netlink;

/// System call numbers of x86-64 (asm/unistd_64.h) that only sockets and namespaces need.
final class NetNr {
    static final long SOCKET = 41;
    static final long SENDTO = 44;
    static final long RECVFROM = 45;
    static final long BIND = 49;
    static final long GETSOCKNAME = 51;
    static final long SETSOCKOPT = 54;
    static final long POLL = 7;
    static final long UNSHARE = 272;
    static final long EVENTFD2 = 290;
    static final long SETNS = 308;

    private NetNr() {}
}
