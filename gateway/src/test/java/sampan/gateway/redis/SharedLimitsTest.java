package sampan.gateway.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sampan.gateway.process.TestGateway;
import sampan.gateway.proxy.RawClient;
import sampan.gateway.proxy.TestCertificates;
import sampan.gateway.routes.LimitFilter;

/// Gateways that share their limits by a real Redis server.
@Timeout(120)
class SharedLimitsTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final double SECOND = 1e9;
    private static final int RATE = 50;
    private static final int BURST = 250;

    @TempDir Path directory;

    private static String yaml(String redis, String limit) {
        return "redis: "
                + redis
                + "\nroutes: [{name: r, respond: {status: 200}, limits: ["
                + limit
                + "]}]\n";
    }

    // No answer is so slow that a request would go by its own gateway's bucket.
    private static String patient(RedisServer server) {
        return "{address: \"" + server.address() + "\", timeout: 60s, wait: 60s}";
    }

    private static LimitFilter limit(TestGateway gateway) {
        return (LimitFilter)
                gateway.running().gateway().table().routes().getFirst().filters().getFirst();
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            Thread.sleep(5);
        }
    }

    private static void awaitShared(TestGateway... gateways) throws InterruptedException {
        for (TestGateway gateway : gateways) {
            await(() -> limit(gateway).kept().equals("shared"));
        }
    }

    private static boolean accepted(RawClient client) throws IOException {
        String answer = client.send(GET).answer();
        if (answer.startsWith("HTTP/1.1 429")) {
            assertThat(answer).contains("\r\nRetry-After: ");
            return false;
        }
        assertThat(answer).startsWith("HTTP/1.1 200");
        return true;
    }

    /// The bound is what the time that passed allows, so that a slow machine moves it along.
    @Test
    void twoGatewaysKeepOneLimitTogether() throws Exception {
        String shared = "{rate: " + RATE + "/s, burst: " + BURST + ", shared: true}";
        try (RedisServer server = new RedisServer(directory, "");
                TestGateway one = new TestGateway(yaml(patient(server), shared));
                TestGateway two = new TestGateway(yaml(patient(server), shared))) {
            awaitShared(one, two);
            try (RawClient first = one.client();
                    RawClient second = two.client()) {
                int total = 0;
                int refused = 0;
                long begin = System.nanoTime();
                long begun = 0;
                long sent = begin;
                long end = begin;
                // Until both have just been refused, so that nothing lies idle in a lease.
                boolean open = true;
                while (open || end - begin < 3 * SECOND) {
                    sent = System.nanoTime();
                    boolean a = accepted(first);
                    begun = begun == 0 ? System.nanoTime() : begun;
                    boolean b = accepted(second);
                    total += (a ? 1 : 0) + (b ? 1 : 0);
                    refused += (a ? 0 : 1) + (b ? 0 : 1);
                    open = a || b;
                    end = System.nanoTime();
                }
                double least = BURST + RATE * ((sent - begun) / SECOND);
                double most = BURST + RATE * ((end - begin) / SECOND);
                assertThat((double) total).isBetween(least * 0.97, most * 1.03);
                assertThat(refused).isPositive();
                assertThat(limit(one).refused() + limit(two).refused()).isEqualTo(refused);
                assertThat(limit(one).unshared() + limit(two).unshared()).isZero();
            }
        }
    }

    @Test
    void aKilledServerIsDoneWithoutAndComesBack() throws Exception {
        String shared = "{rate: 1/h, burst: 3, by: \"header:X-Key\", shared: true}";
        try (RedisServer server = new RedisServer(directory, "");
                TestGateway one = new TestGateway(yaml(patient(server), shared));
                TestGateway two = new TestGateway(yaml(patient(server), shared))) {
            awaitShared(one, two);
            try (RawClient first = one.client();
                    RawClient second = two.client()) {
                assertThat(accepted(first)).isTrue();
                assertThat(accepted(second)).isTrue();
                assertThat(accepted(first)).isTrue();
                assertThat(accepted(second)).as("three of both together").isFalse();
                server.kill();
                await(() -> !limit(one).kept().equals("shared"));
                await(() -> !limit(two).kept().equals("shared"));
                assertThat(limit(one).kept()).isEqualTo("away: local");
                assertThat(keyed(first, "x")).startsWith("HTTP/1.1 200");
                for (int i = 0; i < 3; i++) {
                    assertThat(keyed(second, "x")).as("its own three").startsWith("HTTP/1.1 200");
                }
                assertThat(keyed(second, "x")).startsWith("HTTP/1.1 429");
                assertThat(limit(two).unshared()).isEqualTo(4);
                server.restart();
                awaitShared(one, two);
                long before = limit(two).unshared();
                for (int i = 0; i < 3; i++) {
                    assertThat(keyed(i == 1 ? second : first, "y")).startsWith("HTTP/1.1 200");
                }
                assertThat(keyed(second, "y")).as("shared again").startsWith("HTTP/1.1 429");
                assertThat(limit(two).unshared()).isEqualTo(before);
            }
        }
    }

    private static String keyed(RawClient client, String key) throws IOException {
        return client.send("GET / HTTP/1.1\r\nHost: a\r\nX-Key: " + key + "\r\n\r\n").answer();
    }

    @Test
    void withoutAServerALimitAllowsOrRefusesAsItSays() throws Exception {
        // Nobody listens at port 1 of a test's machine.
        String allow = "{rate: 1/h, burst: 1, shared: true, onFailure: allow}";
        String redis = "{address: \"127.0.0.1:1\", onFailure: refuse}";
        try (TestGateway open = new TestGateway(yaml(redis, allow));
                TestGateway closed =
                        new TestGateway(yaml(redis, "{rate: 1/h, burst: 1, shared: true}"));
                RawClient allowed = open.client();
                RawClient refused = closed.client()) {
            for (int i = 0; i < 3; i++) {
                assertThat(accepted(allowed)).isTrue();
            }
            assertThat(refused.send(GET).answer())
                    .startsWith("HTTP/1.1 503")
                    .contains("\r\nRetry-After: 1\r\n");
            assertThat(limit(closed).kept()).isEqualTo("away: refuse");
            assertThat(limit(open).unshared()).isEqualTo(3);
        }
    }

    @Test
    void aUserWithAPasswordADatabaseAndAPrefixOfItsOwn() throws Exception {
        String users =
                "user default off\n"
                        + "user app on >secret ~shop:* +evalsha +script|load +select +ping +time"
                        + " +get +set";
        Files.writeString(directory.resolve("password"), "secret\n");
        try (RedisServer server = new RedisServer(directory, users);
                TestGateway gateway =
                        new TestGateway(
                                yaml(
                                        "{address: \""
                                                + server.address()
                                                + "\", user: app, passwordFile: "
                                                + directory.resolve("password")
                                                + ", database: 3, prefix: \"shop:\""
                                                + ", timeout: 60s, wait: 60s}",
                                        "{rate: 1/h, burst: 1, shared: true}"))) {
            awaitShared(gateway);
            try (RawClient client = gateway.client()) {
                assertThat(accepted(client)).isTrue();
                assertThat(accepted(client)).isFalse();
                assertThat(limit(gateway).unshared()).isZero();
            }
        }
    }

    @Test
    void bySealedConnections() throws Exception {
        TestCertificates certificates = new TestCertificates(directory);
        certificates.sign("redis", "DNS:redis.internal");
        String sealed =
                "tls-port PORT\ntls-cert-file redis.pem\ntls-key-file redis.key\n"
                        + "tls-ca-cert-file ca.pem\ntls-auth-clients no";
        String limit = "{rate: 1/h, burst: 1, shared: true}";
        try (RedisServer server = new RedisServer(directory, sealed)) {
            String redis =
                    "{address: \""
                            + server.address()
                            + "\", timeout: 60s, wait: 60s, tls: {authorities: "
                            + certificates.file("ca.pem")
                            + ", serverName: ";
            try (TestGateway gateway = new TestGateway(yaml(redis + "redis.internal}}", limit))) {
                awaitShared(gateway);
                try (RawClient client = gateway.client()) {
                    assertThat(accepted(client)).isTrue();
                    assertThat(accepted(client)).isFalse();
                }
            }
            try (TestGateway other = new TestGateway(yaml(redis + "other.internal}}", limit));
                    RawClient client = other.client()) {
                assertThat(accepted(client)).isTrue();
                assertThat(limit(other).unshared()).as("another's certificate").isEqualTo(1);
            }
        }
    }
}
