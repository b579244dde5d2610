package sampan.linux.sockets;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Method;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.OptionalInt;
import sampan.linux.sys.Kernel;
import sampan.linux.sys.Nr;

/// What was written to a unix stream socket and not yet read on the other side.
///
/// Of `java.nio`'s channels the descriptor's number is needed, which only `sun.nio.ch` knows: the
/// programs and tests are started with that package open. Where it is closed nothing is told.
public final class SendQueue {
    // asm-generic/sockios.h; the same number is TIOCOUTQ, which changes nothing either, so that a
    // channel closed meanwhile, and its number used again, does no harm
    private static final long SIOCOUTQ = 0x5411;

    private static final Optional<Method> NUMBER = number();

    private SendQueue() {}

    private static Optional<Method> number() {
        try {
            Method method = Class.forName("sun.nio.ch.SelChImpl").getMethod("getFDVal");
            return method.trySetAccessible() ? Optional.of(method) : Optional.empty();
        } catch (ReflectiveOperationException e) {
            return Optional.empty();
        }
    }

    /// The memory that unread data takes up: 0 where the peer has taken all of it, more than its
    /// bytes otherwise. Empty where it cannot be told: sockets of other kinds (TCP counts what the
    /// peer's kernel has not confirmed, which says nothing of the peer), closed ones.
    public static OptionalInt unread(SocketChannel channel) {
        try {
            if (NUMBER.isEmpty()
                    || !(channel.getLocalAddress() instanceof UnixDomainSocketAddress)) {
                return OptionalInt.empty();
            }
            return NUMBER.get().invoke(channel) instanceof Integer number
                    ? unread(number)
                    : OptionalInt.empty();
        } catch (IOException | ReflectiveOperationException e) {
            return OptionalInt.empty();
        }
    }

    private static OptionalInt unread(int number) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(ValueLayout.JAVA_INT);
            return Kernel.raw(Nr.IOCTL, number, SIOCOUTQ, bytes.address()) == 0
                    ? OptionalInt.of(bytes.get(ValueLayout.JAVA_INT, 0))
                    : OptionalInt.empty();
        }
    }
}
