package sampan.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import sampan.api.system.Product;
import sampan.engine.services.Engine;
import sampan.engine.services.TaskService.WaitResult;
import sampan.errors.SampanException;
import sampan.http.Limits;
import sampan.oci.json.Json;

/// The API over a real socket, with an engine in memory behind it.
@Timeout(60)
class ApiServerTest {
    private final Path directory;
    private final Path socket;
    private final MemoryEngine engine = new MemoryEngine();
    private final ApiServer server;

    ApiServerTest(@TempDir Path directory) {
        this.directory = directory;
        this.socket = directory.resolve("api.sock");
        Engine services = engine.engine();
        this.server = ApiServer.open(settings(socket), () -> services, NoBuilds::of);
    }

    private static ApiServer.Settings settings(Path socket) {
        return new ApiServer.Settings(
                socket, List.of(), new Product("0.1.0", "", ""), Limits.local());
    }

    @AfterEach
    void close() {
        server.close();
        assertThat(socket).doesNotExist();
    }

    private String create(String more) throws IOException {
        String answer =
                Client.post(
                        socket,
                        "/v1.51/containers/create?name=one",
                        "{\"Image\":\"busybox\"" + more + "}");
        assertThat(answer).startsWith("HTTP/1.1 201");
        return "one";
    }

    @Test
    void pingTellsWhatClientsNegotiateWith() throws IOException {
        String answer = Client.ask(socket, "HEAD", "/_ping");
        assertThat(answer)
                .startsWith("HTTP/1.1 200 OK\r\n")
                .contains("Api-Version: 1.51\r\n", "Ostype: linux\r\n")
                .contains("Docker-Experimental: false\r\n", "Builder-Version: ", "Server: Sampan/")
                .endsWith("\r\n\r\n");
        assertThat(Client.ask(socket, "GET", "/v1.24/_ping")).endsWith("\r\n\r\nOK");
    }

    @Test
    void pingIsAnsweredWhileTheEngineStarts() throws IOException {
        CompletableFuture<Engine> late = new CompletableFuture<>();
        Path other = directory.resolve("late.sock");
        try (ApiServer starting = ApiServer.open(settings(other), late::join, NoBuilds::of);
                Client waiting = new Client(other)) {
            waiting.send("GET /containers/json HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
            assertThat(Client.ask(other, "GET", "/_ping")).startsWith("HTTP/1.1 200");
            assertThat(starting.connections()).isPositive();
            late.complete(engine.engine());
            assertThat(waiting.rest()).startsWith("HTTP/1.1 200").endsWith("[]\n");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET | /v1.23/containers/json | 400 | client version 1.23 is too old. Minimum"
                        + " supported API version is 1.24, please upgrade your client to a newer"
                        + " version",
                "GET | /v1.52/containers/json | 400 | client version 1.52 is too new. Maximum"
                        + " supported API version is 1.51",
                "GET | /v99.9/_ping | 400 | client version 99.9 is too new. Maximum supported API"
                        + " version is 1.51",
                "GET | /nowhere | 404 | page not found",
                "PATCH | /containers/json | 404 | page not found",
                "GET | /containers//json | 404 | page not found",
                "GET | /containers/%zz/json | 404 | page not found",
                "GET | /containers/none/json | 404 | No such container: none",
                "POST | /containers/none/start | 404 | No such container: none",
                "POST | /containers/none/rename?name=x | 409 | the name is taken: x",
                "POST | /containers/none/rename | 400 | Neither old nor new names may be empty",
                "POST | /containers/none/wait?condition=foo | 400 | invalid condition: \"foo\"",
                "POST | /containers/none/stop?t=x | 400 | strconv.Atoi: parsing \"x\": invalid"
                        + " syntax",
                "POST | /containers/none/pause | 500 | internal error:"
                        + " java.lang.IllegalStateException: a fault of ours",
                "GET | /containers/none/logs | 400 | Bad parameters: you must choose at least one"
                        + " stream",
                "GET | /containers/json?filters={ | 400 | invalid filter: {",
                "GET | /containers/json?filters=[] | 400 | invalid filter: []",
                "POST | /containers/none/attach?detachKeys=ctrl-%C3%A4 | 400 | Invalid detach keys"
                        + " (ctrl-ä) provided",
                "GET | /swarm | 503 | This node is not a swarm manager. Use \"docker swarm init\""
                        + " or \"docker swarm join\" to connect this node to swarm and try again.",
                "POST | /swarm/init | 503 | This node is not a swarm manager. Use \"docker swarm"
                        + " init\" or \"docker swarm join\" to connect this node to swarm and try"
                        + " again.",
                "GET | /plugins/x/y/json | 404 | plugin \"x/y\" not found",
                "POST | /images/create?fromSrc=http://h/a.tar | 501 | importing from a URL is not"
                        + " supported: send the archive itself",
                "POST | /session | 400 | no upgrade proto in request",
                "POST | /build?version=2 | 501 | building with BuildKit from an archive is not"
                        + " supported for this client: give a directory, or set DOCKER_BUILDKIT=0",
            })
    void failuresHaveTheirStatusAndMessage(String method, String target, int status, String message)
            throws IOException {
        String answer = Client.ask(socket, method, target);
        assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
        assertThat(answer).contains("Content-Type: application/json\r\n");
        String body = answer.substring(answer.indexOf("\r\n\r\n") + 4);
        byte[] bytes = body.getBytes(StandardCharsets.ISO_8859_1);
        assertThat(Json.tree(bytes).get("message").asString()).isEqualTo(message);
    }

    @Test
    void nothingToDoIs304WithoutBody() throws IOException {
        assertThat(Client.ask(socket, "POST", "/containers/one/stop"))
                .startsWith("HTTP/1.1 304 ")
                .endsWith("\r\n\r\n");
    }

    @Test
    void pluginsAreAnEmptyList() throws IOException {
        assertThat(Client.ask(socket, "GET", "/v1.51/plugins")).endsWith("\r\n\r\n[]\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{} | config cannot be empty in order to create a container",
                "null | config cannot be empty in order to create a container",
                "{\"HostConfig\":{}} | config cannot be empty in order to create a container",
                "{x} | invalid JSON: invalid character 'x' looking for beginning of object key"
                        + " string",
                "{\"Image\" 1} | invalid JSON: invalid character '1' after object key",
                "{\"Image\":} | invalid JSON: invalid character '}' looking for beginning of value",
                "{\"Image\":\"a\" \"b\"} | invalid JSON: invalid character '\"' after object"
                        + " key:value pair",
                "{\"Env\":[\"a\" 1]} | invalid JSON: invalid character '1' after array element",
                "{\"Tty\":tru} | invalid JSON: invalid character '}' in literal true (expecting"
                        + " 'e')",
                "{\"A\":01} | invalid JSON: invalid character '1' after object key:value pair",
                "{\"A\":1.} | invalid JSON: invalid character '}' after decimal point in numeric"
                        + " literal",
                "{\"A\":\"\\x\"} | invalid JSON: invalid character 'x' in string escape code",
                "{\"A\": | invalid JSON: unexpected EOF",
                "{\"Image\":\"a | invalid JSON: unexpected EOF",
                "{} trailing | unexpected content after JSON",
                "{\"Image\":\"a\"}{} | unexpected content after JSON",
            })
    void malformedJsonIsToldInDockersWords(String body, String message) throws IOException {
        String answer = Client.post(socket, "/containers/create", body);
        assertThat(answer).startsWith("HTTP/1.1 400 ");
        byte[] bytes =
                answer.substring(answer.indexOf("\r\n\r\n") + 4).getBytes(StandardCharsets.UTF_8);
        assertThat(Json.tree(bytes).get("message").asString()).isEqualTo(message);
        assertThat(engine.known).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "1",
                "\"text\"",
                "{\"Image\":{}}",
                "{\"Image\":\"a\",\"Env\":\"b\"}",
                "{\"Image\":\"a\",\"Env\":[null]}",
                "{\"Image\":\"a\",\"Cmd\":{}}",
                "{\"Image\":\"a\",\"Cmd\":[1]}",
                "{\"Image\":\"a\",\"Tty\":\"yes\"}",
                "{\"Image\":\"a\",\"Labels\":[]}",
                "{\"Image\":\"a\",\"HostConfig\":[]}",
                "{\"Image\":\"a\",\"HostConfig\":{\"Memory\":\"lots\"}}",
                "{\"Image\":\"a\",\"HostConfig\":{\"Memory\":99999999999999999999}}",
                "{\"Image\":\"a\",\"HostConfig\":{\"ConsoleSize\":[1]}}",
                "{\"Image\":\"a\",\"HostConfig\":{\"ConsoleSize\":[-1,1]}}",
                "{\"Image\":\"a\",\"HostConfig\":{\"Binds\":[\":/x\"]}}",
                "{\"Image\":\"a\",\"HostConfig\":{\"Binds\":[\"/a:b\"]}}",
                "{\"Image\":\"a\",\"HostConfig\":{\"Binds\":[\"/a:/b:ro,rw\"]}}",
                "{\"Image\":\"a\",\"HostConfig\":{\"Binds\":[\"/a:/b:c:d\"]}}",
                "{\"Image\":\"a\",\"HostConfig\":{\"Binds\":[\"/a:/\"]}}",
                "{\"Image\":\"a\",\"HostConfig\":{\"Binds\":[\"/a:/b\",\"/c:/b/\"]}}",
                "{\"Image\":\"a\",\"HostConfig\":{\"Mounts\":[{}]}}",
                "{\"Image\":\"a\",\"HostConfig\":{\"Mounts\":[null]}}",
                "{\"Image\":\"a\",\"HostConfig\":{\"Mounts\":[{\"Type\":\"bind\",\"Target\":\"/a\"}]}}",
                "{\"Image\":\"a\",\"HostConfig\":{\"Tmpfs\":{\"a\":\"\"}}}",
                "{\"Image\":\"a\",\"HostConfig\":{\"PortBindings\":{\"99999/tcp\":[]}}}",
                "{\"Image\":\"a\",\"HostConfig\":{\"PortBindings\":{\"80/foo\":[]}}}",
                "{\"Image\":\"a\",\"HostConfig\":{\"PidMode\":\"foo\"}}",
                "{\"Image\":\"a\",\"HostConfig\":{\"IpcMode\":\"container:\"}}",
                "{\"Image\":\"a\",\"HostConfig\":{\"RestartPolicy\":{\"Name\":\"always\"}}}",
                "{\"Image\":\"a\",\"HostConfig\":{\"RestartPolicy\":{\"Name\":\"foo\"}}}",
                "{\"Image\":\"a\",\"HostConfig\":{\"DeviceRequests\":[{}]}}",
                "{\"Image\":\"a\",\"HostConfig\":{\"CpuCount\":1}}",
                "{\"Image\":\"a\",\"HostConfig\":{\"Isolation\":\"hyperv\"}}",
                "{\"Image\":\"a\",\"HostConfig\":{\"Runtime\":\"other\"}}",
                "{\"Image\":\"a\",\"HostConfig\":{\"Links\":[\"b\"]}}",
                "{\"Image\":\"a\",\"HostConfig\":{\"LogConfig\":{\"Type\":\"syslog\"}}}",
                "{\"Image\":\"a\",\"HostConfig\":{\"ShmSize\":-1}}",
                "{\"Image\":\"a\",\"HostConfig\":{\"MaskedPaths\":[\"a\"]}}",
                "{\"Image\":\"a\",\"ExposedPorts\":{\"x\":{}}}",
                "{\"Image\":\"a\",\"Volumes\":{\"x\":{}}}",
                "{\"Image\":\"a\",\"Healthcheck\":{\"Test\":[\"CMD\",\"x\"]}}",
                "{\"Image\":\"a\",\"OnBuild\":[\"RUN x\"]}",
                "{\"Image\":\"a\",\"Image\":\"b\"}",
            })
    void wrongValuesAreRefusedWithOneMessage(String body) throws IOException {
        String answer = Client.post(socket, "/containers/create", body);
        assertThat(answer).startsWith("HTTP/1.1 400 ").contains("{\"message\":\"");
        assertThat(answer).doesNotContain("java.").doesNotContain("sampan.api");
        assertThat(engine.known).isEmpty();
    }

    @Test
    void contentTypeMustBeJson() throws IOException {
        assertThat(
                        Client.ask(
                                socket,
                                "POST",
                                "/containers/create",
                                "Content-Type: text/plain\r\n",
                                "{}"))
                .startsWith("HTTP/1.1 400 ")
                .contains(
                        "unsupported Content-Type header (text/plain): must be"
                                + " 'application/json'");
        assertThat(Client.ask(socket, "POST", "/containers/create", "", "{}"))
                .contains("malformed Content-Type header (): mime: no media type");
        assertThat(
                        Client.ask(
                                socket,
                                "POST",
                                "/containers/create",
                                "Content-Type: application/json; charset=utf-8\r\n",
                                "{\"Image\":\"busybox\"}"))
                .startsWith("HTTP/1.1 201 ");
    }

    @Test
    void waitSendsItsHeadBeforeTheExit() throws IOException {
        String name = create("");
        try (Client client = new Client(socket)) {
            client.send(
                    "POST /containers/"
                            + name
                            + "/wait?condition=next-exit HTTP/1.1\r\n"
                            + "Host: h\r\nConnection: close\r\n\r\n");
            assertThat(client.until("\r\n\r\n")).startsWith("HTTP/1.1 200");
            engine.exit.complete(new WaitResult(3, ""));
            assertThat(client.rest()).contains("{\"StatusCode\":3}").endsWith("0\r\n\r\n");
        }
    }

    @Test
    void waitIsCancelledWhenTheClientGoes() throws Exception {
        String name = create("");
        try (Client client = new Client(socket)) {
            client.send("POST /containers/" + name + "/wait HTTP/1.1\r\nHost: h\r\n\r\n");
            assertThat(client.until("\r\n\r\n")).startsWith("HTTP/1.1 200");
        }
        assertThatThrownBy(() -> engine.exit.get(30, TimeUnit.SECONDS))
                .isInstanceOf(CancellationException.class);
    }

    @Test
    void eventsEndWhenTheClientGoes() throws Exception {
        try (Client client = new Client(socket)) {
            client.send("GET /events HTTP/1.1\r\nHost: h\r\n\r\n");
            assertThat(client.until("\r\n\r\n")).contains("application/json");
        }
        assertThat(engine.subscriptionClosed.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void logsAreFramedAndTimed() throws IOException {
        create("");
        assertThat(Client.ask(socket, "GET", "/containers/one/logs?stdout=1&stderr=1&timestamps=1"))
                .contains("application/vnd.docker.multiplexed-stream")
                .contains("\1\0\0\0\0\0\0#2026-01-02T03:04:05.120000000Z out\n")
                .contains("\2\0\0\0\0\0\0#2026-01-02T03:04:05.120000000Z err\n")
                .endsWith("0\r\n\r\n");
    }

    @Test
    void theSocketIsForItsGroupOnly() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                .isEqualTo("rw-rw----");
    }

    @Test
    void aServedSocketIsNotTakenAndAStaleOneIs() throws IOException {
        assertThatThrownBy(() -> ApiServer.open(settings(socket), engine::engine, NoBuilds::of))
                .isInstanceOf(SampanException.class)
                .hasMessageContaining("served by another daemon");
        Path stale = directory.resolve("stale.sock");
        try (var left = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            left.bind(UnixDomainSocketAddress.of(stale));
        }
        try (ApiServer again = ApiServer.open(settings(stale), engine::engine, NoBuilds::of)) {
            assertThat(again.connections()).isZero();
            assertThat(Client.ask(stale, "GET", "/_ping")).startsWith("HTTP/1.1 200");
        }
        Path file = Files.writeString(directory.resolve("file"), "precious");
        assertThatThrownBy(() -> ApiServer.open(settings(file), engine::engine, NoBuilds::of))
                .hasMessageContaining("is no socket");
        assertThat(file).hasContent("precious");
    }
}
