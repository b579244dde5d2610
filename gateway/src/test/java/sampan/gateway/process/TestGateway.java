package sampan.gateway.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import sampan.gateway.proxy.RawClient;
import sampan.linux.net.InternetAddress;

/// A gateway of one loop that follows a file of its own.
public final class TestGateway implements AutoCloseable {
    private static final InternetAddress LISTENER = new InternetAddress("127.0.0.1", 0);
    private static final String HEAD = "listeners: [\"127.0.0.1:0\"]\nloops: 1\n";

    private final Path file;
    private final Running running;

    /// @param yaml without listeners and loops
    public TestGateway(String yaml) throws IOException {
        this(HEAD, yaml);
    }

    /// @param listener the rest of its section, without the address
    /// @param yaml without listeners and loops
    public static TestGateway listening(String listener, String yaml) throws IOException {
        return new TestGateway(head(listener), yaml);
    }

    /// @param yaml without listeners and loops
    public static TestGateway ofLoops(int loops, String yaml) throws IOException {
        return new TestGateway(HEAD.replace("loops: 1", "loops: " + loops), yaml);
    }

    private static String head(String listener) {
        return "listeners: [{address: \"127.0.0.1:0\", " + listener + "}]\nloops: 1\n";
    }

    private TestGateway(String head, String yaml) throws IOException {
        file = Files.createTempFile("gateway", ".yaml");
        Files.writeString(file, head + yaml);
        running = Running.start(file);
    }

    /// One service `s` at these addresses, and a route to it for everything.
    public static TestGateway before(String... addresses) throws IOException {
        return new TestGateway(
                "services: {s: {targets: [\""
                        + String.join("\", \"", addresses)
                        + "\"]}}\nroutes: [{name: r, service: s}]\n");
    }

    public Running running() {
        return running;
    }

    public boolean change(String yaml) throws IOException {
        Files.writeString(file, HEAD + yaml);
        return running.follow();
    }

    public int port() {
        return running.gateway().port(LISTENER);
    }

    public RawClient client() throws IOException {
        return new RawClient(port());
    }

    @Override
    public void close() throws IOException {
        running.close();
        Files.delete(file);
    }
}
