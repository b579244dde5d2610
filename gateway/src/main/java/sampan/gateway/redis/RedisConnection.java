package sampan.gateway.redis;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import sampan.gateway.outgoing.Authorities;
import sampan.gateway.redis.RespReader.Failure;
import sampan.gateway.redis.RespReader.Reply;
import sampan.gateway.redis.RespReader.Status;
import sampan.gateway.redis.RespReader.Text;

/// A connection to a Redis server: commands go out together, and come back in their order. Blocks,
/// each time no longer than the settings say. For one thread.
final class RedisConnection implements AutoCloseable {
    private static final int NANOS_PER_MILLI = 1_000_000;
    private static final int SECRET_BYTES_MAX = 4 << 10;

    private final Socket socket;
    private final OutputStream out;
    private final RespReader in;

    private RedisConnection(Socket socket) throws IOException {
        this.socket = socket;
        out = new BufferedOutputStream(socket.getOutputStream(), 32 << 10);
        in = new RespReader(new BufferedInputStream(socket.getInputStream(), 32 << 10));
    }

    /// Connects, proves who we are, and chooses the database.
    static RedisConnection open(RedisSettings settings) throws IOException {
        Socket socket = connect(settings);
        try {
            RedisConnection connection = new RedisConnection(socket);
            connection.greet(settings);
            return connection;
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    private static Socket connect(RedisSettings settings) throws IOException {
        int millis = (int) Math.max(1, settings.timeoutNanos() / NANOS_PER_MILLI);
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(millis);
            socket.connect(
                    new InetSocketAddress(settings.address().resolve(), settings.address().port()),
                    millis);
            Optional<RedisSettings.Tls> tls = settings.tls();
            return tls.isPresent() ? sealed(socket, settings, tls.get()) : socket;
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    private static Socket sealed(Socket plain, RedisSettings settings, RedisSettings.Tls tls)
            throws IOException {
        try {
            SSLContext context =
                    tls.authorities().isPresent()
                            ? Authorities.context(tls.authorities().get())
                            : SSLContext.getDefault();
            int port = settings.address().port();
            SSLSocket sealed =
                    (SSLSocket)
                            context.getSocketFactory()
                                    .createSocket(plain, tls.serverName(), port, true);
            SSLParameters parameters = sealed.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            parameters.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
            sealed.setSSLParameters(parameters);
            sealed.startHandshake();
            return sealed;
        } catch (GeneralSecurityException e) {
            throw new IOException("TLS: " + e.getMessage(), e);
        }
    }

    private void greet(RedisSettings settings) throws IOException {
        if (settings.passwordFile().isPresent()) {
            List<String> proof = new ArrayList<>(List.of("AUTH"));
            settings.user().ifPresent(proof::add);
            proof.add(secret(settings.passwordFile().get()));
            accepted("AUTH", ask(proof));
        }
        if (settings.database() != 0) {
            accepted("SELECT", ask(List.of("SELECT", Integer.toString(settings.database()))));
        }
    }

    private static String secret(Path file) throws IOException {
        if (Files.size(file) > SECRET_BYTES_MAX) {
            throw new IOException(file + ": over " + SECRET_BYTES_MAX + " bytes");
        }
        return Files.readString(file).strip();
    }

    private static void accepted(String command, Reply reply) throws IOException {
        if (!(reply instanceof Status)) {
            // What it says of a password is not repeated.
            String why =
                    reply instanceof Failure(String text) ? text.split(" ", 2)[0] : "no status";
            throw new IOException(command + " was refused: " + why);
        }
    }

    /// Has the server keep a script.
    ///
    /// @return by which name it is run
    String load(String script) throws IOException {
        return switch (ask(List.of("SCRIPT", "LOAD", script))) {
            case Text(String name) -> name;
            case Failure(String text) -> throw new IOException("SCRIPT LOAD was refused: " + text);
            case Reply other -> throw new IOException("SCRIPT LOAD was answered by " + other);
        };
    }

    /// Asks whether the server is there.
    void ping() throws IOException {
        accepted("PING", ask(List.of("PING")));
    }

    private Reply ask(List<String> command) throws IOException {
        write(command);
        flush();
        return read();
    }

    /// Writes a command, which leaves with [#flush].
    void write(List<String> words) throws IOException {
        StringBuilder command = new StringBuilder();
        command.append('*').append(words.size()).append("\r\n");
        out.write(command.toString().getBytes(StandardCharsets.US_ASCII));
        for (String word : words) {
            byte[] octets = word.getBytes(StandardCharsets.UTF_8);
            out.write(("$" + octets.length + "\r\n").getBytes(StandardCharsets.US_ASCII));
            out.write(octets);
            out.write('\r');
            out.write('\n');
        }
    }

    void flush() throws IOException {
        out.flush();
    }

    /// The reply to the oldest command that has none yet.
    Reply read() throws IOException {
        return in.read();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException _) {
            // it is given up either way
        }
    }
}
