package sampan.gateway.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import sampan.gateway.admin.AdminServer;
import sampan.gateway.audit.AuditLog;
import sampan.gateway.process.TestGateway;

/// What the gateway counts is what its clients have counted, to the last request and octet: per
/// route, target and consumer, by kind of answer, with requests that are refused, broken off and
/// malformed, by HTTP/1.1 and HTTP/2 at once.
@Timeout(120)
class ExactCountsTest {
    private static final int ROUNDS = 60;
    private static final int CLIENTS = 4;
    private static final int STREAMS = 80;
    private static final int ABORTED = 5;
    private static final int[] BOUNDS_MICROS = {
        250,
        500,
        1_000,
        2_500,
        5_000,
        10_000,
        25_000,
        50_000,
        100_000,
        250_000,
        500_000,
        1_000_000,
        2_500_000,
        5_000_000,
        10_000_000
    };
    private static final Pattern LINE =
            Pattern.compile(
                    "\"bytesIn\":(\\d+),\"bytesOut\":(\\d+),\"micros\":(\\d+),"
                            + "\"consumer\":\"([^\"]*)\",\"route\":\"([^\"]*)\",\"target\":\"([^\"]*)\"");

    /// Counts by what is counted and its labels.
    private final Map<String, Long> seen = new ConcurrentHashMap<>();

    private final CountDownLatch hanging = new CountDownLatch(ABORTED);

    private void count(String what, long more) {
        seen.merge(what, more, Long::sum);
    }

    private void answered(String route, String target, String consumer, int status) {
        String code = "code=\"" + (status == 0 ? "none" : status / 100 + "xx") + "\"";
        count("requests_total{route=\"" + route + "\"," + code + "}", 1);
        if (!target.isEmpty()) {
            count("target_answers_total{" + target + "," + code + "}", 1);
        }
        if (!consumer.isEmpty()) {
            count("consumer_requests_total{consumer=\"" + consumer + "\"," + code + "}", 1);
        }
    }

    private void octets(String route, String target, String consumer, long in, long out) {
        count("received_bytes_total{route=\"" + route + "\"}", in);
        count("sent_bytes_total{route=\"" + route + "\"}", out);
        if (!target.isEmpty()) {
            count("target_received_bytes_total{" + target + "}", in);
            count("target_sent_bytes_total{" + target + "}", out);
        }
        if (!consumer.isEmpty()) {
            count("consumer_received_bytes_total{consumer=\"" + consumer + "\"}", in);
            count("consumer_sent_bytes_total{consumer=\"" + consumer + "\"}", out);
        }
    }

    private static String target(String service, ScriptedServer server) {
        return "service=\"" + service + "\",target=\"" + server.address() + "\"";
    }

    private void serve(ScriptedServer.Peer peer) throws IOException {
        for (String head = peer.head(); !head.isEmpty(); head = peer.head()) {
            if (head.startsWith("POST")) {
                body(peer, head);
            }
            String path = head.split(" ", 3)[1];
            switch (path.split("/", 3)[1]) {
                case "ill" -> peer.write("HTTP/1.1 500 No\r\nContent-Length: 2\r\n\r\nno");
                case "hang" -> hanging.countDown();
                case "cut" -> {
                    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
                    return;
                }
                default ->
                        peer.write(
                                "HTTP/1.1 200 OK\r\nContent-Length: "
                                        + path.length()
                                        + "\r\n\r\n"
                                        + path);
            }
        }
    }

    private static void body(ScriptedServer.Peer peer, String head) throws IOException {
        if (head.contains("chunked")) {
            StringBuilder all = new StringBuilder();
            while (!all.toString().endsWith("0\r\n\r\n")) {
                all.append((char) peer.in().read());
            }
        } else {
            peer.in().readNBytes(RawClient.length(head));
        }
    }

    private void ask(RawClient client, String raw, String route, String target, String key)
            throws IOException {
        String consumer = raw.contains("X-Api-Key: " + key + "\r\n") ? key : "";
        String answer = client.send(raw).answer();
        int status = Integer.parseInt(answer.substring(9, 12));
        boolean refused = status == 401 || status == 429;
        answered(route, refused ? "" : target, status == 401 ? "" : consumer, status);
        octets(
                route,
                refused ? "" : target,
                status == 401 ? "" : consumer,
                raw.length(),
                answer.getBytes(StandardCharsets.ISO_8859_1).length);
    }

    private static String request(String method, String path, String fields, String body) {
        return method + " " + path + " HTTP/1.1\r\nHost: a.example\r\n" + fields + "\r\n" + body;
    }

    private Void http1(TestGateway gateway, String target, String key) throws IOException {
        String has = "X-Api-Key: " + key + "\r\n";
        try (RawClient client = gateway.client()) {
            for (int i = 0; i < ROUNDS; i++) {
                ask(client, request("GET", "/cart/" + i, has, ""), "cart", target, key);
                ask(
                        client,
                        request("POST", "/cart", has + "Content-Length: 5\r\n", "12345"),
                        "cart",
                        target,
                        key);
                ask(
                        client,
                        request(
                                "POST",
                                "/cart",
                                has + "Transfer-Encoding: chunked\r\n",
                                "3\r\nabc\r\n0\r\n\r\n"),
                        "cart",
                        target,
                        key);
                ask(client, request("GET", "/cart", "", ""), "cart", target, key);
                ask(client, request("GET", "/ill/" + i, "", ""), "ill", target, key);
                ask(client, request("GET", "/few", "", ""), "few", "", key);
                ask(client, request("GET", "/moved", "", ""), "moved", "", key);
                ask(client, request("GET", "/nowhere", "", ""), "", "", key);
            }
            ask(client, "GET / HTTP/1.1\r\nBad Name: x\r\n\r\n", "", "", key);
        }
        return null;
    }

    private Void http2(TestGateway gateway, String target) throws IOException {
        try (Http2Peer peer = new Http2Peer(gateway.port(), true)) {
            for (int i = 0; i < STREAMS; i++) {
                boolean found = i % 4 != 0;
                int stream = 2 * i + 1;
                boolean sent =
                        peer.send(
                                Http2Peer.frame(
                                        Http2Peer.HEADERS,
                                        Http2Peer.END_HEADERS | Http2Peer.END_STREAM,
                                        stream,
                                        Http2Peer.get(found ? "/stream/" + i : "/away")));
                assertThat(sent).isTrue();
                // Fields of the static table: 8 is :status 200, 13 is :status 404.
                int status = (peer.answer(stream).getFirst().payload()[0] & 0x7F) == 8 ? 200 : 404;
                answered(found ? "stream" : "", found ? target : "", "", status);
            }
        }
        return null;
    }

    private Void breakOff(TestGateway gateway, String target) throws Exception {
        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < ABORTED; i++) {
            RawClient client = gateway.client();
            clients.add(client);
            String raw = request("GET", "/hang", "", "");
            client.send(raw);
            answered("hang", target, "", 0);
            octets("hang", target, "", raw.length(), 0);
            try (RawClient other = gateway.client()) {
                assertThat(other.send(request("GET", "/cut", "", "")).untilDropped())
                        .doesNotContain("abcdefghij");
                answered("cut", target, "", 200);
            }
        }
        hanging.await();
        for (RawClient client : clients) {
            client.socket().setSoLinger(true, 0);
            client.close();
        }
        return null;
    }

    private static String config(Path log, ScriptedServer one, ScriptedServer two) {
        return """
        accessLog: %s
        services: {a: {targets: ["%s"], outlier: {failures: 1000000}}, b: {targets: ["%s"], outlier: {failures: 1000000}}}
        consumers: {app: {apiKeys: ["sha256:%s"]}, batch: {apiKeys: ["sha256:%s"]}}
        authentication: {methods: {keys: {apiKey: {}}}}
        routes:
        - {name: cart, path: /cart, service: a, authenticate: [keys]}
        - {name: ill, path: /ill, service: a}
        - {name: few, path: /few, respond: {text: x}, limits: [{rate: 1/h, burst: 7}]}
        - {name: moved, path: /moved, redirect: {to: /cart, status: 308}}
        - {name: stream, path: /stream, service: b}
        - {name: hang, path: /hang, service: b}
        - {name: cut, path: /cut, service: b}
        """
                .formatted(
                        log,
                        one.address(),
                        two.address(),
                        AuditLog.sha256("app"),
                        AuditLog.sha256("batch"));
    }

    @Test
    void theGatewaysCountsAreItsClients() throws Exception {
        Path log = Files.createTempFile("access", ".log");
        Gateway proxy;
        try (ScriptedServer one = new ScriptedServer(this::serve);
                ScriptedServer two = new ScriptedServer(this::serve)) {
            TestGateway gateway = TestGateway.ofLoops(2, config(log, one, two));
            proxy = gateway.running().gateway();
            try (gateway;
                    ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Callable<Void>> all = new ArrayList<>();
                for (int i = 0; i < CLIENTS; i++) {
                    String key = i % 2 == 0 ? "app" : "batch";
                    all.add(() -> http1(gateway, target("a", one), key));
                }
                all.add(() -> http2(gateway, target("b", two)));
                all.add(() -> http2(gateway, target("b", two)));
                all.add(() -> breakOff(gateway, target("b", two)));
                for (Future<Void> each : pool.invokeAll(all)) {
                    each.get();
                }
                while (proxy.clients() > 0) {
                    Thread.onSpinWait();
                }
            }
        }
        Map<String, Double> counted = counted(AdminServer.metrics(proxy));
        Map<String, Double> wrong = new TreeMap<>();
        seen.forEach((name, count) -> {
            boolean exact = !name.contains("_bytes") || !isMixed(name);
            Double told = counted.get(name);
            if (exact && (told == null || told.longValue() != count)) {
                wrong.put(name + " is " + count + ", told", told == null ? -1 : told);
            }
        });
        assertThat(wrong).isEmpty();
        assertThat(sum(counted, "requests_total{"))
                .isEqualTo(sum(seen, "requests_total{"))
                .isEqualTo(CLIENTS * (8 * ROUNDS + 1) + 2 * STREAMS + 2 * ABORTED);
        assertThat(seen.get("requests_total{route=\"few\",code=\"2xx\"}")).isEqualTo(7);
        assertThat(sum(counted, "target_answers_total{")).isEqualTo(sum(seen, "target_answers"));
        assertThat(sum(counted, "consumer_requests_total{")).isEqualTo(sum(seen, "consumer_req"));
        histograms(Files.readAllLines(log), counted);
        Files.delete(log);
    }

    /// Streams of HTTP/2 and answers that were cut are counted in octets of the gateway's own.
    private static boolean isMixed(String name) {
        return name.contains("service=\"b\"") || name.contains("route=\"\"");
    }

    private static double sum(Map<String, ? extends Number> counts, String prefix) {
        return counts.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(prefix))
                .mapToDouble(entry -> entry.getValue().doubleValue())
                .sum();
    }

    private static Map<String, Double> counted(String metrics) {
        Map<String, Double> all = new TreeMap<>();
        for (String line : metrics.split("\n")) {
            if (!line.startsWith("#")) {
                int blank = line.lastIndexOf(' ');
                all.put(
                        line.substring("sampan_gateway_".length(), blank),
                        Double.parseDouble(line.substring(blank + 1)));
            }
        }
        return all;
    }

    /// Buckets, counts, sums and octets against the access log's own lines.
    private static void histograms(List<String> lines, Map<String, Double> counted) {
        Map<String, long[]> buckets = new TreeMap<>();
        Map<String, Long> sums = new TreeMap<>();
        for (String line : lines) {
            Matcher matcher = LINE.matcher(line);
            assertThat(matcher.find()).as(line).isTrue();
            long micros = Long.parseLong(matcher.group(3));
            List<String> keys = new ArrayList<>(List.of("|route=\"" + matcher.group(5) + "\""));
            if (!matcher.group(4).isEmpty()) {
                keys.add("consumer_|consumer=\"" + matcher.group(4) + "\"");
            }
            if (!matcher.group(6).isEmpty()) {
                String service = List.of("cart", "ill").contains(matcher.group(5)) ? "a" : "b";
                keys.add("target_|service=\"" + service + "\",target=\"" + matcher.group(6) + "\"");
            }
            for (String key : keys) {
                long[] cells =
                        buckets.computeIfAbsent(key, _ -> new long[BOUNDS_MICROS.length + 1]);
                int at = 0;
                while (at < BOUNDS_MICROS.length && micros > BOUNDS_MICROS[at]) {
                    at++;
                }
                cells[at]++;
                sums.merge(key + "|micros", micros, Long::sum);
                sums.merge(key + "|received", Long.parseLong(matcher.group(1)), Long::sum);
                sums.merge(key + "|sent", Long.parseLong(matcher.group(2)), Long::sum);
            }
        }
        assertThat(buckets).hasSize(8 + 2 + 2);
        buckets.forEach((key, cells) -> histogram(key, cells, sums, counted));
    }

    private static void histogram(
            String key, long[] cells, Map<String, Long> sums, Map<String, Double> counted) {
        String prefix = key.substring(0, key.indexOf('|'));
        String labels = key.substring(key.indexOf('|') + 1);
        String name = prefix + "duration_seconds";
        long sum = 0;
        for (int i = 0; i < cells.length; i++) {
            sum += cells[i];
            String le = i < BOUNDS_MICROS.length ? Double.toString(BOUNDS_MICROS[i] / 1e6) : "+Inf";
            assertThat(counted)
                    .containsEntry(
                            name + "_bucket{" + labels + ",le=\"" + le + "\"}", (double) sum);
        }
        assertThat(counted).containsEntry(name + "_count{" + labels + "}", (double) sum);
        // The log cuts off what is below a microsecond.
        long micros = sums.getOrDefault(key + "|micros", 0L);
        assertThat(counted.getOrDefault(name + "_sum{" + labels + "}", -1.0) * 1e6)
                .as(key)
                .isBetween(micros - 0.01, micros + sum + 0.01);
        assertThat(counted)
                .containsEntry(
                        prefix + "received_bytes_total{" + labels + "}",
                        (double) sums.getOrDefault(key + "|received", 0L))
                .containsEntry(
                        prefix + "sent_bytes_total{" + labels + "}",
                        (double) sums.getOrDefault(key + "|sent", 0L));
    }
}
