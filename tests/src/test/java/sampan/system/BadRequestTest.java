package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import sampan.oci.json.Json;
import tools.jackson.databind.JsonNode;

/// Requests that no good client sends: each gets one clear error, and changes nothing.
@Tag("system")
@ExtendWith(DaemonExtension.class)
class BadRequestTest {
    private static final String CREATE = "/containers/create?name=bad";
    private static final String JSON = "application/json";

    private final PrivateDaemon daemon;

    BadRequestTest(PrivateDaemon daemon) {
        this.daemon = daemon;
    }

    private static Arguments bad(
            String method, String target, String type, String body, int status) {
        return Arguments.of(method, target, type, body, status);
    }

    /// The body of a create with one more field.
    private static String with(String fields) {
        return "{\"Image\":\"busybox\",\"Cmd\":[\"true\"]," + fields + "}";
    }

    private static String host(String fields) {
        return with("\"HostConfig\":{" + fields + "}");
    }

    /// What is no JSON, or not the JSON of a container.
    static Stream<Arguments> bodies() {
        List<Arguments> cases = new ArrayList<>();
        for (String body :
                List.of(
                        "",
                        "{",
                        "}",
                        "[]",
                        "null",
                        "\"busybox\"",
                        "17",
                        "{\"Image\":}",
                        "{\"Image\":\"busybox\"",
                        "{\"Image\":\"busybox\"}}",
                        "{\"Image\":\"busybox\"} {}",
                        "{'Image':'busybox'}",
                        "{\"Image\":\"busybox\",}",
                        "{\"Image\":[\"busybox\"]}",
                        "{\"Image\":\"busy\u0001box\"}",
                        "\u0000\u0000\u0000\u0000",
                        with("\"Cmd\":{}"),
                        with("\"Cmd\":[1,[2]]"),
                        with("\"Env\":\"A=1\""),
                        with("\"Tty\":\"yes\""),
                        with("\"Labels\":[\"a\"]"),
                        with("\"HostConfig\":[]"),
                        host("\"Memory\":\"much\""),
                        host("\"Memory\":1e400"),
                        host("\"Memory\":99999999999999999999"),
                        host("\"Binds\":{}"),
                        host("\"PortBindings\":[]"),
                        "{\"Image\":5}",
                        with("\"User\":0"),
                        with("\"Env\":[1]"),
                        with("\"Labels\":{\"a\":1}"),
                        with("\"StopTimeout\":1.5"),
                        with("\"StopTimeout\":\"3\""),
                        with("\"Tty\":1"),
                        with("\"Hostname\":true"),
                        host("\"NetworkMode\":7"),
                        host("\"CpuShares\":\"12\""),
                        host("\"PidsLimit\":\"5\""),
                        host("\"Binds\":\"/a:/b\""),
                        host("\"Devices\":[\"/dev/null\"]"),
                        host("\"Ulimits\":[{\"Name\":\"nofile\",\"Soft\":\"1\"}]"),
                        with("\"Labels\":" + "{\"a\":".repeat(70) + "1" + "}".repeat(70)),
                        with("\"Unknown\":" + "[".repeat(20_000) + "]".repeat(20_000)),
                        "[".repeat(200_000),
                        "{\"a\":".repeat(50_000))) {
            cases.add(bad("POST", CREATE, JSON, body, 400));
        }
        return cases.stream();
    }

    /// The issue asks for sixty; each names the field and the value, where it has one.
    @Test
    void thereAreMoreThanSixtyMalformedBodies() {
        assertThat(Stream.concat(bodies(), wishes()).count()).isGreaterThanOrEqualTo(80);
    }

    @ParameterizedTest(name = "{index} {1}")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    "User":0                         | User is a number 0, give a text
                    "Env":[1]                        | Env[0] is a number 1, give a text
                    "Tty":"yes"                      | Tty is a text "yes", give true or false
                    "StopTimeout":1.5                | StopTimeout is a number 1.5, give an integer of 64 bits
                    "HostConfig":[]                  | HostConfig is a list, give an object
                    "HostConfig":{"Memory":"much"}   | HostConfig.Memory is a text "much", give an integer of 64 bits
                    "HostConfig":{"Memory":99999999999999999999} | HostConfig.Memory is a number 99999999999999999999, give an integer of 64 bits
                    "HostConfig":{"Binds":{}}        | HostConfig.Binds is an object, give a list
                    """)
    void theFieldTheValueAndTheRemedyAreNamed(String fields, String message) {
        UnixHttp.Answer answer = daemon.http().post(CREATE, with(fields));
        assertThat(answer.status()).isEqualTo(400);
        assertThat(Json.tree(answer.body()).path("message").asString())
                .isEqualTo("invalid JSON: " + message);
    }

    /// Good JSON, impossible wishes.
    static Stream<Arguments> wishes() {
        List<Arguments> cases = new ArrayList<>();
        for (String body :
                List.of(
                        "{\"Cmd\":[\"true\"]}",
                        with("\"Image\":\"\""),
                        with("\"Image\":\"UPPER/case:x\""),
                        with("\"WorkingDir\":\"relative\""),
                        with("\"StopSignal\":\"SIGNONSENSE\""),
                        with("\"Env\":[\"=x\"]"),
                        with("\"Hostname\":\"" + "h".repeat(300) + "\""),
                        with("\"ExposedPorts\":{\"70000/tcp\":{}}"),
                        host("\"Memory\":1"),
                        host("\"Memory\":-5"),
                        host("\"Memory\":67108864,\"MemorySwap\":1048576"),
                        host("\"NanoCpus\":-1"),
                        host("\"NanoCpus\":500000000,\"CpuQuota\":1000"),
                        host("\"CpusetCpus\":\"x-y\""),
                        host("\"OomScoreAdj\":5000"),
                        host("\"ShmSize\":-1"),
                        host("\"Binds\":[\"relative/path:/x\"]"),
                        host("\"Binds\":[\"/tmp:relative\"]"),
                        host("\"Binds\":[\"/tmp:/x:nonsense\"]"),
                        host("\"Binds\":[\"/tmp:/x\",\"/var:/x\"]"),
                        host("\"Mounts\":[{\"Type\":\"nonsense\",\"Target\":\"/x\"}]"),
                        host(
                                "\"Mounts\":[{\"Type\":\"bind\",\"Source\":\"/none/such\",\"Target\":\"/x\"}]"),
                        host("\"Tmpfs\":{\"relative\":\"\"}"),
                        host("\"Ulimits\":[{\"Name\":\"nonsense\",\"Soft\":1,\"Hard\":1}]"),
                        host("\"Ulimits\":[{\"Name\":\"nofile\",\"Soft\":9,\"Hard\":1}]"),
                        host("\"CapAdd\":[\"NONSENSE\"]"),
                        host("\"SecurityOpt\":[\"nonsense=1\"]"),
                        host("\"SecurityOpt\":[\"seccomp={\"]"),
                        host("\"RestartPolicy\":{\"Name\":\"nonsense\"}"),
                        host("\"PortBindings\":{\"80/nonsense\":[{}]}"),
                        host("\"PortBindings\":{\"80/tcp\":[{\"HostPort\":\"99999\"}]}"),
                        host("\"PortBindings\":{\"80/tcp\":[{\"HostIp\":\"not an address\"}]}"),
                        host("\"AutoRemove\":true,\"RestartPolicy\":{\"Name\":\"always\"}"),
                        host("\"ExtraHosts\":[\"no-address\"]"),
                        host("\"Dns\":[\"not an address\"]"),
                        host("\"PidMode\":\"nonsense\""),
                        host("\"IpcMode\":\"nonsense\""),
                        host("\"UTSMode\":\"nonsense\""),
                        host("\"UsernsMode\":\"nonsense\""),
                        host("\"CgroupnsMode\":\"nonsense\""),
                        host("\"Isolation\":\"hyperv\""))) {
            cases.add(bad("POST", CREATE, JSON, body, 0));
        }
        return cases.stream();
    }

    /// Requests around the bodies.
    static Stream<Arguments> requests() {
        String good = with("\"Tty\":false");
        return Stream.of(
                bad("POST", CREATE, "text/plain", good, 400),
                bad("POST", CREATE, "", good, 400),
                bad("POST", "/containers/create?name=-bad", JSON, good, 400),
                bad("POST", "/containers/create?name=a/b", JSON, good, 400),
                bad("POST", "/containers/create?platform=nonsense/x/y/z/u", JSON, good, 400),
                bad("POST", "/containers/none/start", JSON, "", 404),
                bad("POST", "/containers/none/exec", JSON, "{\"Cmd\":[\"true\"]}", 404),
                bad("POST", "/containers/..%2f..%2fetc/start", JSON, "", 404),
                bad("GET", "/containers/none/json", "", "", 404),
                bad("DELETE", "/containers/none", "", "", 404),
                bad("GET", "/containers/json?filters=nonsense", "", "", 400),
                bad(
                        "GET",
                        "/containers/json?filters=%7B%22nonsense%22:%5B%22x%22%5D%7D",
                        "",
                        "",
                        400),
                bad("GET", "/containers/json?limit=many", "", "", 400),
                bad("GET", "/images/json?filters=%7B", "", "", 400),
                bad("GET", "/images/none/json", "", "", 404),
                bad("DELETE", "/images/none", "", "", 404),
                bad("POST", "/images/busybox/tag?repo=UPPER", "", "", 400),
                bad("POST", "/commit?container=none", JSON, "{}", 404),
                bad("GET", "/events?since=yesterday", "", "", 400),
                bad("GET", "/events?filters=%5B%5D", "", "", 400),
                bad("POST", "/volumes/create", JSON, "{\"Name\":\"../../up\"}", 400),
                bad("POST", "/volumes/create", JSON, "{\"Driver\":\"none-such\"}", 0),
                bad("GET", "/volumes/none", "", "", 404),
                bad("GET", "/networks/none-such", "", "", 404),
                bad("POST", "/exec/none/start", JSON, "{}", 404),
                bad("GET", "/exec/none/json", "", "", 404),
                bad("GET", "/none-such", "", "", 404),
                bad("PATCH", "/containers/json", "", "", 405),
                bad("GET", "/v0.1/info", "", "", 400),
                bad("GET", "/v1.9999/info", "", "", 400));
    }

    @ParameterizedTest(name = "{index} {0} {1}")
    @MethodSource({"bodies", "wishes", "requests"})
    void oneClearErrorAndNothingChanged(
            String method, String target, String type, String body, int status) {
        UnixHttp.Answer answer =
                daemon.http().request(method, target, type, body.getBytes(StandardCharsets.UTF_8));
        String told = answer.status() + " " + answer.text();
        if (status == 0) {
            // a wish may be refused when it is made, or when the container would start
            if (answer.status() == 201) {
                answer = daemon.http().post("/containers/bad/start", "");
                told = "at start: " + answer.status() + " " + answer.text();
            }
            assertThat(answer.status()).as(told).isBetween(400, 500);
        } else if (status == 405) {
            assertThat(answer.status()).as(told).isIn(404, 405);
        } else {
            assertThat(answer.status()).as(told).isEqualTo(status);
        }
        JsonNode message = Json.tree(answer.body()).path("message");
        assertThat(message.asString())
                .as(told)
                .isNotBlank()
                .doesNotContain("Exception", "\n\tat ", "java.");
        assertThat(daemon.http().get("/containers/json").text().strip()).isEqualTo("[]");
        assertThat(daemon.http().get("/volumes").text()).doesNotContain("\"Name\"");
    }

    /// Bytes that are no HTTP, or HTTP that two servers might read in two ways.
    static Stream<String> heads() {
        return Stream.of(
                "nonsense\r\n\r\n",
                "GET / HTTP/9.9\r\nHost: x\r\n\r\n",
                "GET /_ping HTTP/1.1\r\n\r\n",
                "GET /_ping HTTP/1.1\r\nHost: x\r\nBad header\r\n\r\n",
                "GET /_ping HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
                "GET /_ping HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
                "POST /containers/create HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
                "POST /containers/create HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "POST /containers/create HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: nonsense\r\n\r\n",
                "POST /containers/create HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /_ping HTTP/1.1\r\nHost: x\r\nX: " + "y".repeat(1 << 20) + "\r\n\r\n",
                "GET /_ping HTTP/1.1\r\nHost: x\r\n" + "A: b\r\n".repeat(100_000) + "\r\n");
    }

    @ParameterizedTest(name = "{index}")
    @MethodSource("heads")
    void aMalformedHeadIsRefused(String head) {
        UnixHttp.Answer answer =
                daemon.http().raw(head.getBytes(StandardCharsets.ISO_8859_1), new byte[0]);
        assertThat(answer.status()).as(answer.text()).isBetween(400, 505);
        assertThat(daemon.http().get("/_ping").text()).isEqualTo("OK");
    }

    /// Bodies that do not come as their head says.
    static Stream<Arguments> brokenBodies() {
        String create =
                "POST /containers/create?name=bad HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
        String chunked = create + "Transfer-Encoding: chunked\r\n\r\n";
        String body = "{\"Image\":\"busybox\"}";
        return Stream.of(
                Arguments.of("a cut body", create + "Content-Length: 100\r\n\r\n" + body),
                Arguments.of("a cut chunk", chunked + "40\r\n" + body),
                Arguments.of("no last chunk", chunked + "13\r\n" + body.substring(0, 19) + "\r\n"),
                Arguments.of("a huge chunk", chunked + "fffffffffffffffff\r\n" + body),
                Arguments.of("a negative chunk", chunked + "-1\r\n" + body),
                Arguments.of("a chunk without its end", chunked + "2\r\n{}xx\r\n0\r\n\r\n"),
                Arguments.of(
                        "too long a body", create + "Content-Length: 99999999999\r\n\r\n" + body),
                Arguments.of(
                        "garbage after the request",
                        "GET /_ping HTTP/1.1\r\nHost: x\r\n\r\n\u0000\u0001garbage\r\n\r\n"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("brokenBodies")
    void aBrokenBodyMakesNothingAndEndsTheConnection(String name, String sent) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(daemon.socket()));
            channel.write(ByteBuffer.wrap(sent.getBytes(StandardCharsets.ISO_8859_1)));
            channel.shutdownOutput();
            String answer =
                    new String(
                            Channels.newInputStream(channel).readAllBytes(),
                            StandardCharsets.UTF_8);
            if (!answer.isEmpty()) {
                // The last answer: one to what went well may stand before it.
                assertThat(answer.substring(answer.lastIndexOf("HTTP/1.1 ")))
                        .startsWith("HTTP/1.1 4");
            }
        }
        assertThat(daemon.http().get("/containers/json?all=1").text().strip()).isEqualTo("[]");
    }

    @Test
    void manyIdleConnectionsDoNotKeepOthersOut() throws IOException {
        List<SocketChannel> idle = new ArrayList<>();
        try {
            for (int i = 0; i < 300; i++) {
                SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
                channel.connect(UnixDomainSocketAddress.of(daemon.socket()));
                idle.add(channel);
            }
            assertThat(daemon.http().get("/_ping").text()).isEqualTo("OK");
        } finally {
            for (SocketChannel channel : idle) {
                channel.close();
            }
        }
    }
}
