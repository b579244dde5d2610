package sampan.gateway.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import sampan.gateway.limits.Breaker;
import sampan.gateway.process.TestGateway;
import sampan.gateway.routes.BulkheadFilter;
import sampan.gateway.routes.Service;

/// Services that hang, are slow, flap or fail, and come back.
@Timeout(120)
class UnwellServiceTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String POST = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final String ILL = "HTTP/1.1 503 Ill\r\nContent-Length: 0\r\n\r\n";

    private enum Illness {
        NONE,
        HANGING,
        SLOW,
        FLAPPING,
        ERRORING
    }

    /// A server with an illness, which counts what it is asked.
    private static final class Patient implements AutoCloseable {
        private final AtomicInteger asked = new AtomicInteger();
        private final AtomicInteger turn = new AtomicInteger();
        private final ScriptedServer server = new ScriptedServer(this::serve);
        private volatile Illness illness;

        private Patient(Illness illness) throws IOException {
            this.illness = illness;
        }

        private void serve(ScriptedServer.Peer peer) throws IOException {
            for (String head = peer.head(); !head.isEmpty(); head = peer.head()) {
                if (head.startsWith("GET /health ")) {
                    peer.write(illness == Illness.NONE ? OK : ILL);
                    continue;
                }
                asked.incrementAndGet();
                switch (illness) {
                    case NONE -> peer.write(OK);
                    case ERRORING -> peer.write(ILL);
                    case FLAPPING -> peer.write(turn.getAndIncrement() % 3 == 0 ? OK : ILL);
                    case HANGING -> {
                        // Nothing comes; it ends with the connection.
                    }
                    case SLOW -> {
                        try {
                            Thread.sleep(20);
                        } catch (InterruptedException e) {
                            throw new IOException(e);
                        }
                        peer.write(OK);
                    }
                }
            }
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }

    private static TestGateway gateway(String settings, ScriptedServer... servers)
            throws IOException {
        List<String> addresses = new ArrayList<>();
        for (ScriptedServer server : servers) {
            addresses.add('"' + server.address() + '"');
        }
        return new TestGateway(
                "services: {s: {targets: "
                        + addresses
                        + ", "
                        + settings
                        + "}}\nroutes: [{name: r, service: s}]\n");
    }

    private static Service service(TestGateway gateway) {
        return Objects.requireNonNull(gateway.running().gateway().table().service("s"));
    }

    private static Breaker breaker(TestGateway gateway) {
        return service(gateway).state().breaker().orElseThrow();
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            Thread.sleep(5);
        }
    }

    /// What the server was asked and what the breaker refused is what the clients asked: nothing
    /// was sent twice, and nothing went by an open breaker. That holds whenever it opens.
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void aBreakerOpensTriesAndCloses(Illness illness) throws Exception {
        String timeout = illness == Illness.HANGING ? "200ms" : "60s";
        String settings =
                "responseTimeout: "
                        + timeout
                        + ", outlier: {failures: 1000000},"
                        + " breaker: {callsMin: 5, openFor: 300ms, probes: 2, slow: 5ms}";
        try (Patient patient = new Patient(illness);
                TestGateway gateway = gateway(settings, patient.server);
                RawClient client = gateway.client()) {
            int sent = 0;
            while (breaker(gateway).opened() < 3 || breaker(gateway).refused() < 20) {
                String answer = client.send(GET).answer();
                sent++;
                if (answer.contains("not well")) {
                    assertThat(answer)
                            .startsWith("HTTP/1.1 503")
                            .contains("\r\nRetry-After: 1\r\n");
                }
            }
            // A server that hangs may find only now what it was sent.
            long all = sent;
            await(() -> patient.asked.get() + breaker(gateway).refused() >= all);
            assertThat(patient.asked.get() + breaker(gateway).refused()).isEqualTo(sent);
            patient.illness = Illness.NONE;
            // A machine so slow that a good answer is slow too: then its breaker opens again.
            while (breaker(gateway).state() != Breaker.State.CLOSED) {
                client.send(GET).answer();
                sent++;
            }
            while (!client.send(GET).answer().endsWith("ok")) {
                sent++;
            }
            long rest = sent + 1L;
            await(() -> patient.asked.get() + breaker(gateway).refused() >= rest);
            assertThat(patient.asked.get() + breaker(gateway).refused()).isEqualTo(rest);
        }
    }

    @Test
    void anOpenBreakerAnswersAtOnceAndAsksNobody() throws Exception {
        try (Patient patient = new Patient(Illness.ERRORING);
                TestGateway gateway =
                        gateway(
                                "outlier: {failures: 1000000},"
                                        + " breaker: {callsMin: 5, openFor: 1h}",
                                patient.server);
                RawClient client = gateway.client()) {
            for (int i = 0; i < 5; i++) {
                assertThat(client.send(GET).answer()).startsWith("HTTP/1.1 503 Ill");
            }
            for (int i = 0; i < 50; i++) {
                assertThat(client.send(GET).answer())
                        .startsWith("HTTP/1.1 503 Service Unavailable")
                        .contains("\r\nRetry-After: 3600\r\n");
            }
            assertThat(patient.asked).hasValue(5);
        }
    }

    @Test
    void aHangingServiceIsLeftWhenTooManyWaitForIt() throws Exception {
        try (Patient patient = new Patient(Illness.HANGING);
                TestGateway gateway =
                        gateway("breaker: {outstanding: 3, openFor: 1h}", patient.server);
                RawClient first = gateway.client();
                RawClient second = gateway.client();
                RawClient third = gateway.client();
                RawClient fourth = gateway.client()) {
            first.send(GET);
            second.send(GET);
            third.send(GET);
            await(() -> patient.asked.get() == 3);
            assertThat(fourth.send(GET).answer()).contains("not well");
            assertThat(breaker(gateway).state()).isEqualTo(Breaker.State.OPEN);
            assertThat(patient.asked).hasValue(3);
        }
    }

    @Test
    void healthChecksTakeAnErringServiceOutBeforeItsBreakerAndBringItBack() throws Exception {
        String settings =
                "health: {path: /health, interval: 10ms, unhealthy: 1},"
                        + " breaker: {callsMin: 1000, openFor: 1h}";
        try (Patient patient = new Patient(Illness.NONE);
                TestGateway gateway = gateway(settings, patient.server);
                RawClient client = gateway.client()) {
            await(() -> service(gateway).targets().getFirst().isReady());
            assertThat(client.send(GET).answer()).endsWith("ok");
            patient.illness = Illness.ERRORING;
            await(() -> !service(gateway).targets().getFirst().isReady());
            int asked = patient.asked.get();
            for (int i = 0; i < 20; i++) {
                assertThat(client.send(GET).answer()).contains("no target is ready");
            }
            assertThat(patient.asked).hasValue(asked);
            patient.illness = Illness.NONE;
            await(() -> service(gateway).targets().getFirst().isReady());
            assertThat(client.send(GET).answer()).endsWith("ok");
            assertThat(breaker(gateway).opened()).isZero();
        }
    }

    @Test
    void retriesKeepWithinTheirBudget() throws Exception {
        try (Patient patient = new Patient(Illness.ERRORING);
                TestGateway gateway =
                        gateway(
                                "outlier: {failures: 1000000}, retries: 3, retryOn: [503, reset]",
                                patient.server);
                RawClient client = gateway.client()) {
            for (int i = 0; i < 100; i++) {
                assertThat(client.send(GET).answer()).startsWith("HTTP/1.1 503 Ill");
            }
            assertThat(patient.asked).as("a fifth more").hasValue(120);
            for (int i = 0; i < 20; i++) {
                assertThat(client.send(POST).answer()).startsWith("HTTP/1.1 503 Ill");
            }
            assertThat(patient.asked).as("a POST is sent once").hasValue(140);
        }
    }

    @Test
    void aRetryFindsAnotherTarget() throws Exception {
        try (Patient ill = new Patient(Illness.ERRORING);
                Patient well = new Patient(Illness.NONE);
                TestGateway gateway =
                        gateway(
                                "outlier: {failures: 1000000}, retryOn: 503, budgetPercent: 100",
                                ill.server,
                                well.server);
                RawClient client = gateway.client()) {
            for (int i = 0; i < 20; i++) {
                assertThat(client.send(GET).answer()).endsWith("ok");
            }
            assertThat(well.asked).hasValue(20);
            assertThat(ill.asked.get()).isPositive();
        }
    }

    @Test
    void aTargetThatHangsIsLeftAfterItsTimeForAnother() throws Exception {
        try (Patient ill = new Patient(Illness.HANGING);
                Patient well = new Patient(Illness.NONE);
                TestGateway gateway =
                        gateway(
                                "responseTimeout: 2s, outlier: {failures: 1, ejectFor: 1h}, retryOn: timeout,"
                                        + " budgetPercent: 100",
                                ill.server,
                                well.server);
                RawClient client = gateway.client()) {
            for (int i = 0; i < 4; i++) {
                assertThat(client.send(GET).answer()).endsWith("ok");
            }
            assertThat(ill.asked).as("it is ejected then").hasValue(1);
        }
    }

    @Test
    void theFirstOfTwoAnswersIsTakenAndTheOtherLeft() throws Exception {
        CountDownLatch left = new CountDownLatch(1);
        try (ScriptedServer hanging =
                        new ScriptedServer(peer -> {
                            peer.head();
                            assertThat(peer.in().read()).isEqualTo(-1);
                            left.countDown();
                        });
                Patient well = new Patient(Illness.NONE);
                TestGateway gateway =
                        gateway("hedge: 10ms, budgetPercent: 100", hanging, well.server);
                RawClient client = gateway.client()) {
            for (int i = 0; i < 4; i++) {
                assertThat(client.send(GET).answer()).endsWith("ok");
            }
            left.await();
            // The client has its answer a little before the request is over here.
            await(() -> service(gateway).targets().stream().allMatch(t -> t.active() == 0));
            await(() -> service(gateway).state().concurrency().active() == 0);
        }
    }

    /// The first asked fails while the second has not answered yet: the second's answer counts.
    @Test
    void theSecondGoesOnWhereTheFirstFails() throws Exception {
        CountDownLatch second = new CountDownLatch(1);
        CountDownLatch failed = new CountDownLatch(1);
        AtomicInteger order = new AtomicInteger();
        ScriptedServer.Script script =
                peer -> {
                    peer.head();
                    try {
                        if (order.getAndIncrement() == 0) {
                            second.await();
                            peer.socket().setSoLinger(true, 0);
                            failed.countDown();
                        } else {
                            second.countDown();
                            failed.await();
                            peer.write(OK);
                        }
                    } catch (InterruptedException e) {
                        throw new IOException(e);
                    }
                };
        try (ScriptedServer one = new ScriptedServer(script);
                ScriptedServer two = new ScriptedServer(script);
                TestGateway gateway = gateway("hedge: 10ms, budgetPercent: 100", one, two);
                RawClient client = gateway.client()) {
            assertThat(client.send(GET).answer()).endsWith("ok");
            assertThat(order).hasValue(2);
        }
    }

    @Test
    void aBulkheadHoldsRequestsBackByKeyAndServesTheQueueWhenThereIsRoom() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger asked = new AtomicInteger();
        try (ScriptedServer server =
                        new ScriptedServer(peer -> {
                            while (!peer.head().isEmpty()) {
                                asked.incrementAndGet();
                                try {
                                    go.await();
                                } catch (InterruptedException e) {
                                    throw new IOException(e);
                                }
                                peer.write(OK);
                            }
                        });
                TestGateway gateway =
                        new TestGateway(
                                "services: {s: {targets: [\""
                                        + server.address()
                                        + "\"]}}\nroutes: [{name: r, service: s, concurrency:"
                                        + " [{max: 1, by: \"header:X-Key\", queue: 1, wait: 10s}]}]");
                RawClient first = gateway.client();
                RawClient waiting = gateway.client();
                RawClient refused = gateway.client();
                RawClient other = gateway.client()) {
            BulkheadFilter bulkhead =
                    (BulkheadFilter)
                            gateway.running()
                                    .gateway()
                                    .table()
                                    .routes()
                                    .getFirst()
                                    .filters()
                                    .getFirst();
            String keyed = "GET / HTTP/1.1\r\nHost: a\r\nX-Key: %s\r\n\r\n";
            first.send(keyed.formatted("a"));
            await(() -> asked.get() == 1);
            waiting.send(keyed.formatted("a"));
            await(() -> bulkhead.bulkhead().waiting() == 1);
            assertThat(refused.send(keyed.formatted("a")).answer())
                    .startsWith("HTTP/1.1 503")
                    .contains("\r\nRetry-After: 1\r\n");
            other.send(keyed.formatted("b"));
            await(() -> asked.get() == 2);
            go.countDown();
            assertThat(first.answer()).endsWith("ok");
            assertThat(waiting.answer()).endsWith("ok");
            assertThat(other.answer()).endsWith("ok");
            await(() -> bulkhead.bulkhead().active() == 0);
            assertThat(bulkhead.bulkhead().refused()).isEqualTo(1);
        }
    }
}
