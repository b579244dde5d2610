package sampan.linux.namespaces;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Kernel;
import sampan.linux.sys.Nr;
import sampan.linux.sys.Open;

/// One question to rtnetlink: which id has a network namespace in ours (linux/net_namespace.h).
final class NetnsIds {
    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW = 3;
    private static final int RTM_NEWNSID = 88;
    private static final int RTM_GETNSID = 90;
    private static final int NLM_F_REQUEST = 1;
    private static final int NETNSA_NSID = 1;
    private static final int NETNSA_FD = 3;
    // nlmsghdr, rtgenmsg padded to 4, one attribute with an u32.
    private static final int REQUEST_SIZE = 16 + 4 + 8;
    private static final int REPLY_MAX = 1024;

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT;

    private NetnsIds() {}

    static Optional<Integer> of(Fd network) {
        try (Arena arena = Arena.ofConfined();
                Fd socket =
                        Fd.own(
                                Kernel.call(
                                        "socket",
                                        "netlink",
                                        Nr.SOCKET,
                                        AF_NETLINK,
                                        SOCK_RAW | Open.CLOEXEC,
                                        0))) {
            MemorySegment request = arena.allocate(REQUEST_SIZE, 4);
            request.set(INT, 0, REQUEST_SIZE);
            request.set(SHORT, 4, (short) RTM_GETNSID);
            request.set(SHORT, 6, (short) NLM_F_REQUEST);
            request.set(SHORT, 20, (short) 8);
            request.set(SHORT, 22, (short) NETNSA_FD);
            request.set(INT, 24, network.number());
            MemorySegment reply = arena.allocate(REPLY_MAX, 4);
            long out = request.address();
            long in = reply.address();
            Kernel.call(
                    "sendto", "netlink", Nr.SENDTO, socket.number(), out, REQUEST_SIZE, 0, 0, 0);
            long size =
                    Kernel.call(
                            "recvfrom",
                            "netlink",
                            Nr.RECVFROM,
                            socket.number(),
                            in,
                            REPLY_MAX,
                            0,
                            0,
                            0);
            return id(reply.asSlice(0, size));
        }
    }

    private static Optional<Integer> id(MemorySegment reply) {
        if (reply.byteSize() < 20 || (reply.get(SHORT, 4) & 0xFFFF) != RTM_NEWNSID) {
            return Optional.empty();
        }
        for (long at = 20; at + 8 <= reply.byteSize(); ) {
            int length = reply.get(SHORT, at) & 0xFFFF;
            if (length < 4) {
                break;
            }
            if (reply.get(SHORT, at + 2) == NETNSA_NSID) {
                int id = reply.get(INT, at + 4);
                return id < 0 ? Optional.empty() : Optional.of(id);
            }
            at += (length + 3) & ~3L;
        }
        return Optional.empty();
    }
}
