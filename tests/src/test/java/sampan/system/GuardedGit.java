package sampan.system;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/// Git's own http backend on loopback, for who brings one credential; below `/moved/` it sends
/// people to another address.
final class GuardedGit implements AutoCloseable {
    private final Path home;
    private final String credential;
    private final HttpServer server;
    private final List<String> brought = new CopyOnWriteArrayList<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile String elsewhere = "";
    private volatile int stall = Integer.MAX_VALUE;

    /// @param home where repositories lie
    /// @param credential the value of `Authorization`; empty: everybody is let in
    GuardedGit(Path home, String credential) throws IOException {
        this.home = home;
        this.credential = credential;
        this.server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.setExecutor(task -> Thread.ofVirtual().start(task));
        server.start();
    }

    /// `HOST:PORT`
    String host() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    String url(String path) {
        return "http://" + host() + "/" + path;
    }

    /// Where what is asked for below `/moved/` is.
    void send(String address) {
        elsewhere = address;
    }

    /// From now on no answer goes on after so many bytes, nor ends.
    void stall(int bytes) {
        stall = bytes;
    }

    /// Credentials that were brought, in the order of requests; empty for none.
    List<String> brought() {
        return List.copyOf(brought);
    }

    private void answer(HttpExchange exchange) throws IOException {
        String given =
                Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization"))
                        .orElse("");
        brought.add(given);
        try (exchange) {
            String path = exchange.getRequestURI().toString();
            if (path.startsWith("/moved/")) {
                exchange.getResponseHeaders()
                        .add("Location", elsewhere + path.substring("/moved/".length()));
                exchange.sendResponseHeaders(302, -1);
            } else if (!credential.isEmpty() && !given.equals(credential)) {
                exchange.getResponseHeaders().add("WWW-Authenticate", "Basic realm=\"git\"");
                exchange.sendResponseHeaders(401, -1);
            } else {
                backend(exchange);
            }
        }
    }

    private void backend(HttpExchange exchange) throws IOException {
        Outcome outcome =
                Command.of("git", "http-backend")
                        .with(variables(exchange))
                        .input(exchange.getRequestBody().readAllBytes())
                        .run();
        byte[] answer = outcome.output();
        String text = new String(answer, StandardCharsets.ISO_8859_1);
        int end = text.indexOf("\r\n\r\n");
        int status = 200;
        for (String line : text.substring(0, end).split("\r\n", -1)) {
            String[] field = line.split(": ", 2);
            if (field[0].equals("Status")) {
                status = Integer.parseInt(field[1].substring(0, 3));
            } else {
                exchange.getResponseHeaders().add(field[0], field[1]);
            }
        }
        exchange.sendResponseHeaders(status, 0);
        int length = answer.length - end - 4;
        exchange.getResponseBody().write(answer, end + 4, Math.min(length, stall));
        if (length > stall) {
            exchange.getResponseBody().flush();
            awaitEnd();
        }
    }

    private void awaitEnd() {
        try {
            over.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // As RFC 3875 has them; git's second protocol is asked for by a header.
    private Map<String, String> variables(HttpExchange exchange) {
        Map<String, String> variables = new HashMap<>();
        variables.put("GIT_PROJECT_ROOT", home.toString());
        variables.put("GIT_HTTP_EXPORT_ALL", "1");
        variables.put("REQUEST_METHOD", exchange.getRequestMethod());
        variables.put("PATH_INFO", exchange.getRequestURI().getPath());
        variables.put(
                "QUERY_STRING",
                Optional.ofNullable(exchange.getRequestURI().getRawQuery()).orElse(""));
        Map.of(
                        "Content-Type", "CONTENT_TYPE",
                        "Content-Encoding", "HTTP_CONTENT_ENCODING",
                        "Git-Protocol", "HTTP_GIT_PROTOCOL")
                .forEach((header, variable) ->
                        Optional.ofNullable(exchange.getRequestHeaders().getFirst(header))
                                .ifPresent(value -> variables.put(variable, value)));
        return variables;
    }

    @Override
    public void close() {
        over.countDown();
        server.stop(0);
    }
}
