package sampan.engine.gateway;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import sampan.engine.gateway.process.GatewayLink;
import sampan.errors.SampanException;
import sampan.linux.net.InternetAddress;
import sampan.linux.net.ListenSocket;
import sampan.linux.sys.Fd;

/// The gateway's listening sockets, which the daemon opens and holds as well: the gateway needs no
/// right to bind, and where it dies the kernel goes on taking connections. For one thread at a
/// time.
final class Listeners implements AutoCloseable {
    private final Map<String, List<Fd>> held = new LinkedHashMap<>();
    private Set<String> told = Set.of();
    private Set<String> given = new LinkedHashSet<>();

    /// Takes the sockets of a gateway that a former daemon started.
    void adopt(GatewayLink link) {
        close();
        link.begin("sockets");
        while (true) {
            GatewayLink.Answer answer = link.next();
            if (answer.json().path("end").asBoolean(false)) {
                return;
            }
            held.put(answer.json().path("address").asString(""), answer.descriptors());
        }
    }

    /// Another gateway begins: it knows none yet.
    void forget() {
        told = Set.of();
        given = new LinkedHashSet<>();
    }

    /// Has the gateway listen at these addresses and no others. What cannot be bound fails, and
    /// then it goes on at those before.
    void want(GatewayLink link, List<String> addresses) {
        Set<String> wanted = new LinkedHashSet<>();
        Map<String, List<Fd>> opened = new LinkedHashMap<>();
        try {
            for (String text : addresses) {
                String address = InternetAddress.parse("listener", text).toString();
                wanted.add(address);
                List<Fd> known = held.get(address);
                if (known == null || known.size() > link.loops()) {
                    opened.put(address, open(address, link.loops()));
                }
            }
        } catch (RuntimeException e) {
            opened.values().forEach(fds -> fds.forEach(Fd::close));
            throw e;
        }
        opened.forEach((address, fds) -> {
            List<Fd> old = held.put(address, fds);
            if (old != null) {
                old.forEach(Fd::close);
            }
            given.remove(address);
        });
        for (String address : wanted) {
            if (given.add(address)) {
                link.order(
                        "socket " + address,
                        held.getOrDefault(address, List.of()),
                        GatewayLink.ORDER_MILLIS_MAX);
            }
        }
        if (!wanted.equals(told)) {
            link.order("listen " + String.join(" ", wanted));
            told = wanted;
        }
        List<String> gone = held.keySet().stream().filter(a -> !wanted.contains(a)).toList();
        for (String address : gone) {
            List<Fd> old = held.remove(address);
            if (old != null) {
                old.forEach(Fd::close);
            }
            given.remove(address);
        }
    }

    private static List<Fd> open(String address, int count) {
        InternetAddress parsed = InternetAddress.parse("listener", address);
        requireFree(parsed);
        List<Fd> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                sockets.add(ListenSocket.open(parsed.resolve(), parsed.port()));
            }
            return sockets;
        } catch (RuntimeException e) {
            sockets.forEach(Fd::close);
            throw e;
        }
    }

    // Sockets that share an address would share its connections with whoever has it already.
    private static void requireFree(InternetAddress address) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(address.resolve(), address.port()));
        } catch (IOException e) {
            throw SampanException.conflict(
                    "listener "
                            + address
                            + ": "
                            + e.getMessage()
                            + ": free it, or choose another by --gateway-http");
        }
    }

    @Override
    public void close() {
        held.values().forEach(fds -> fds.forEach(Fd::close));
        held.clear();
        forget();
    }
}
