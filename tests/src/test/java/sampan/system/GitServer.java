package sampan.system;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A repository that is made by commits of a test, and a web server on loopback that gives its
/// files to git's plain ("dumb") protocol, and others beside it.
final class GitServer implements AutoCloseable {
    private static final String BARE = "made.git";

    private final Path home;
    private final Path tree;
    private final HttpServer server;

    /// @param home there and empty
    GitServer(Path home) throws IOException {
        this.home = home;
        this.tree = Files.createDirectories(home.resolve("tree"));
        git("init", "-q", "-b", "main", ".");
        this.server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    private void answer(HttpExchange exchange) throws IOException {
        Path file = home.resolve(exchange.getRequestURI().getPath().substring(1)).normalize();
        try (exchange) {
            if (!file.startsWith(home) || !Files.isRegularFile(file)) {
                exchange.sendResponseHeaders(404, -1);
                return;
            }
            byte[] bytes = Files.readAllBytes(file);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    /// Where the working tree is.
    Path tree() {
        return tree;
    }

    /// A file beside the repository.
    void file(String name, byte[] content) throws IOException {
        Files.write(home.resolve(name), content);
    }

    String url(String name) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/" + name;
    }

    /// The repository's address.
    String url() {
        return url(BARE);
    }

    String git(String... words) {
        List<String> all = new ArrayList<>(List.of("git", "-C", tree.toString()));
        all.addAll(List.of(words));
        return new Command(all)
                .with(
                        Map.of(
                                "GIT_CONFIG_GLOBAL", "/dev/null",
                                "GIT_AUTHOR_NAME", "a",
                                "GIT_AUTHOR_EMAIL", "a@b",
                                "GIT_COMMITTER_NAME", "a",
                                "GIT_COMMITTER_EMAIL", "a@b"))
                .run()
                .expect(0)
                .out()
                .strip();
    }

    /// Commits what is in the tree.
    ///
    /// @return the commit
    String commit() {
        git("add", "-A");
        git("commit", "-q", "-m", "made");
        return git("rev-parse", "HEAD");
    }

    /// What was committed, as it is given.
    Path bare() {
        return home.resolve(BARE);
    }

    /// Gives what was committed to the web.
    void publish() {
        Command.of("rm", "-rf", bare().toString()).run().expect(0);
        git("clone", "-q", "--bare", tree.toString(), bare().toString());
        git("--git-dir=" + bare(), "update-server-info");
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
