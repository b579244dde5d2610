package sampan.system.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sampan.system.Dist;

/// h2load and wrk through the gateway to nginx: each request is answered, and answered well.
@Tag("system")
@Timeout(240)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LoadToolsTest {
    private static final String NGINX =
            """
            user root; worker_processes 1; daemon off; pid %1$s/nginx.pid; error_log %1$s/nginx.log;
            events { worker_connections 1024; }
            http { access_log off; keepalive_requests 1000000; keepalive_timeout 600s;
              client_body_temp_path %1$s/n1; proxy_temp_path %1$s/n2; fastcgi_temp_path %1$s/n3;
              uwsgi_temp_path %1$s/n4; scgi_temp_path %1$s/n5;
              server { listen 127.0.0.1:%2$d; location / { default_type text/plain; return 200 "%3$s"; } } }
            """;

    @TempDir static Path directory;
    private Tool.Server nginx;
    private GatewayProcess gateway;

    @BeforeAll
    void start() throws Exception {
        int port = GatewayProcess.freePort();
        Path file = directory.resolve("nginx.conf");
        Files.writeString(file, NGINX.formatted(directory, port, "x".repeat(1024)));
        nginx =
                new Tool.Server(
                        directory,
                        port,
                        List.of(
                                Dist.fetched("usr/sbin/nginx"),
                                "-e",
                                directory + "/nginx.log",
                                "-c",
                                file.toString()));
        gateway = GatewayProcess.before(directory, port, "");
    }

    @AfterAll
    void end() {
        gateway.close();
        nginx.close();
    }

    private String uri(String scheme) {
        int port = scheme.equals("https") ? gateway.sealed() : gateway.clear();
        return scheme + "://localhost:" + port + "/";
    }

    private static String run(String words) throws Exception {
        return Tool.run(directory, List.of(words.split(" "))).expectSuccess().text();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "https"})
    void allStreamsOfManyConnectionsAreAnswered(String scheme) throws Exception {
        String said = run("h2load -n 20000 -c 16 -m 32 " + uri(scheme));
        assertThat(said)
                .contains("20000 done, 20000 succeeded, 0 failed, 0 errored, 0 timeout")
                .contains("20000 2xx, 0 3xx, 0 4xx, 0 5xx")
                .contains("Application protocol: h2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "https"})
    void bodiesOfManyStreamsArrive(String scheme) throws Exception {
        Path body = directory.resolve("body");
        Files.write(body, new byte[256 << 10]);
        assertThat(run("h2load -n 400 -c 4 -m 16 -d " + body + " " + uri(scheme)))
                .contains("400 done, 400 succeeded, 0 failed, 0 errored, 0 timeout")
                .contains("400 2xx");
    }

    @Test
    void pipelinedAndKeptConnectionsAreAnswered() throws Exception {
        assertThat(run("h2load --h1 -n 20000 -c 16 -m 8 " + uri("http")))
                .contains("20000 done, 20000 succeeded, 0 failed, 0 errored, 0 timeout");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "https"})
    void wrkFindsNothingWrong(String scheme) throws Exception {
        assertThat(run("wrk -t 1 -c 64 -d 2s --timeout 60s " + uri(scheme)))
                .contains("requests in")
                .doesNotContain("Non-2xx")
                .doesNotContain("Socket errors");
    }
}
