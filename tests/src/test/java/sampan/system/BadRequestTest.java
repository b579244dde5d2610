package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
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
                        host("\"PortBindings\":[]"))) {
            cases.add(bad("POST", CREATE, JSON, body, 400));
        }
        return cases.stream();
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

    @Test
    void manyIdleConnectionsDoNotKeepOthersOut() throws java.io.IOException {
        List<java.nio.channels.SocketChannel> idle = new ArrayList<>();
        try {
            for (int i = 0; i < 300; i++) {
                java.nio.channels.SocketChannel channel =
                        java.nio.channels.SocketChannel.open(java.net.StandardProtocolFamily.UNIX);
                channel.connect(java.net.UnixDomainSocketAddress.of(daemon.socket()));
                idle.add(channel);
            }
            assertThat(daemon.http().get("/_ping").text()).isEqualTo("OK");
        } finally {
            for (java.nio.channels.SocketChannel channel : idle) {
                channel.close();
            }
        }
    }
}
