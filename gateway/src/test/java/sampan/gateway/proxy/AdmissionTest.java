package sampan.gateway.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import sampan.gateway.limits.Concurrency;
import sampan.gateway.limits.Guards;
import sampan.gateway.limits.Resilience;
import sampan.gateway.metrics.RouteStats;
import sampan.gateway.routes.Balancing;
import sampan.gateway.routes.FieldEdits;
import sampan.gateway.routes.Filter;
import sampan.gateway.routes.Identity;
import sampan.gateway.routes.Outlier;
import sampan.gateway.routes.PathMatch;
import sampan.gateway.routes.Reply;
import sampan.gateway.routes.Route;
import sampan.gateway.routes.RoutingTable;
import sampan.gateway.routes.Service;
import sampan.gateway.routes.Target;
import sampan.gateway.wire.Octets;
import sampan.linux.net.InternetAddress;

/// Requests that a filter has wait, over real sockets.
@Timeout(60)
class AdmissionTest {
    private static final InternetAddress LISTENER = new InternetAddress("127.0.0.1", 0);
    private static final long SECOND = 1_000_000_000L;

    private static Gateway gateway(ScriptedServer server, long totalNanos, Filter... filters) {
        Target target = new Target(InetAddress.getLoopbackAddress(), server.port(), 1);
        Service service =
                new Service(
                        "s",
                        new Service.Settings(
                                SECOND,
                                20 * SECOND,
                                0,
                                1000,
                                Outlier.of(5, SECOND),
                                0,
                                Resilience.NONE),
                        new Service.State(
                                new AtomicInteger(),
                                new Concurrency(),
                                Optional.empty(),
                                Guards.NONE),
                        Balancing.PLAIN,
                        List.of(new Service.Share(target, 1)));
        Route route =
                new Route(
                        new RouteStats("r", 1),
                        new Route.Match(List.of(), new PathMatch.Prefix(""), Set.of(), List.of()),
                        new Route.Forward(List.of(new Route.Weighted(service, 1))),
                        new Route.Edits(Optional.empty(), FieldEdits.NONE, FieldEdits.NONE),
                        new Route.Bounds(totalNanos, 1 << 20, true),
                        List.of(filters));
        Gateway gateway =
                new Gateway(
                        1,
                        new RoutingTable(List.of(route)),
                        ProxyLimits.defaults(),
                        Optional.empty());
        gateway.listen(Set.of(Listener.plain(LISTENER)));
        return gateway;
    }

    private static RawClient client(Gateway gateway) throws IOException {
        return new RawClient(gateway.port(LISTENER));
    }

    private static String get(String path) {
        return "GET " + path + " HTTP/1.1\r\nHost: a\r\nX-Secret: s\r\n\r\n";
    }

    /// Waits for what has "slow" in its path.
    private static Filter slow(Semaphore goOn) {
        return (view, _) -> {
            if (view.outcome() != null
                    || !Octets.text(view.pathAt(), view.pathEnd()).contains("slow")) {
                return Filter.PASS;
            }
            return view.await(() -> {
                goOn.acquire();
                return "ready";
            });
        };
    }

    @Test
    void requestsBehindOneThatWaitsKeepTheirOrder() throws IOException {
        Semaphore goOn = new Semaphore(0);
        try (ScriptedServer server = ScriptedServer.echoing();
                Gateway gateway = gateway(server, 0, slow(goOn));
                RawClient client = client(gateway);
                RawClient other = client(gateway)) {
            client.send(get("/slow/1") + get("/2") + get("/slow/3") + get("/4"));
            assertThat(other.send(get("/5")).answer()).contains("GET /5 ");
            assertThat(server.heads()).hasSize(1);
            goOn.release(2);
            for (String path : List.of("/slow/1", "/2", "/slow/3", "/4")) {
                assertThat(client.answer()).contains("GET " + path + " ");
            }
        }
    }

    @Test
    void whatFiltersDidBeforeAndTheBodyOutliveTheWait() throws Exception {
        Semaphore goOn = new Semaphore(0);
        CountDownLatch asked = new CountDownLatch(1);
        Filter before =
                (view, _) -> {
                    view.head().drop(view.head().find(Octets.ascii("x-secret"), 0));
                    view.add(Octets.ascii("X-Before: b\r\n"));
                    view.identity(new Identity("ann", "m", null, Identity.Grants.NONE));
                    return Filter.PASS;
                };
        Filter after =
                (view, _) -> {
                    String name = java.util.Objects.requireNonNull(view.identity()).name();
                    view.add(Octets.ascii("X-After: " + name + view.outcome() + "\r\n"));
                    return Filter.PASS;
                };
        Filter told =
                (view, now) -> {
                    asked.countDown();
                    return slow(goOn).check(view, now);
                };
        StringBuilder got = new StringBuilder();
        try (ScriptedServer server =
                        new ScriptedServer(peer -> {
                            got.append(peer.head());
                            got.append(
                                    new String(
                                            peer.in().readNBytes(100_000),
                                            java.nio.charset.StandardCharsets.US_ASCII));
                            peer.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                        });
                Gateway gateway = gateway(server, 0, before, told, after);
                RawClient client = client(gateway)) {
            client.send(
                    "POST /slow HTTP/1.1\r\nHost: a\r\nX-Secret: s\r\nX-Kept: k\r\n"
                            + "Content-Length: 100000\r\n\r\nfirst");
            asked.await();
            client.send("x".repeat(99_990));
            goOn.release();
            client.send("-last");
            assertThat(client.answer()).startsWith("HTTP/1.1 200");
            assertThat(got.toString())
                    .contains("X-Kept: k\r\n", "X-Before: b\r\n", "X-After: annnull\r\n")
                    .doesNotContain("X-Secret")
                    .contains("\r\n\r\nfirstx")
                    .endsWith("x-last");
        }
    }

    @Test
    void aClientThatWentAwayLeavesNothingToTheNext() throws Exception {
        Semaphore goOn = new Semaphore(0);
        AtomicInteger begun = new AtomicInteger();
        Filter filter =
                (view, now) -> {
                    int checked = slow(goOn).check(view, now);
                    if (checked == Filter.WAIT) {
                        begun.incrementAndGet();
                    }
                    return checked;
                };
        try (ScriptedServer server = ScriptedServer.echoing();
                Gateway gateway = gateway(server, 0, filter)) {
            for (int i = 1; i <= 50; i++) {
                try (RawClient gone = client(gateway)) {
                    gone.socket().setSoLinger(true, 0);
                    gone.send(get("/slow/" + i));
                    while (begun.get() < i) {
                        Thread.onSpinWait();
                    }
                }
            }
            while (gateway.clients() > 0) {
                Thread.onSpinWait();
            }
            try (RawClient next = client(gateway)) {
                assertThat(next.send(get("/1")).answer()).contains("GET /1 ");
                goOn.release(50);
                assertThat(next.send(get("/2")).answer()).contains("GET /2 ");
                goOn.release();
                assertThat(next.send(get("/slow/3")).answer()).contains("GET /slow/3 ");
            }
            assertThat(server.heads()).as("of those that stayed").hasSize(3);
        }
    }

    @Test
    void moreThanMayWaitAreTurnedAway() throws Exception {
        Semaphore goOn = new Semaphore(0);
        AtomicInteger begun = new AtomicInteger();
        Filter filter =
                (view, now) -> {
                    begun.incrementAndGet();
                    return slow(goOn).check(view, now);
                };
        try (ScriptedServer server = ScriptedServer.echoing();
                Gateway gateway = gateway(server, 0, filter);
                RawClient client = client(gateway)) {
            for (int i = 1; i <= Waiting.WORKS_MAX; i++) {
                try (RawClient gone = client(gateway)) {
                    gone.socket().setSoLinger(true, 0);
                    gone.send(get("/slow"));
                    while (begun.get() < i) {
                        Thread.onSpinWait();
                    }
                }
            }
            assertThat(client.send(get("/slow")).answer())
                    .startsWith("HTTP/1.1 503")
                    .contains("Retry-After: 1\r\n");
            assertThat(client.send(get("/1")).answer()).contains("GET /1 ");
            goOn.release(2 * Waiting.WORKS_MAX);
            String answer = "";
            while (!answer.contains("GET /slow ")) {
                answer = client.send(get("/slow")).answer();
            }
        }
    }

    @Test
    void workThatFailsIsAnsweredWithoutItsWords() throws IOException {
        Filter fails =
                (view, _) ->
                        Octets.text(view.pathAt(), view.pathEnd()).equals("/fails")
                                ? view.await(() -> {
                                    throw new IllegalStateException("secret");
                                })
                                : Filter.PASS;
        try (ScriptedServer server = ScriptedServer.echoing();
                Gateway gateway = gateway(server, 0, fails);
                RawClient client = client(gateway)) {
            assertThat(client.send(get("/fails")).answer())
                    .startsWith("HTTP/1.1 503")
                    .doesNotContain("secret");
            assertThat(client.send(get("/1")).answer()).contains("GET /1 ");
        }
    }

    @Test
    void workThatTakesTooLongIsATimeout() throws IOException {
        Semaphore never = new Semaphore(0);
        try (ScriptedServer server = ScriptedServer.echoing();
                Gateway gateway = gateway(server, SECOND / 5, slow(never));
                RawClient client = client(gateway)) {
            assertThat(client.send(get("/slow")).answer()).startsWith("HTTP/1.1 504");
            assertThat(server.heads()).isEmpty();
        }
    }

    @Test
    void aFilterSaysWhatTheClientIsTold() throws IOException {
        Filter filter =
                (view, _) ->
                        view.reply(
                                Reply.of(
                                        401,
                                        "who are you?",
                                        "WWW-Authenticate: Bearer realm=\"x\"\r\n"));
        try (ScriptedServer server = ScriptedServer.echoing();
                Gateway gateway = gateway(server, 0, filter);
                RawClient client = client(gateway)) {
            assertThat(client.send(get("/")).answer())
                    .startsWith("HTTP/1.1 401 Unauthorized\r\n")
                    .contains("\r\nWWW-Authenticate: Bearer realm=\"x\"\r\n\r\nwho are you?\n");
        }
    }
}
