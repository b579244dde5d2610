package sampan.linux.netlink;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/// Watches a network namespace for IPv4 addresses and routes that go away; those of a link go with
/// it. What comes and goes inside of other namespaces is not seen, and neither are links without an
/// address, so that a host with busy containers wakes nobody here. The price is that a link which
/// is only switched off goes unseen: the kernel drops its routes without a word.
///
/// One platform thread that sleeps in the kernel. Calls are at least [#PAUSE] apart.
public final class AddressWatch implements AutoCloseable {
    /// Least time between two calls.
    public static final Duration PAUSE = Duration.ofMillis(50);

    private static final int GROUP_IPV4_ADDRESSES = 5;
    private static final int GROUP_IPV4_ROUTES = 7;
    private static final int RTM_DELROUTE = 25;
    private static final long STOP_MILLIS = 5_000;

    private final NetlinkSocket socket;
    private final WakeUp wakeUp = new WakeUp();
    private final Thread thread;

    private AddressWatch(NetlinkSocket socket, Runnable gone) {
        this.socket = socket;
        this.thread =
                Thread.ofPlatform()
                        .name("address-watch")
                        .daemon()
                        .unstarted(() -> socket.listen(wakeUp, new Listener(gone)));
    }

    /// Subscribes in the calling thread's network namespace. From here on nothing is missed, but
    /// nothing is done before [#start].
    ///
    /// @param gone called on the watching thread after something went, or may have gone; must not
    ///   throw
    public static AddressWatch open(Runnable gone) {
        NetlinkSocket socket = NetlinkSocket.open(NetlinkSocket.PROTOCOL_ROUTE);
        socket.join(GROUP_IPV4_ADDRESSES);
        socket.join(GROUP_IPV4_ROUTES);
        return new AddressWatch(socket, gone);
    }

    /// Begins to watch.
    public void start() {
        thread.start();
    }

    /// Stops watching and waits for the thread to end. Closing twice is harmless.
    @Override
    public void close() {
        if (!socket.fd().isOpen()) {
            return;
        }
        wakeUp.signal();
        try {
            thread.join(STOP_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        socket.close();
        wakeUp.close();
    }

    private static final class Listener implements NetlinkListener {
        private final Runnable gone;
        private boolean seen;

        private Listener(Runnable gone) {
            this.gone = gone;
        }

        @Override
        public void message(NetlinkMessage message) {
            seen |= message.type() == RouteBatch.RTM_DELADDR || message.type() == RTM_DELROUTE;
        }

        @Override
        public void lost() {
            seen = true;
        }

        @Override
        public void quiet() {
            if (seen) {
                seen = false;
                gone.run();
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        }
    }
}
