package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The program as it is shipped.
@Tag("system")
@Timeout(120)
class GatewayCommandTest {
    @TempDir Path directory;

    private Process start(String... arguments) throws IOException {
        String[] words = new String[arguments.length + 1];
        words[0] = Dist.program("sampan-gateway");
        System.arraycopy(arguments, 0, words, 1, arguments.length);
        return new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("out").toFile())
                .start();
    }

    private int run(String... arguments) throws IOException, InterruptedException {
        return start(arguments).waitFor();
    }

    private String said() throws IOException {
        return Files.readString(directory.resolve("out"));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    @Test
    void saysWhatIsWrongWithAFile() throws Exception {
        Path file = directory.resolve("gateway.yaml");
        Files.writeString(file, "listeners: [\"127.0.0.1:80\"]\nroutes:\n- {service: none}\n");
        assertThat(run("--config", file.toString(), "--check")).isEqualTo(1);
        assertThat(said()).contains(file + ":3: routes: route \"route-0\" names service \"none\"");
        assertThat(run("--config", directory.resolve("missing").toString())).isEqualTo(1);
        assertThat(run("--typo")).isEqualTo(2);
        assertThat(run("--schema")).isZero();
        assertThat(said()).contains("\"$schema\"");
    }

    @Test
    void servesFollowsItsFileAndEndsWhenTold() throws Exception {
        int port = freePort();
        Path file = directory.resolve("gateway.yaml");
        String top = "listeners: [\"127.0.0.1:" + port + "\"]\nroutes:\n";
        Files.writeString(file, top + "- {path: /a, respond: {text: first}}\n");
        Process gateway = start("--config", file.toString());
        try (HttpClient client = HttpClient.newHttpClient()) {
            awaitPort(gateway, port);
            assertThat(get(client, port)).isEqualTo("first\n");
            Files.writeString(file, top + "- {path: /a, respond: {text: second}}\n");
            String seen = get(client, port);
            while (!seen.equals("second\n")) {
                assertThat(seen).isEqualTo("first\n");
                seen = get(client, port);
            }
            gateway.destroy();
            assertThat(gateway.waitFor(60, TimeUnit.SECONDS)).as(said()).isTrue();
        } finally {
            gateway.destroyForcibly();
        }
    }

    private void awaitPort(Process gateway, int port) throws IOException {
        while (true) {
            try (Socket _ = new Socket("127.0.0.1", port)) {
                return;
            } catch (IOException _) {
                assertThat(gateway.isAlive()).as(said()).isTrue();
            }
        }
    }

    private static String get(HttpClient client, int port) throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/a"))
                        .timeout(Duration.ofSeconds(30))
                        .build();
        return client.send(request, BodyHandlers.ofString()).body();
    }

    /// By a file in place of a DNS server, which the program reads again for each look.
    @Test
    void aNameThatGetsAnotherAddressIsFollowed() throws Exception {
        Path hosts = Files.writeString(directory.resolve("hosts"), "127.0.0.2 service.example\n");
        Path file = directory.resolve("gateway.yaml");
        int port = freePort();
        HttpServer first = answering("127.0.0.2", 0);
        int backend = first.getAddress().getPort();
        HttpServer second = answering("127.0.0.3", backend);
        Files.writeString(
                file,
                "listeners: [\"127.0.0.1:%d\"]\nservices: {s: {targets: [\"service.example:%d\"]}}\nroutes: [{service: s}]\n"
                        .formatted(port, backend));
        ProcessBuilder builder =
                new ProcessBuilder(Dist.program("sampan-gateway"), "--config", file.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("out").toFile());
        builder.environment().put("SAMPAN_GATEWAY_JAVA_OPTIONS", "-Djdk.net.hosts.file=" + hosts);
        Process gateway = builder.start();
        try (HttpClient client = HttpClient.newHttpClient()) {
            awaitPort(gateway, port);
            assertThat(get(client, port)).isEqualTo("127.0.0.2");
            Files.writeString(hosts, "127.0.0.3 service.example\n");
            String seen = get(client, port);
            while (!seen.equals("127.0.0.3")) {
                assertThat(seen).isEqualTo("127.0.0.2");
                seen = get(client, port);
            }
        } finally {
            gateway.destroy();
            assertThat(gateway.waitFor(60, TimeUnit.SECONDS)).as(said()).isTrue();
            first.stop(0);
            second.stop(0);
        }
    }

    private static HttpServer answering(String address, int port) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(address, port), 0);
        server.createContext(
                "/",
                exchange -> {
                    byte[] text = address.getBytes(StandardCharsets.US_ASCII);
                    exchange.sendResponseHeaders(200, text.length);
                    exchange.getResponseBody().write(text);
                    exchange.close();
                });
        server.start();
        return server;
    }
}
