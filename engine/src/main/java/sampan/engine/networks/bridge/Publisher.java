package sampan.engine.networks.bridge;

import java.net.BindException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import sampan.engine.networks.Attachment;
import sampan.engine.networks.Endpoint;
import sampan.engine.networks.PortMapping;
import sampan.engine.networks.PortRequest;
import sampan.engine.networks.Protocol;
import sampan.errors.SampanException;
import sampan.linux.nftables.NatNetwork;
import sampan.linux.nftables.NatTable;
import sampan.linux.nftables.PortKey;
import sampan.linux.nftables.PortTarget;

/// Published ports of one network: held, led by the firewall's map, and remembered by endpoint.
/// Thread-safe; one change at a time.
final class Publisher {
    private final NatTable table;
    private final HeldPorts held;
    private final BiConsumer<Map<PortKey, PortTarget>, Boolean> changed;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, List<Published>> byEndpoint = new HashMap<>();
    private final Map<Place, List<PortMapping>> taken = new HashMap<>();

    private record Published(PortMapping mapping, HeldPorts.Held held) {}

    private record Place(Protocol protocol, int port) {}

    /// @param changed told of ports that begin (true) or cease (false) to lead, after they do
    Publisher(
            NatTable table, HeldPorts held, BiConsumer<Map<PortKey, PortTarget>, Boolean> changed) {
        this.table = table;
        this.held = held;
        this.changed = changed;
    }

    List<PortMapping> publish(Endpoint endpoint, List<PortRequest> requests) {
        if (requests.isEmpty()) {
            return List.of();
        }
        lock.lock();
        try {
            if (byEndpoint.containsKey(endpoint.id())) {
                throw SampanException.conflict(
                        "endpoint " + endpoint.id() + " has published ports already");
            }
            List<Published> done = new ArrayList<>();
            boolean complete = false;
            try {
                for (PortRequest request : merged(requests)) {
                    Published published = take(request);
                    done.add(published);
                    occupy(published.mapping());
                }
                Map<PortKey, PortTarget> keys = keys(endpoint, done);
                table.publish(keys);
                changed.accept(keys, true);
                done.forEach(p -> lead(endpoint, p));
                complete = true;
            } finally {
                if (!complete) {
                    giveUp(done);
                }
            }
            byEndpoint.put(endpoint.id(), done);
            return done.stream().map(Published::mapping).toList();
        } finally {
            lock.unlock();
        }
    }

    void unpublish(Endpoint endpoint) {
        lock.lock();
        try {
            List<Published> gone = byEndpoint.remove(endpoint.id());
            if (gone != null) {
                Map<PortKey, PortTarget> keys = keys(endpoint, gone);
                table.unpublish(keys.keySet());
                changed.accept(keys, false);
                giveUp(gone);
            }
        } finally {
            lock.unlock();
        }
    }

    /// Lays the firewall with what was published before a restart, and takes the ports again. A
    /// port that somebody else took meanwhile is still led to its container: that is told, not
    /// refused.
    void restore(NatNetwork network, Collection<Attachment> attachments, Consumer<String> notices) {
        lock.lock();
        try {
            Map<PortKey, PortTarget> all = new HashMap<>();
            for (Attachment attachment : attachments) {
                List<Published> list = new ArrayList<>();
                for (PortMapping mapping : attachment.ports()) {
                    list.add(retake(mapping, notices));
                    occupy(mapping);
                }
                if (!list.isEmpty()) {
                    byEndpoint.put(attachment.endpoint().id(), list);
                    all.putAll(keys(attachment.endpoint(), list));
                }
            }
            table.install(List.of(network), all);
            attachments.forEach(attachment ->
                    byEndpoint
                            .getOrDefault(attachment.endpoint().id(), List.of())
                            .forEach(p -> lead(attachment.endpoint(), p)));
        } finally {
            lock.unlock();
        }
    }

    private Published retake(PortMapping mapping, Consumer<String> notices) {
        try {
            return new Published(
                    mapping,
                    held.hold(mapping.protocol(), mapping.hostAddress(), mapping.hostPort()));
        } catch (BindException e) {
            notices.accept(
                    "published port "
                            + mapping.shownHost()
                            + "/"
                            + mapping.protocol()
                            + " was taken by another program while the daemon was away");
            return new Published(mapping, new HeldPorts.Held(mapping.hostPort(), Optional.empty()));
        }
    }

    private Published take(PortRequest request) {
        for (int port = request.firstPort(); ; port++) {
            PortMapping wanted =
                    new PortMapping(
                            request.protocol(),
                            request.hostAddress(),
                            port,
                            request.containerPort());
            boolean last = port == request.lastPort();
            if (!request.anyPort() && isOurs(wanted)) {
                if (last) {
                    throw SampanException.conflict(
                            "Bind for "
                                    + wanted.shownHost()
                                    + " failed: port is already allocated");
                }
                continue;
            }
            try {
                HeldPorts.Held taken = held.hold(request.protocol(), request.hostAddress(), port);
                return new Published(
                        new PortMapping(
                                request.protocol(),
                                request.hostAddress(),
                                taken.port(),
                                request.containerPort()),
                        taken);
            } catch (BindException e) {
                if (last) {
                    throw SampanException.conflict(
                            "failed to bind host port "
                                    + wanted.shownHost()
                                    + "/"
                                    + request.protocol()
                                    + ": "
                                    + reason(e));
                }
            }
        }
    }

    /// The same port wished for on all addresses of IPv4 and, by another wish, of IPv6 is one wish.
    private static Collection<PortRequest> merged(List<PortRequest> requests) {
        LinkedHashSet<PortRequest> result = new LinkedHashSet<>();
        for (PortRequest request : requests) {
            Optional<PortRequest> other =
                    result.stream().filter(r -> isOtherFamily(r, request)).findFirst();
            if (other.isPresent()) {
                result.remove(other.get());
                result.add(
                        new PortRequest(
                                request.protocol(),
                                Optional.empty(),
                                request.firstPort(),
                                request.lastPort(),
                                request.containerPort()));
            } else {
                result.add(request);
            }
        }
        return result;
    }

    private static boolean isOtherFamily(PortRequest a, PortRequest b) {
        return a.protocol() == b.protocol()
                && a.firstPort() == b.firstPort()
                && a.lastPort() == b.lastPort()
                && a.containerPort() == b.containerPort()
                && !a.anyPort()
                && isAny(a.hostAddress())
                && isAny(b.hostAddress())
                && isIpv4(a.hostAddress()) != isIpv4(b.hostAddress());
    }

    private static boolean isAny(Optional<InetAddress> address) {
        return address.filter(InetAddress::isAnyLocalAddress).isPresent();
    }

    private static boolean isIpv4(Optional<InetAddress> address) {
        return address.filter(a -> a instanceof Inet4Address).isPresent();
    }

    private boolean isOurs(PortMapping wanted) {
        return taken.getOrDefault(place(wanted), List.of()).stream()
                .anyMatch(other -> collide(other.hostAddress(), wanted.hostAddress()));
    }

    private static boolean collide(Optional<InetAddress> a, Optional<InetAddress> b) {
        boolean everyA = a.map(InetAddress::isAnyLocalAddress).orElse(true);
        boolean everyB = b.map(InetAddress::isAnyLocalAddress).orElse(true);
        if (a.isPresent() && b.isPresent() && isIpv4(a) != isIpv4(b)) {
            // A socket on :: takes the port of both families.
            return (everyA && !isIpv4(a)) || (everyB && !isIpv4(b));
        }
        return everyA || everyB || a.equals(b);
    }

    private void occupy(PortMapping mapping) {
        taken.computeIfAbsent(place(mapping), p -> new ArrayList<>()).add(mapping);
    }

    private void giveUp(List<Published> list) {
        for (Published published : list) {
            taken.computeIfPresent(
                    place(published.mapping()),
                    (place, mappings) -> {
                        mappings.remove(published.mapping());
                        return mappings.isEmpty() ? null : mappings;
                    });
        }
        held.release(list.stream().map(Published::held).toList());
    }

    private void lead(Endpoint endpoint, Published published) {
        held.lead(
                published.held(),
                published.mapping().hostAddress(),
                new InetSocketAddress(endpoint.address(), published.mapping().containerPort()));
    }

    private static Map<PortKey, PortTarget> keys(Endpoint endpoint, List<Published> list) {
        Map<PortKey, PortTarget> keys = new HashMap<>();
        for (Published published : list) {
            PortMapping mapping = published.mapping();
            boolean everywhere =
                    mapping.hostAddress().isEmpty()
                            || (isAny(mapping.hostAddress()) && isIpv4(mapping.hostAddress()));
            if (everywhere || isIpv4(mapping.hostAddress())) {
                keys.put(
                        new PortKey(
                                mapping.protocol().number(),
                                everywhere
                                        ? Optional.empty()
                                        : mapping.hostAddress().map(Inet4Address.class::cast),
                                mapping.hostPort()),
                        new PortTarget(endpoint.address(), mapping.containerPort()));
            }
        }
        return keys;
    }

    private static Place place(PortMapping mapping) {
        return new Place(mapping.protocol(), mapping.hostPort());
    }

    private static String reason(BindException e) {
        String message = e.getMessage();
        return message == null ? "address already in use" : message.toLowerCase(Locale.ROOT);
    }
}
