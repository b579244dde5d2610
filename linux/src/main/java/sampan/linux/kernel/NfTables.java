package sampan.linux.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Kernel;
import sampan.linux.sys.Nr;
import sampan.linux.sys.Open;

/// Asks nf_tables for its generation (NFT_MSG_GETGEN), which loads the module where there is one.
final class NfTables {
    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW = 3;
    private static final int NETLINK_NETFILTER = 12;
    private static final int SUBSYSTEM = 10 << 8;
    private static final int NEWGEN = 15;
    private static final int GETGEN = 16;
    private static final int NLM_F_REQUEST = 1;
    // nlmsghdr and nfgenmsg.
    private static final int REQUEST_SIZE = 20;
    private static final int REPLY_MAX = 1024;
    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVTIMEO = 20;
    private static final long TIMEOUT_SECONDS = 2;

    private NfTables() {}

    /// False also without CAP_NET_ADMIN in our network namespace.
    static boolean answers() {
        long number = Kernel.raw(Nr.SOCKET, AF_NETLINK, SOCK_RAW | Open.CLOEXEC, NETLINK_NETFILTER);
        if (number < 0) {
            return false;
        }
        try (Fd socket = Fd.own(number);
                Arena arena = Arena.ofConfined()) {
            int fd = socket.number();
            long patience = arena.allocateFrom(ValueLayout.JAVA_LONG, TIMEOUT_SECONDS, 0).address();
            Kernel.raw(Nr.SETSOCKOPT, fd, SOL_SOCKET, SO_RCVTIMEO, patience, 16, 0);
            MemorySegment request = arena.allocate(REQUEST_SIZE, 4);
            request.set(ValueLayout.JAVA_INT, 0, REQUEST_SIZE);
            request.set(ValueLayout.JAVA_SHORT, 4, (short) (SUBSYSTEM | GETGEN));
            request.set(ValueLayout.JAVA_SHORT, 6, (short) NLM_F_REQUEST);
            MemorySegment reply = arena.allocate(REPLY_MAX, 4);
            if (Kernel.raw(Nr.SENDTO, fd, request.address(), REQUEST_SIZE, 0, 0, 0) < 0) {
                return false;
            }
            long size = Kernel.raw(Nr.RECVFROM, fd, reply.address(), REPLY_MAX, 0, 0, 0);
            return size >= REQUEST_SIZE
                    && reply.get(ValueLayout.JAVA_SHORT, 4) == (short) (SUBSYSTEM | NEWGEN);
        }
    }
}
