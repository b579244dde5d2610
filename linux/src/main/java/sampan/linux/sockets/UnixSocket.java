package sampan.linux.sockets;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sampan.errors.SampanException;
import sampan.linux.files.FileOps;
import sampan.linux.sys.CString;
import sampan.linux.sys.Errno;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Kernel;
import sampan.linux.sys.Nr;
import sampan.linux.sys.Open;

/// A unix socket that somebody owns.
public final class UnixSocket implements AutoCloseable {
    /// Descriptors in one message (SCM_MAX_FD).
    public static final int FDS_MAX = 253;

    /// shutdown(2): which direction ends.
    public static final int SHUT_READ = 0;

    public static final int SHUT_WRITE = 1;
    public static final int SHUT_BOTH = 2;

    private static final int AF_UNIX = 1;
    private static final int SOCK_CLOEXEC = Open.CLOEXEC;
    private static final int SOL_SOCKET = 1;
    private static final int SO_PEERCRED = 17;
    private static final int SO_PEERGROUPS = 59;
    // NGROUPS_MAX of the kernel
    private static final int GROUPS_MAX = 65536;
    private static final int SUN_PATH_MAX = 107;
    private static final int NOSIGNAL = 0x4000;
    private static final int DONTWAIT = 0x40;

    private final Fd fd;

    private UnixSocket(Fd fd) {
        this.fd = fd;
    }

    /// Takes over a descriptor that is a unix socket.
    public static UnixSocket of(Fd fd) {
        return new UnixSocket(fd);
    }

    /// Two connected ends.
    public record Pair(UnixSocket first, UnixSocket second) implements AutoCloseable {
        @Override
        public void close() {
            first.close();
            second.close();
        }
    }

    public static Pair pair(SocketType type) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ends = arena.allocate(8, 4);
            Kernel.call(
                    "socketpair",
                    "",
                    Nr.SOCKETPAIR,
                    AF_UNIX,
                    type.number() | SOCK_CLOEXEC,
                    0,
                    ends.address(),
                    0,
                    0);
            return new Pair(
                    of(Fd.own(ends.get(ValueLayout.JAVA_INT, 0))),
                    of(Fd.own(ends.get(ValueLayout.JAVA_INT, 4))));
        }
    }

    /// Binds and listens. The file gets its mode before anybody can connect; one that exists
    /// already fails (EADDRINUSE).
    ///
    /// @param mode permissions of the file, such as 0660
    /// @param backlog connections that wait to be accepted
    public static UnixSocket listen(String path, SocketType type, int mode, int backlog) {
        UnixSocket socket = socket(type);
        try {
            socket.withAddress(path, "bind", Nr.BIND);
            FileOps.fchmodAt(Fd.CWD, path, mode);
            Kernel.call("listen", path, Nr.LISTEN, socket.fd.number(), backlog, 0);
            return socket;
        } catch (RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    public static UnixSocket connect(String path, SocketType type) {
        UnixSocket socket = socket(type);
        try {
            socket.withAddress(path, "connect", Nr.CONNECT);
            return socket;
        } catch (RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    private static UnixSocket socket(SocketType type) {
        return of(
                Fd.own(
                        Kernel.call(
                                "socket",
                                "",
                                Nr.SOCKET,
                                AF_UNIX,
                                type.number() | SOCK_CLOEXEC,
                                0)));
    }

    private void withAddress(String path, String call, long nr) {
        if (CString.encode(path).length <= SUN_PATH_MAX) {
            address(path, path, call, nr);
            return;
        }
        int slash = path.lastIndexOf('/');
        String parent = slash < 0 ? "." : path.substring(0, Math.max(1, slash));
        try (Fd dir = Fd.open(parent, Open.PATH | Open.DIRECTORY)) {
            address(dir.path() + "/" + path.substring(slash + 1), path, call, nr);
        }
    }

    private void address(String name, String path, String call, long nr) {
        byte[] bytes = CString.encode(name);
        if (bytes.length == 0 || bytes.length > SUN_PATH_MAX) {
            throw SampanException.invalid(
                    "socket name "
                            + path
                            + " is empty or longer than 80 bytes: choose a shorter one");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(SUN_PATH_MAX + 3L, 2);
            address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
            MemorySegment.copy(bytes, 0, address, ValueLayout.JAVA_BYTE, 2, bytes.length);
            Kernel.call(call, path, nr, fd.number(), address.address(), bytes.length + 3L);
        }
    }

    /// The next connection; waits for one.
    public UnixSocket accept() {
        return of(
                Fd.own(
                        Kernel.call(
                                "accept4",
                                fd.toString(),
                                Nr.ACCEPT4,
                                fd.number(),
                                0,
                                0,
                                SOCK_CLOEXEC,
                                0,
                                0)));
    }

    /// The next connection, or empty where none waits. The listening socket must be non-blocking
    /// ([sampan.linux.files.FileIo#nonBlocking]); the accepted one blocks.
    ///
    /// @throws sampan.errors.ErrnoException EMFILE or ENFILE where descriptors are used up: the
    ///   connection still waits, and a poller's handler must catch this or lose its registration
    public Optional<UnixSocket> tryAccept() {
        long got = Kernel.raw(Nr.ACCEPT4, fd.number(), 0, 0, SOCK_CLOEXEC, 0, 0);
        if (got >= 0) {
            return Optional.of(of(Fd.own(got)));
        }
        // The last two: the peer is gone again, or a signal came; there may be another.
        if (got == -Errno.EAGAIN || got == -Errno.ECONNABORTED || got == -Errno.EINTR) {
            return Optional.empty();
        }
        throw Kernel.failure("accept4", (int) -got, fd.toString());
    }

    /// Sends a message with descriptors, which stay the caller's; waits for room.
    ///
    /// @return bytes taken: all of them but on streams
    public int send(byte[] data, List<Fd> fds) {
        return Messages.send(fd, data, fds, NOSIGNAL);
    }

    public int send(byte[] data) {
        return send(data, List.of());
    }

    /// As [#send] without waiting.
    ///
    /// @return -1 where there is no room now
    public int trySend(byte[] data, List<Fd> fds) {
        return Messages.send(fd, data, fds, NOSIGNAL | DONTWAIT);
    }

    /// Receives into a native or heap buffer; waits for something.
    ///
    /// @param fdsMax descriptors to take at most, 0 to [#FDS_MAX]; others are closed
    public Received receive(MemorySegment buffer, int fdsMax) {
        return Messages.receive(fd, buffer, fdsMax, 0).orElseThrow();
    }

    public Received receive(byte[] buffer, int fdsMax) {
        return receive(MemorySegment.ofArray(buffer), fdsMax);
    }

    /// As [#receive] without waiting: empty where there is nothing yet.
    public Optional<Received> tryReceive(MemorySegment buffer, int fdsMax) {
        return Messages.receive(fd, buffer, fdsMax, DONTWAIT);
    }

    public Optional<Received> tryReceive(byte[] buffer, int fdsMax) {
        return tryReceive(MemorySegment.ofArray(buffer), fdsMax);
    }

    public PeerCredential peerCredential() {
        return peerCredential(fd);
    }

    /// Of any connected unix socket.
    public static PeerCredential peerCredential(Fd socket) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment credential = arena.allocate(12, 4);
            MemorySegment size = arena.allocateFrom(ValueLayout.JAVA_INT, 12);
            Kernel.call(
                    "getsockopt",
                    "SO_PEERCRED",
                    Nr.GETSOCKOPT,
                    socket.number(),
                    SOL_SOCKET,
                    SO_PEERCRED,
                    credential.address(),
                    size.address(),
                    0);
            return new PeerCredential(
                    credential.get(ValueLayout.JAVA_INT, 0),
                    credential.get(ValueLayout.JAVA_INT, 4),
                    credential.get(ValueLayout.JAVA_INT, 8));
        }
    }

    /// The further groups of who connected (SO_PEERGROUPS, kernel 4.13).
    public List<Integer> peerGroups() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment groups = arena.allocate(ValueLayout.JAVA_INT, GROUPS_MAX);
            MemorySegment size = arena.allocateFrom(ValueLayout.JAVA_INT, GROUPS_MAX * 4);
            Kernel.call(
                    "getsockopt",
                    "SO_PEERGROUPS",
                    Nr.GETSOCKOPT,
                    fd.number(),
                    SOL_SOCKET,
                    SO_PEERGROUPS,
                    groups.address(),
                    size.address(),
                    0);
            List<Integer> found = new ArrayList<>();
            for (int i = 0; i < size.get(ValueLayout.JAVA_INT, 0) / 4; i++) {
                found.add(groups.getAtIndex(ValueLayout.JAVA_INT, i));
            }
            return found;
        }
    }

    /// @param how one of `SHUT_*`
    public void shutdown(int how) {
        long result = Kernel.raw(Nr.SHUTDOWN, fd.number(), how, 0);
        if (result < 0 && result != -Errno.ENOTCONN) {
            throw Kernel.failure("shutdown", (int) -result, fd.toString());
        }
    }

    /// Stays this object's.
    public Fd fd() {
        return fd;
    }

    @Override
    public void close() {
        fd.close();
    }

    @Override
    public String toString() {
        return "unix socket " + fd;
    }
}
