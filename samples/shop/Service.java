import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/// What the six services have in common: a server with few workers, calls to others, and counts of
/// what happened, at /about.
///
/// Arguments: PORT alone|behind NAME=URL… for the services that it calls.
final class Service {
    /// Requests that are worked on at once; who hangs keeps one busy.
    static final int WORKERS = 8;

    static final String KEY = "demo";

    /// Answers one request.
    interface Work {
        String answer(Service self) throws IOException, InterruptedException;
    }

    private final String name;
    private final boolean alone;
    private final Map<String, String> peers = new TreeMap<>();
    private final Map<String, Work> works = new TreeMap<>();
    private final Set<String> called = new ConcurrentSkipListSet<>();
    private final AtomicLong answered = new AtomicLong();
    private final Concerns concerns = new Concerns();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private volatile boolean hangs;

    private Service(String name, String[] arguments) {
        this.name = name;
        alone = arguments[1].equals("alone");
        for (int i = 2; i < arguments.length; i++) {
            int equals = arguments[i].indexOf('=');
            peers.put(arguments[i].substring(0, equals), arguments[i].substring(equals + 1));
        }
    }

    static void run(String name, String[] arguments, Map<String, Work> works) throws IOException {
        Service self = new Service(name, arguments);
        self.works.putAll(works);
        HttpServer server =
                HttpServer.create(
                        new InetSocketAddress(
                                InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0])),
                        128);
        server.setExecutor(Executors.newFixedThreadPool(WORKERS));
        server.createContext("/", self::serve);
        server.start();
    }

    /// Asks another service. Nobody has thought of a timeout here.
    String call(String peer, String path) throws IOException, InterruptedException {
        URI uri = URI.create(peers.get(peer) + path);
        called.add(uri.getAuthority());
        HttpResponse<String> answer =
                client.send(
                        HttpRequest.newBuilder(uri).header("X-Api-Key", KEY).build(),
                        HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException(peer + " answered " + answer.statusCode());
        }
        return answer.body();
    }

    private void serve(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        try {
            switch (path) {
                case "/about" -> send(exchange, 200, about());
                case "/hang" -> {
                    hangs = true;
                    send(exchange, 200, "{}");
                }
                default -> work(exchange, path);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            exchange.close();
        }
    }

    private void work(HttpExchange exchange, String path) throws IOException, InterruptedException {
        // Each service of the first form has all of this, the second form none of it.
        if (alone) {
            int refused = concerns.check(exchange);
            if (refused != 0) {
                send(exchange, refused, "{}");
                return;
            }
        }
        answered.incrementAndGet();
        if (hangs) {
            Thread.sleep(60_000);
        }
        Work work = works.get(path);
        if (work == null) {
            send(exchange, 404, "{}");
            return;
        }
        try {
            send(exchange, 200, work.answer(this));
        } catch (IOException e) {
            send(exchange, 502, "{}");
        }
    }

    private String about() {
        return "{\"name\":\""
                + name
                + "\",\"answered\":"
                + answered
                + ",\"concerns\":"
                + (alone ? concerns.modules() : 0)
                + ",\"calls\":\""
                + String.join(" ", called)
                + "\"}";
    }

    private static void send(HttpExchange exchange, int status, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }
}
