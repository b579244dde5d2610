package sampan.linux.net;

import java.lang.foreign.Arena;
import java.net.InetAddress;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Kernel;
import sampan.linux.sys.Nr;

/// A TCP socket that listens. Several of one address share what comes (SO_REUSEPORT): one per loop.
public final class ListenSocket {
    /// Connections that wait for [NetCalls#accept]; the kernel may hold less (somaxconn).
    public static final int BACKLOG = 4096;

    private static final int STREAM_NONBLOCK_CLOEXEC = 1 | 0x800 | 0x80000;
    private static final int SOL_SOCKET = 1;
    private static final int SO_REUSEADDR = 2;
    private static final int SO_REUSEPORT = 15;

    private ListenSocket() {}

    /// @param port 0 for one that the kernel picks, see [#port]
    public static Fd open(InetAddress address, int port) {
        String subject = new InternetAddress(address.getHostAddress(), port).toString();
        Fd socket =
                Fd.own(
                        Kernel.call(
                                "socket",
                                subject,
                                Nr.SOCKET,
                                InternetAddress.family(address),
                                STREAM_NONBLOCK_CLOEXEC,
                                0));
        try (Arena arena = Arena.ofConfined()) {
            set(arena, socket, SO_REUSEADDR, subject);
            set(arena, socket, SO_REUSEPORT, subject);
            long at = Memory.allocate(arena, InternetAddress.BYTES_MAX);
            int length = InternetAddress.write(address, port, at);
            Kernel.call("bind", subject, Nr.BIND, socket.number(), at, length);
            Kernel.call("listen", subject, Nr.LISTEN, socket.number(), BACKLOG, 0);
            return socket;
        } catch (RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /// The port that a socket is bound to.
    public static int port(Fd socket) {
        try (Arena arena = Arena.ofConfined()) {
            long at = Memory.allocate(arena, InternetAddress.BYTES_MAX);
            long length = Memory.allocate(arena, 8);
            Memory.putInt(length, InternetAddress.BYTES_MAX);
            Kernel.call("getsockname", "", Nr.GETSOCKNAME, socket.number(), at, length);
            return (Memory.get(at + 2) & 0xFF) << 8 | Memory.get(at + 3) & 0xFF;
        }
    }

    private static void set(Arena arena, Fd socket, int option, String subject) {
        long one = Memory.allocate(arena, 8);
        Memory.putInt(one, 1);
        Kernel.call(
                "setsockopt",
                subject,
                Nr.SETSOCKOPT,
                socket.number(),
                SOL_SOCKET,
                option,
                one,
                4,
                0);
    }
}
