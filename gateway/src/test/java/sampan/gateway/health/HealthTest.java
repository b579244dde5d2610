package sampan.gateway.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import sampan.gateway.process.TestGateway;
import sampan.gateway.proxy.RawClient;
import sampan.gateway.proxy.ScriptedServer;
import sampan.gateway.routes.Target;

/// A gateway that asks its targets how they are.
@Timeout(60)
class HealthTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    private static ScriptedServer server(AtomicBoolean well) throws IOException {
        return new ScriptedServer(peer -> {
            for (String head = peer.head(); !head.isEmpty(); head = peer.head()) {
                boolean check = head.startsWith("GET /health ");
                String status = check && !well.get() ? "500 Ill" : "200 OK";
                peer.write("HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n\r\n");
            }
        });
    }

    private static String service(ScriptedServer server, String health) {
        return "services: {s: {targets: [\""
                + server.address()
                + "\"], health: "
                + health
                + "}}\nroutes: [{service: s}]\n";
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            Thread.sleep(5);
        }
    }

    private static Target target(TestGateway gateway) {
        return Objects.requireNonNull(gateway.running().gateway().table().service("s"))
                .targets()
                .getFirst();
    }

    @Test
    void aTargetJoinsWithItsFirstGoodCheckAndLeavesWhenItIsIll() throws Exception {
        AtomicBoolean well = new AtomicBoolean();
        try (ScriptedServer server = server(well);
                TestGateway gateway =
                        new TestGateway(
                                service(server, "{path: /health, interval: 10ms, unhealthy: 2}"));
                RawClient client = gateway.client()) {
            assertThat(client.send(GET).answer())
                    .startsWith("HTTP/1.1 503")
                    .contains("Retry-After: 1\r\n");
            well.set(true);
            await(() -> target(gateway).isReady());
            assertThat(client.send(GET).answer()).startsWith("HTTP/1.1 200");
            well.set(false);
            await(() -> !target(gateway).isReady());
            assertThat(client.send(GET).answer()).startsWith("HTTP/1.1 503");
        }
    }

    @Test
    void aConnectionIsEnoughWhereNoPathIsNamed() throws Exception {
        try (ScriptedServer server = server(new AtomicBoolean());
                TestGateway gateway = new TestGateway(service(server, "connect"));
                RawClient client = gateway.client()) {
            await(() -> target(gateway).isReady());
            assertThat(client.send(GET).answer()).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void aRequestWaitsForAServiceThatWakes() throws Exception {
        AtomicBoolean well = new AtomicBoolean();
        try (ScriptedServer server = server(well);
                TestGateway gateway =
                        new TestGateway(
                                service(server, "{path: /health, interval: 10ms}, wake: 50s"));
                RawClient client = gateway.client();
                RawClient leaving = gateway.client()) {
            gateway.running().gateway().waker(_ -> well.set(true));
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbo");
            assertThat(client.send("dy").answer()).startsWith("HTTP/1.1 200");
            leaving.send(GET);
        }
    }

    @Test
    void aRequestDoesNotWaitForEver() throws Exception {
        try (ScriptedServer server = server(new AtomicBoolean());
                TestGateway gateway =
                        new TestGateway(
                                service(server, "{path: /health, interval: 10ms}, wake: 100ms"));
                RawClient client = gateway.client()) {
            assertThat(client.send(GET).answer()).startsWith("HTTP/1.1 503");
            assertThat(client.send(GET).answer())
                    .as("the connection goes on")
                    .startsWith("HTTP/1.1 503");
        }
    }
}
