package sampan.gateway.feed;

import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import sampan.errors.ErrnoException;
import sampan.errors.SampanException;
import sampan.gateway.config.FedReader;
import sampan.gateway.metrics.AccessLog;
import sampan.linux.net.InternetAddress;
import sampan.linux.sockets.UnixSocket;
import sampan.linux.sys.Fd;

/// Takes orders over a listening socket; a platform thread a connection, for they block in native
/// calls.
public final class FeedServer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(FeedServer.class.getName());
    private static final int CONNECTIONS_MAX = 32;
    private static final int WAIT_MILLIS_MAX = 60_000;
    private static final int POLL_MILLIS = 500;

    private final UnixSocket socket;
    private final Feeding feeding;
    private final Semaphore connections = new Semaphore(CONNECTIONS_MAX);
    private final String build;
    private volatile boolean closed;

    /// @param socket listens; this object's from now on
    /// @param build what who feeds knows this gateway by
    public FeedServer(UnixSocket socket, Feeding feeding, String build) {
        this.socket = socket;
        this.build = build;
        this.feeding = feeding;
        Thread.ofPlatform().daemon().name("feed").start(this::accept);
    }

    private void accept() {
        while (!closed) {
            try {
                UnixSocket peer = socket.accept();
                if (connections.tryAcquire()) {
                    Thread.ofPlatform().daemon().name("feed order").start(() -> serve(peer));
                } else {
                    peer.close();
                }
            } catch (SampanException e) {
                if (!closed) {
                    LOG.log(Level.ERROR, "no more orders can be taken: " + e.getMessage());
                }
                return;
            }
        }
    }

    private void serve(UnixSocket peer) {
        try (peer) {
            FeedLine.send(peer, greeting(), List.of());
            FeedLine lines = new FeedLine(peer);
            for (Optional<FeedLine.Line> line = lines.next();
                    line.isPresent();
                    line = lines.next()) {
                order(peer, line.get());
            }
        } catch (ErrnoException e) {
            LOG.log(Level.DEBUG, "feed: " + e.getMessage());
        } catch (SampanException e) {
            LOG.log(Level.WARNING, "feed: " + e.getMessage());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            connections.release();
        }
    }

    private String greeting() {
        Map<String, Object> greeting = new LinkedHashMap<>();
        greeting.put("sampanGateway", 1);
        greeting.put("loops", feeding.loops());
        greeting.put("build", build);
        return JsonText.of(greeting);
    }

    private void order(UnixSocket peer, FeedLine.Line line) throws InterruptedException {
        int blank = line.text().indexOf(' ');
        String verb = blank < 0 ? line.text() : line.text().substring(0, blank);
        String rest = blank < 0 ? "" : line.text().substring(blank + 1);
        switch (verb) {
            case "tail" -> tail(peer);
            case "wakes" -> wakes(peer);
            case "sockets" -> sockets(peer);
            default ->
                    FeedLine.send(
                            peer, JsonText.of(answer(verb, rest, line.descriptors())), List.of());
        }
    }

    private Map<String, Object> answer(String verb, String rest, List<Fd> descriptors)
            throws InterruptedException {
        boolean taken = false;
        try {
            switch (verb) {
                case "configure" -> {
                    return feeding.configure(rest);
                }
                case "targets" -> targets(rest);
                case "settle" -> {
                    return settle(rest);
                }
                case "socket" -> {
                    feeding.socket(address(rest), descriptors);
                    taken = true;
                }
                case "listen" -> feeding.listen(addresses(rest));
                case "show" -> {
                    return feeding.show(rest);
                }
                case "test" -> {
                    return feeding.test(rest);
                }
                case "drain" -> feeding.drain();
                default -> throw SampanException.invalid("order \"" + verb + "\": unknown");
            }
            return Map.of("done", true);
        } catch (SampanException | java.io.UncheckedIOException e) {
            return Map.of("error", String.valueOf(e.getMessage()));
        } finally {
            if (!taken) {
                descriptors.forEach(Fd::close);
            }
        }
    }

    private void targets(String rest) throws InterruptedException {
        int blank = rest.indexOf(' ');
        if (blank < 0) {
            throw SampanException.invalid("order targets: write SERVICE DOCUMENT");
        }
        feeding.targets(rest.substring(0, blank), rest.substring(blank + 1));
    }

    private Map<String, Object> settle(String rest) throws InterruptedException {
        String[] parts = rest.split(" ", -1);
        if (!parts[0].matches("[0-9]{1,6}")) {
            throw SampanException.invalid("order settle: write MILLIS ADDRESSES");
        }
        int millis = Math.min(WAIT_MILLIS_MAX, Integer.parseInt(parts[0]));
        List<String> targets = List.of(parts).subList(1, parts.length);
        return Map.of("settled", feeding.settle(targets, millis));
    }

    private static InternetAddress address(String text) {
        return FedReader.address(text);
    }

    private static List<InternetAddress> addresses(String text) {
        List<InternetAddress> addresses = new ArrayList<>();
        for (String each : text.split(" ", -1)) {
            if (!each.isEmpty()) {
                addresses.add(address(each));
            }
        }
        return addresses;
    }

    private void sockets(UnixSocket peer) {
        for (Feeding.Listening listening : feeding.sockets()) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("address", listening.address().toString());
            line.put("count", listening.sockets().size());
            FeedLine.send(peer, JsonText.of(line), listening.sockets());
        }
        FeedLine.send(peer, JsonText.of(Map.of("end", true)), List.of());
    }

    private void tail(UnixSocket peer) throws InterruptedException {
        try (AccessLog.Tap tap = feeding.tail()) {
            FeedLine.send(peer, JsonText.of(Map.of("done", true)), List.of());
            while (!closed && isThere(peer)) {
                byte[] lines = tap.next(POLL_MILLIS);
                if (lines.length > 0) {
                    String text = new String(lines, StandardCharsets.ISO_8859_1);
                    FeedLine.send(peer, text.substring(0, text.length() - 1), List.of());
                }
            }
        }
    }

    private void wakes(UnixSocket peer) throws InterruptedException {
        FeedLine.send(peer, JsonText.of(Map.of("done", true)), List.of());
        while (!closed && isThere(peer)) {
            String service =
                    feeding.wakes().poll(POLL_MILLIS, java.util.concurrent.TimeUnit.MILLISECONDS);
            if (service != null) {
                FeedLine.send(peer, JsonText.of(Map.of("wake", service)), List.of());
            }
        }
    }

    /// Who follows sends nothing more: what comes is its end.
    private static boolean isThere(UnixSocket peer) {
        return peer.tryReceive(new byte[1], 0).isEmpty();
    }

    @Override
    public void close() {
        closed = true;
        socket.shutdown(UnixSocket.SHUT_BOTH);
        socket.close();
    }
}
