package sampan.app.cli.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import sampan.app.cli.CommandContext;
import sampan.app.cli.containers.HostService;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.json.Json;
import tools.jackson.databind.JsonNode;

/// The six services in one of their forms, while it is open.
final class Shop implements AutoCloseable {
    /// Whom each service calls.
    static final Map<String, List<String>> CALLS =
            Map.of(
                    "catalogue", List.of(),
                    "users", List.of(),
                    "cart", List.of("catalogue", "users"),
                    "payments", List.of("users"),
                    "orders", List.of("cart", "payments", "users"),
                    "web", List.of("cart", "catalogue", "orders", "users"));

    private static final String PREFIX = "sampan-demo-shop-";
    private static final Duration START = Duration.ofSeconds(90);
    private static final Duration ASK = Duration.ofSeconds(2);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int GOOD = 200;

    private final CommandContext context;
    private final HttpClient client;
    private final boolean alone;
    private final String gateway;
    private final Map<String, Integer> ports = new LinkedHashMap<>();
    private final List<String> containers = new ArrayList<>();

    /// @param alone each for itself, or all behind the gateway
    /// @param gateway HOST:PORT at which it listens
    Shop(CommandContext context, HttpClient client, boolean alone, String gateway) {
        this.context = context;
        this.client = client;
        this.alone = alone;
        this.gateway = gateway;
    }

    /// Starts all and waits until the web's pages are answered.
    ///
    /// @param java of a JDK, for the services are run from their source
    void open(Path java, Path source) throws InterruptedException {
        for (String name : CALLS.keySet()) {
            ports.put(name, freePort());
        }
        for (String name : CALLS.keySet()) {
            containers.add(start(name, java, source));
        }
        long end = System.nanoTime() + START.toNanos();
        for (String journey : ShopLoad.JOURNEYS) {
            while (!answers(url("web") + "/" + journey)) {
                if (System.nanoTime() - end > 0) {
                    throw new SampanException(
                            ErrorCode.UNAVAILABLE,
                            "the shop did not start within "
                                    + START.toSeconds()
                                    + " s: see sampan logs "
                                    + PREFIX
                                    + "web");
                }
                LockSupport.parkNanos(PAUSE_NANOS);
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
        }
    }

    private String start(String name, Path java, Path source) {
        List<String> options =
                new ArrayList<>(
                        List.of(
                                "--name",
                                PREFIX + name,
                                "--network",
                                "host",
                                "-v",
                                source + ":/shop:ro"));
        if (!alone) {
            labels(name)
                    .forEach((label, value) ->
                            options.addAll(List.of("-l", "sampan.gateway." + label + "=" + value)));
        }
        String file = Character.toUpperCase(name.charAt(0)) + name.substring(1) + ".java";
        List<String> command =
                new ArrayList<>(
                        List.of(
                                java.toString(),
                                "-Xmx96m",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "/shop/" + file,
                                Integer.toString(port(name)),
                                alone ? "alone" : "behind"));
        CALLS.getOrDefault(name, List.of()).forEach(peer -> command.add(peer + "=" + url(peer)));
        return HostService.start(context, options, command);
    }

    private Map<String, String> labels(String name) {
        String route = "routes." + PREFIX + name + ".";
        Map<String, String> labels = new LinkedHashMap<>();
        labels.put("service", PREFIX + name);
        labels.put("port", Integer.toString(port(name)));
        labels.put(route + "path", "/" + PREFIX + name);
        labels.put(route + "rewrite", "/");
        labels.put(route + "headers.X-Api-Key", "demo");
        labels.put(route + "limits.0.rate", "10000/s");
        labels.put("service.responseTimeout", "500ms");
        labels.put("service.breaker.callsMin", "10");
        labels.put("service.breaker.openFor", "1s");
        return labels;
    }

    private int port(String name) {
        Integer port = ports.get(name);
        if (port == null) {
            throw new IllegalStateException(name);
        }
        return port;
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Where others find a service.
    String url(String name) {
        return alone ? "http://127.0.0.1:" + port(name) : "http://" + gateway + "/" + PREFIX + name;
    }

    /// Has a service answer nothing any more.
    void hang(String name) throws InterruptedException {
        answers("http://127.0.0.1:" + port(name) + "/hang");
    }

    /// What each service says of itself.
    List<JsonNode> about() throws InterruptedException {
        List<JsonNode> about = new ArrayList<>();
        for (String name : CALLS.keySet()) {
            try {
                String url = "http://127.0.0.1:" + port(name) + "/about";
                about.add(Json.tree(get(url).getBytes(StandardCharsets.UTF_8)));
            } catch (IOException e) {
                throw new UncheckedIOException(name + " does not say what it did", e);
            }
        }
        return about;
    }

    /// Calls that the gateway has on its record.
    long recorded() {
        if (alone) {
            return 0;
        }
        long sum = 0;
        for (JsonNode route : context.engine().gateway().show("routes").path("routes")) {
            if (route.path("name").asString("").startsWith(PREFIX)) {
                sum += route.path("requests").asLong(0);
            }
        }
        return sum;
    }

    private boolean answers(String url) throws InterruptedException {
        try {
            get(url);
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    private String get(String url) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(url))
                        .timeout(ASK)
                        .header("X-Api-Key", "demo")
                        .build();
        var answer = client.send(request, BodyHandlers.ofString());
        if (answer.statusCode() != GOOD) {
            throw new IOException(url + " answered " + answer.statusCode());
        }
        return answer.body();
    }

    @Override
    public void close() {
        for (String container : containers) {
            try {
                context.engine().containers().remove(container, true, true);
            } catch (SampanException e) {
                context.err().println("sampan: " + e.getMessage());
            }
        }
    }
}
