package sampan.linux.netlink;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import sampan.errors.ErrnoException;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.sys.Errno;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Kernel;
import sampan.linux.sys.Nr;

/// A netlink socket: datagrams out, acknowledgements and dumps back.
///
/// Belongs to the network namespace of the thread that opens it. May be used from any thread; one
/// exchange runs at a time. Answers are taken from the kernel only, and a missing one is an error
/// after [#ANSWER_SECONDS], never an endless wait. The owner closes it.
///
/// Source: netlink(7); extended acknowledgements since Linux 4.12.
public final class NetlinkSocket implements AutoCloseable {
    public static final int PROTOCOL_ROUTE = 0;
    public static final int PROTOCOL_NETFILTER = 12;

    public static final int REQUEST = 1;
    public static final int ACK = 4;
    public static final int DUMP = 0x300;
    public static final int REPLACE = 0x100;
    public static final int EXCL = 0x200;
    public static final int CREATE = 0x400;

    /// How long an answer may take that the kernel owes us.
    static final int ANSWER_SECONDS = 10;

    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW_CLOEXEC = 3 | 02000000;
    private static final int SOL_SOCKET = 1;
    private static final int SO_SNDBUF = 7;
    private static final int SO_RCVBUF = 8;
    private static final int SO_RCVTIMEO = 20;
    private static final int SO_ATTACH_FILTER = 26;
    private static final int SO_SNDBUFFORCE = 32;
    private static final int SO_RCVBUFFORCE = 33;
    private static final int SOL_NETLINK = 270;
    private static final int NETLINK_ADD_MEMBERSHIP = 1;
    private static final int NETLINK_CAP_ACK = 10;
    private static final int NETLINK_EXT_ACK = 11;
    private static final int MSG_TRUNC = 0x20;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int ADDRESS_SIZE = 12;
    private static final int DUMP_TRIES = 8;
    private static final short POLLIN = 1;

    private final Fd fd;
    private final int port;
    private final ReentrantLock exchange = new ReentrantLock();
    private int sequence = 1;

    private NetlinkSocket(Fd fd, int port) {
        this.fd = fd;
        this.port = port;
    }

    private static Fd socket(int protocol) {
        try {
            return Fd.own(
                    Kernel.call(
                            "socket",
                            "netlink protocol " + protocol,
                            Nr.SOCKET,
                            AF_NETLINK,
                            SOCK_RAW_CLOEXEC,
                            protocol));
        } catch (ErrnoException e) {
            if (e.errno() == Errno.EPROTONOSUPPORT && protocol == PROTOCOL_NETFILTER) {
                throw new SampanException(
                        ErrorCode.UNSUPPORTED,
                        "this kernel has no nftables: it needs CONFIG_NF_TABLES built in or as a"
                                + " module");
            }
            throw e;
        }
    }

    /// Opens a socket in the calling thread's network namespace.
    ///
    /// @param protocol [#PROTOCOL_ROUTE] or [#PROTOCOL_NETFILTER]
    /// @throws SampanException UNSUPPORTED where the kernel was built without the protocol
    public static NetlinkSocket open(int protocol) {
        Fd fd = socket(protocol);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(ADDRESS_SIZE, 4);
            address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_NETLINK);
            long at = Kernel.address(address);
            Kernel.call("bind", "netlink", Nr.BIND, fd.number(), at, ADDRESS_SIZE);
            MemorySegment size = arena.allocateFrom(ValueLayout.JAVA_INT, ADDRESS_SIZE);
            Kernel.call(
                    "getsockname",
                    "netlink",
                    Nr.GETSOCKNAME,
                    fd.number(),
                    at,
                    Kernel.address(size));
            NetlinkSocket socket = new NetlinkSocket(fd, address.get(ValueLayout.JAVA_INT, 4));
            socket.option(SOL_NETLINK, NETLINK_CAP_ACK, 1);
            socket.option(SOL_NETLINK, NETLINK_EXT_ACK, 1);
            MemorySegment time = arena.allocate(16, 8);
            time.set(ValueLayout.JAVA_LONG, 0, ANSWER_SECONDS);
            socket.option(SOL_SOCKET, SO_RCVTIMEO, time);
            return socket;
        } catch (RuntimeException e) {
            fd.close();
            throw e;
        }
    }

    /// Subscribes to a multicast group.
    public void join(int group) {
        option(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group);
    }

    /// Lets only those notifications through that a program of [PacketFilter] accepts; replaces one
    /// that was there.
    void filter(byte[] program) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment code = arena.allocate(program.length, 8);
            MemorySegment.copy(program, 0, code, ValueLayout.JAVA_BYTE, 0, program.length);
            MemorySegment description = arena.allocate(16, 8);
            description.set(
                    ValueLayout.JAVA_SHORT, 0, (short) (program.length / PacketFilter.INSTRUCTION));
            description.set(ValueLayout.ADDRESS, 8, code);
            option(SOL_SOCKET, SO_ATTACH_FILTER, description);
        }
    }

    /// Room for datagrams of so many bytes on the way out.
    public void sendBuffer(int bytes) {
        force(SO_SNDBUFFORCE, SO_SNDBUF, bytes);
    }

    /// Room for so many bytes of notifications that nobody has read yet.
    public void receiveBuffer(int bytes) {
        force(SO_RCVBUFFORCE, SO_RCVBUF, bytes);
    }

    /// The number by which the kernel knows this socket; notifications carry it as their cause.
    public int port() {
        return port;
    }

    /// The descriptor, for waiting on it; it stays this socket's.
    public Fd fd() {
        return fd;
    }

    /// Sends the requests as one datagram and waits until each that asks for it is acknowledged.
    /// All are worked off even where one fails; the first failure is thrown afterwards.
    ///
    /// @param subject what it is about, for the error
    public void transact(String subject, Consumer<NetlinkEncoder> requests) {
        MemorySegment out = Buffers.take();
        try {
            transact(subject, out, requests);
        } finally {
            Buffers.give(out);
        }
    }

    /// As above, with a buffer of the caller's for datagrams above 32 KiB.
    public void transact(String subject, MemorySegment out, Consumer<NetlinkEncoder> requests) {
        exchange(subject, out, requests, message -> {});
    }

    /// Sends a request for objects and hands on each that comes; a dump that the kernel reports as
    /// inconsistent is repeated from the start.
    ///
    /// @param start called before each try, to forget what an earlier one collected
    public void query(
            String subject,
            Runnable start,
            Consumer<NetlinkEncoder> requests,
            Consumer<NetlinkMessage> content) {
        MemorySegment out = Buffers.take();
        try {
            for (int i = 0; i < DUMP_TRIES; i++) {
                start.run();
                if (!exchange(subject, out, requests, content)) {
                    return;
                }
            }
        } finally {
            Buffers.give(out);
        }
        throw new SampanException(
                ErrorCode.UNAVAILABLE,
                "netlink table of " + subject + " changed during " + DUMP_TRIES + " readings");
    }

    /// Waits for notifications of the groups joined and hands them on; returns after the wake-up
    /// was signalled. Blocks the calling thread, which must be a platform thread.
    public void listen(WakeUp wakeUp, NetlinkListener listener) {
        MemorySegment in = Buffers.take();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment poll = arena.allocate(16, 8);
            while (true) {
                pollEntry(poll, 0, fd);
                pollEntry(poll, 8, wakeUp.fd());
                long ready = Kernel.raw(Nr.PPOLL, Kernel.address(poll), 2, 0);
                if (ready < 0 && ready != -Errno.EINTR) {
                    throw Kernel.failure("poll", (int) -ready, "netlink notifications");
                }
                if (poll.get(ValueLayout.JAVA_SHORT, 14) != 0) {
                    return;
                }
                drain(in, listener);
                listener.quiet();
            }
        } finally {
            Buffers.give(in);
        }
    }

    @Override
    public void close() {
        fd.close();
    }

    private void drain(MemorySegment in, NetlinkListener listener) {
        while (true) {
            long length = receive(in, MSG_DONTWAIT);
            if (length == -Errno.EAGAIN) {
                return;
            }
            if (length == -Errno.ENOBUFS) {
                listener.lost();
            } else if (length < 0) {
                throw Kernel.failure("recvfrom", (int) -length, "netlink notifications");
            } else {
                NetlinkMessage.each(in.asSlice(0, length), listener::message);
            }
        }
    }

    /// Returns whether a dump was interrupted and has to be repeated.
    private boolean exchange(
            String subject,
            MemorySegment out,
            Consumer<NetlinkEncoder> requests,
            Consumer<NetlinkMessage> content) {
        MemorySegment in = Buffers.take();
        exchange.lock();
        try {
            int first = sequence;
            NetlinkEncoder encoder = new NetlinkEncoder(out, first);
            requests.accept(encoder);
            long length = encoder.finish();
            sequence = encoder.nextSequence();
            Kernel.call(
                    "sendto",
                    subject,
                    Nr.SENDTO,
                    fd.number(),
                    Kernel.address(out),
                    length,
                    0,
                    0,
                    0);
            Answers answers =
                    new Answers(subject, first, sequence, encoder.acknowledged(), content);
            while (answers.owed() || answers.failed()) {
                // After a failure whatever else there is has been queued already.
                long got = receive(in, answers.failed() ? MSG_DONTWAIT : 0);
                if (got == -Errno.EAGAIN && answers.failed()) {
                    break;
                }
                if (got < 0) {
                    throw Kernel.failure("recvfrom", (int) -got, subject);
                }
                NetlinkMessage.each(in.asSlice(0, got), answers::accept);
            }
            answers.throwFailure();
            return answers.interrupted();
        } finally {
            exchange.unlock();
            Buffers.give(in);
        }
    }

    /// One datagram from the kernel: its length or `-errno`. Those of other senders are dropped.
    private long receive(MemorySegment in, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment from = arena.allocate(16, 8);
            while (true) {
                from.set(ValueLayout.JAVA_INT, 12, ADDRESS_SIZE);
                long length =
                        Kernel.raw(
                                Nr.RECVFROM,
                                fd.number(),
                                Kernel.address(in),
                                in.byteSize(),
                                flags | MSG_TRUNC,
                                Kernel.address(from),
                                Kernel.address(from) + 12);
                if (length == -Errno.EINTR) {
                    continue;
                }
                if (length > in.byteSize()) {
                    throw NetlinkMessage.malformed(
                            "datagram of " + length + " bytes exceeds " + in.byteSize());
                }
                if (length < 0 || from.get(ValueLayout.JAVA_INT, 4) == 0) {
                    return length;
                }
            }
        }
    }

    private static void pollEntry(MemorySegment poll, long at, Fd fd) {
        poll.set(ValueLayout.JAVA_INT, at, fd.number());
        poll.set(ValueLayout.JAVA_SHORT, at + 4, POLLIN);
        poll.set(ValueLayout.JAVA_SHORT, at + 6, (short) 0);
    }

    private void force(int forced, int plain, int bytes) {
        try {
            option(SOL_SOCKET, forced, bytes);
        } catch (ErrnoException e) {
            // Without CAP_NET_ADMIN over the first user namespace the host's own limit applies.
            option(SOL_SOCKET, plain, bytes);
        }
    }

    private void option(int level, int name, int value) {
        try (Arena arena = Arena.ofConfined()) {
            option(level, name, arena.allocateFrom(ValueLayout.JAVA_INT, value));
        }
    }

    private void option(int level, int name, MemorySegment value) {
        Kernel.call(
                "setsockopt",
                "netlink option " + name,
                Nr.SETSOCKOPT,
                fd.number(),
                level,
                name,
                Kernel.address(value),
                value.byteSize(),
                0);
    }
}
