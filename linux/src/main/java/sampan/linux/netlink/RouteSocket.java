package sampan.linux.netlink;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import sampan.errors.ErrnoException;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.sys.Errno;

/// Links, addresses and routes of one network namespace over rtnetlink(7).
///
/// Belongs to the namespace that it was opened in; may be used from any thread, one exchange at a
/// time. Dumps are bounded to [#LIMIT] objects.
public final class RouteSocket implements AutoCloseable {
    /// More links, addresses or routes than this are refused, not kept in memory.
    public static final int LIMIT = 100_000;

    /// The index of the loopback device in every namespace.
    public static final int LOOPBACK = 1;

    private static final int MAX_NAME_BYTES = 15;
    private static final int GET = NetlinkSocket.REQUEST | NetlinkSocket.ACK;
    private static final int LIST = NetlinkSocket.REQUEST | NetlinkSocket.DUMP;
    private static final int RTMSG_SIZE = 12;
    private static final int IFADDR_SIZE = 8;

    private final NetlinkSocket socket;

    private RouteSocket(NetlinkSocket socket) {
        this.socket = socket;
    }

    /// Opens one in the calling thread's network namespace.
    public static RouteSocket open() {
        return new RouteSocket(NetlinkSocket.open(NetlinkSocket.PROTOCOL_ROUTE));
    }

    /// Opens one in another namespace, by way of a throw-away thread.
    public static RouteSocket openIn(NetNamespace home) {
        return home.call(RouteSocket::open);
    }

    /// Begins a set of requests that travel together.
    public RouteBatch batch() {
        return new RouteBatch(socket);
    }

    /// The link of that name, if there is one.
    public Optional<Link> link(String name) {
        checkName(name);
        return oneLink(name, e -> request(e, 0).string(RouteBatch.IFLA_IFNAME, name));
    }

    /// The link of that index, if there is one.
    public Optional<Link> link(int index) {
        return oneLink("link " + index, e -> request(e, index));
    }

    /// All links.
    public List<Link> links() {
        return list(
                "links",
                e -> RouteBatch.link(e, RouteBatch.RTM_GETLINK, LIST, 0),
                RouteBatch.RTM_NEWLINK,
                Link::of);
    }

    /// All addresses of both families.
    public List<LinkAddress> addresses() {
        return list(
                "addresses",
                e -> zeroes(e.message(RouteBatch.RTM_GETADDR, LIST), IFADDR_SIZE),
                RouteBatch.RTM_NEWADDR,
                LinkAddress::of);
    }

    /// All routes of both families and all tables.
    public List<Route> routes() {
        return list(
                "routes",
                e -> zeroes(e.message(RouteBatch.RTM_GETROUTE, LIST), RTMSG_SIZE),
                RouteBatch.RTM_NEWROUTE,
                Route::of);
    }

    /// Removes a link; its other end goes with it.
    ///
    /// @return whether there was one
    public boolean delete(String name) {
        checkName(name);
        try {
            batch().delete(name).send(name);
            return true;
        } catch (ErrnoException e) {
            if (e.errno() == Errno.ENODEV) {
                return false;
            }
            throw e;
        }
    }

    @Override
    public void close() {
        socket.close();
    }

    private Optional<Link> oneLink(String subject, Consumer<NetlinkEncoder> request) {
        try {
            return list(subject, request, RouteBatch.RTM_NEWLINK, Link::of).stream().findFirst();
        } catch (ErrnoException e) {
            if (e.errno() == Errno.ENODEV) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private <T> List<T> list(
            String subject,
            Consumer<NetlinkEncoder> request,
            int type,
            Function<NetlinkMessage, T> decode) {
        List<T> result = new ArrayList<>();
        socket.query(
                subject,
                result::clear,
                request,
                message -> {
                    if (message.type() == type) {
                        if (result.size() == LIMIT) {
                            throw new SampanException(
                                    ErrorCode.UNAVAILABLE, "more than " + LIMIT + " " + subject);
                        }
                        result.add(decode.apply(message));
                    }
                });
        return result;
    }

    private static NetlinkEncoder request(NetlinkEncoder e, int index) {
        return RouteBatch.link(e, RouteBatch.RTM_GETLINK, GET, index);
    }

    private static NetlinkEncoder zeroes(NetlinkEncoder e, int bytes) {
        for (int i = 0; i < bytes; i += 4) {
            e.rawU32(0);
        }
        return e;
    }

    private static void checkName(String name) {
        if (name.isEmpty() || name.length() > MAX_NAME_BYTES || name.indexOf('/') >= 0) {
            throw SampanException.invalid(
                    "link name '"
                            + name
                            + "' must have 1 to "
                            + MAX_NAME_BYTES
                            + " characters and no slash");
        }
    }
}
