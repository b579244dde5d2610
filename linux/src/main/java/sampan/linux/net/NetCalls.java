package sampan.linux.net;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/// Socket calls of one event loop, none of which allocates. Each returns what the call returned, or
/// `-errno`. All sockets are non-blocking and close-on-exec. Not thread-safe: the place where errno
/// lands is this object's.
public final class NetCalls {
    public static final int FAMILY_UNIX = 1;
    public static final int FAMILY_INET = 2;
    public static final int FAMILY_INET6 = 10;

    /// For [#shutdown]: nothing more will be sent.
    public static final int SHUT_WR = 1;

    private static final int STREAM = 1;
    private static final int NONBLOCK = 0x800;
    private static final int CLOEXEC = 0x80000;
    private static final int MSG_PEEK = 2;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int MSG_MORE = 0x8000;
    private static final int SOL_SOCKET = 1;
    private static final int SO_ERROR = 4;
    private static final int SO_LINGER = 13;
    private static final int IPPROTO_TCP = 6;
    private static final int TCP_NODELAY = 1;

    private static final StructLayout CAPTURE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO =
            CAPTURE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private static final MethodHandle SOCKET = find("socket", JAVA_INT, 3);
    private static final MethodHandle ACCEPT4 =
            find(
                    "accept4",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
    private static final MethodHandle CONNECT =
            find("connect", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT));
    private static final MethodHandle RECV =
            find(
                    "recv",
                    FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
    private static final MethodHandle SEND =
            find(
                    "send",
                    FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
    private static final MethodHandle GETSOCKNAME =
            find("getsockname", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle SHUTDOWN = find("shutdown", JAVA_INT, 2);
    private static final MethodHandle CLOSE = find("close", JAVA_INT, 1);
    private static final MethodHandle SETSOCKOPT =
            find(
                    "setsockopt",
                    FunctionDescriptor.of(
                            JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT));
    private static final MethodHandle GETSOCKOPT =
            find(
                    "getsockopt",
                    FunctionDescriptor.of(
                            JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG));

    private final MemorySegment state = Arena.global().allocate(CAPTURE);
    private final long one = Memory.allocate(8);
    private final long linger = Memory.allocate(8);
    private final long value = Memory.allocate(8);
    private final long valueLength = Memory.allocate(8);

    public NetCalls() {
        Memory.putInt(one, 1);
        Memory.putInt(linger, 1);
    }

    static MethodHandle find(String name, FunctionDescriptor descriptor) {
        return Linker.nativeLinker()
                .downcallHandle(
                        Linker.nativeLinker().defaultLookup().findOrThrow(name),
                        descriptor,
                        Linker.Option.captureCallState("errno"));
    }

    private static MethodHandle find(String name, MemoryLayout result, int integers) {
        MemoryLayout[] arguments = new MemoryLayout[integers];
        java.util.Arrays.fill(arguments, JAVA_INT);
        return find(name, FunctionDescriptor.of(result, arguments));
    }

    static int errno(MemorySegment state) {
        return (int) ERRNO.get(state, 0L);
    }

    static MemorySegment captureState() {
        return Arena.global().allocate(CAPTURE);
    }

    static IllegalStateException impossible(Throwable failure) {
        return new IllegalStateException("downcall failed", failure);
    }

    private int result(int result) {
        return result >= 0 ? result : -errno(state);
    }

    /// A TCP (or unix stream) socket of that family.
    public int socket(int family) {
        try {
            return result((int) SOCKET.invokeExact(state, family, STREAM | NONBLOCK | CLOEXEC, 0));
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /// Takes a connection; the peer's address is written as accept(2) does it.
    ///
    /// @param lengthAddress of the int that holds the room at `address`
    public int accept(int listener, long address, long lengthAddress) {
        try {
            return result(
                    (int)
                            ACCEPT4.invokeExact(
                                    state, listener, address, lengthAddress, NONBLOCK | CLOEXEC));
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /// Begins to connect; -EINPROGRESS where the answer comes as writability and [#error].
    public int connect(int socket, long address, int length) {
        try {
            return result((int) CONNECT.invokeExact(state, socket, address, length));
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /// Bytes received; 0 at the end of the stream.
    public int receive(int socket, long address, int length) {
        return receive(socket, address, length, 0);
    }

    /// As [#receive], but what is read stays and is read again.
    public int peek(int socket, long address, int length) {
        return receive(socket, address, length, MSG_PEEK);
    }

    private int receive(int socket, long address, int length, int flags) {
        try {
            long n = (long) RECV.invokeExact(state, socket, address, (long) length, flags);
            return n >= 0 ? (int) n : -errno(state);
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /// Bytes that the socket took; no SIGPIPE.
    public int send(int socket, long address, int length) {
        return send(socket, address, length, MSG_NOSIGNAL);
    }

    /// As [#send]; the kernel may wait for what follows before it makes a packet.
    public int sendMore(int socket, long address, int length) {
        return send(socket, address, length, MSG_NOSIGNAL | MSG_MORE);
    }

    private int send(int socket, long address, int length, int flags) {
        try {
            long n = (long) SEND.invokeExact(state, socket, address, (long) length, flags);
            return n >= 0 ? (int) n : -errno(state);
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /// The socket's own address, written as [#accept] does it.
    public int ownAddress(int socket, long address, long lengthAddress) {
        try {
            return result((int) GETSOCKNAME.invokeExact(state, socket, address, lengthAddress));
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    public int shutdown(int socket, int how) {
        try {
            return result((int) SHUTDOWN.invokeExact(state, socket, how));
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /// Frees the number even where it reports an error.
    public int close(int descriptor) {
        try {
            return result((int) CLOSE.invokeExact(state, descriptor));
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /// Makes [#close] of this socket send a reset and forget what is unsent.
    public int resetOnClose(int socket) {
        return setOption(socket, SOL_SOCKET, SO_LINGER, linger, 8);
    }

    /// Small segments leave at once.
    public int noDelay(int socket) {
        return setOption(socket, IPPROTO_TCP, TCP_NODELAY, one, 4);
    }

    private int setOption(int socket, int level, int name, long address, int length) {
        try {
            return result(
                    (int) SETSOCKOPT.invokeExact(state, socket, level, name, address, length));
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /// The pending error of a socket (SO_ERROR), positive, 0 for none; a failing call counts as its
    /// own errno.
    public int error(int socket) {
        Memory.putInt(value, 0);
        Memory.putInt(valueLength, 4);
        try {
            int r =
                    (int)
                            GETSOCKOPT.invokeExact(
                                    state, socket, SOL_SOCKET, SO_ERROR, value, valueLength);
            return r < 0 ? errno(state) : Memory.getInt(value);
        } catch (Throwable t) {
            throw impossible(t);
        }
    }
}
