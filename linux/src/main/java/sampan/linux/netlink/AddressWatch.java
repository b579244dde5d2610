package sampan.linux.netlink;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/// Watches a network namespace for IPv4 addresses, routes and links that go away, and for one link
/// that is switched off or pulled out. What comes and goes inside of other namespaces is not seen.
/// The kernel itself passes over all other news of links, so that a host with busy containers wakes
/// nobody here for what appears.
///
/// One platform thread that sleeps in the kernel. Calls are at least [#PAUSE] apart.
public final class AddressWatch implements AutoCloseable {
    /// Least time between two calls.
    public static final Duration PAUSE = Duration.ofMillis(50);

    private static final int GROUP_LINKS = 1;
    private static final int GROUP_IPV4_ADDRESSES = 5;
    private static final int GROUP_IPV4_ROUTES = 7;
    private static final int RTM_NEWLINK = 16;
    private static final int RTM_DELLINK = 17;
    private static final int RTM_DELROUTE = 25;
    private static final int LINK_HEADER = 16;
    private static final int LINK_FLAGS = 8;
    private static final int LINK_NAME = 3;
    private static final int UP = 1;
    private static final long STOP_MILLIS = 5_000;

    private final NetlinkSocket socket;
    private final WakeUp wakeUp = new WakeUp();
    private final Thread thread;

    private AddressWatch(NetlinkSocket socket, Predicate<String> concerns, Runnable gone) {
        this.socket = socket;
        this.thread =
                Thread.ofPlatform()
                        .name("address-watch")
                        .daemon()
                        .unstarted(() -> socket.listen(wakeUp, new Listener(concerns, gone)));
    }

    /// Subscribes in the calling thread's network namespace. From here on nothing is missed, but
    /// nothing is done before [#start].
    ///
    /// @param concerns asked on the watching thread whether the end of a link of that name matters
    /// @param gone called on the watching thread after something went, or may have gone; must not
    ///   throw
    public static AddressWatch open(Predicate<String> concerns, Runnable gone) {
        NetlinkSocket socket = NetlinkSocket.open(NetlinkSocket.PROTOCOL_ROUTE);
        AddressWatch watch = new AddressWatch(socket, concerns, gone);
        watch.follow(0);
        socket.join(GROUP_IPV4_ADDRESSES);
        socket.join(GROUP_IPV4_ROUTES);
        socket.join(GROUP_LINKS);
        return watch;
    }

    /// From now on tells when this link is switched off, and of no other.
    ///
    /// @param link its index
    public void follow(int link) {
        socket.filter(
                PacketFilter.acceptingTypes(
                        RTM_NEWLINK, link, RouteBatch.RTM_DELADDR, RTM_DELROUTE, RTM_DELLINK));
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
        private final Predicate<String> concerns;
        private final Runnable gone;
        private boolean seen;

        private Listener(Predicate<String> concerns, Runnable gone) {
            this.concerns = concerns;
            this.gone = gone;
        }

        @Override
        public void message(NetlinkMessage message) {
            seen |=
                    switch (message.type()) {
                        case RouteBatch.RTM_DELADDR, RTM_DELROUTE -> true;
                        case RTM_NEWLINK -> (message.u32(LINK_FLAGS) & UP) == 0;
                        case RTM_DELLINK ->
                                message.attributes(LINK_HEADER)
                                        .string(LINK_NAME)
                                        .filter(concerns)
                                        .isPresent();
                        default -> false;
                    };
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
