package sampan.gateway.admin;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Semaphore;
import sampan.gateway.proxy.Gateway;
import sampan.linux.net.InternetAddress;

/// `GET /metrics` and `GET /ready`, one request a connection, on virtual threads.
public final class AdminServer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(AdminServer.class.getName());
    private static final int REQUEST_BYTES_MAX = 8 << 10;
    private static final int READ_MILLIS_MAX = 5_000;
    private static final int CONNECTIONS_MAX = 32;
    private static final int AGAIN_MILLIS = 100;

    private final Gateway gateway;
    private final InternetAddress address;
    private final ServerSocket socket;
    private final Semaphore connections = new Semaphore(CONNECTIONS_MAX);
    private volatile boolean ready = true;

    /// @param patient where another has the address, waits until it leaves it
    public AdminServer(Gateway gateway, InternetAddress address, boolean patient) {
        this.gateway = gateway;
        this.address = address;
        try {
            socket = new ServerSocket();
            if (!bind() && !patient) {
                throw new BindException("another process has it");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("admin \"" + address + "\"", e);
        }
        Thread.ofVirtual().name("admin").start(this::run);
    }

    private boolean bind() throws IOException {
        try {
            socket.bind(new InetSocketAddress(address.resolve(), address.port()));
            return true;
        } catch (BindException e) {
            LOG.log(Level.DEBUG, "admin: " + e.getMessage());
            return false;
        }
    }

    private void run() {
        try {
            while (!socket.isBound() && !bind()) {
                Thread.sleep(AGAIN_MILLIS);
            }
            accept();
        } catch (IOException e) {
            LOG.log(socket.isClosed() ? Level.DEBUG : Level.ERROR, "admin: " + e.getMessage());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /// What `GET /metrics` answers.
    public static String metrics(Gateway gateway) {
        return Exposition.of(gateway);
    }

    public int port() {
        return socket.getLocalPort();
    }

    /// What `GET /ready` says: 200 or 503.
    public void ready(boolean ready) {
        this.ready = ready;
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket client = socket.accept();
                if (connections.tryAcquire()) {
                    Thread.ofVirtual().name("admin request").start(() -> serve(client));
                } else {
                    client.close();
                }
            } catch (IOException e) {
                if (!socket.isClosed()) {
                    LOG.log(Level.WARNING, "admin: " + e.getMessage());
                }
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            client.setSoTimeout(READ_MILLIS_MAX);
            String request = head(client.getInputStream());
            client.getOutputStream().write(answer(request).getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "admin: " + e.getMessage());
        } finally {
            connections.release();
        }
    }

    private static String head(InputStream in) throws IOException {
        byte[] bytes = new byte[REQUEST_BYTES_MAX];
        int length = 0;
        while (length < bytes.length) {
            int n = in.read(bytes, length, bytes.length - length);
            if (n < 0) {
                break;
            }
            length += n;
            String text = new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
            if (text.contains("\r\n\r\n")) {
                return text;
            }
        }
        return "";
    }

    private String answer(String request) {
        if (request.startsWith("GET /metrics ")) {
            return answer("200 OK", "text/plain; version=0.0.4", Exposition.of(gateway));
        }
        if (request.startsWith("GET /ready ")) {
            return ready
                    ? answer("200 OK", "text/plain", "ready\n")
                    : answer("503 Service Unavailable", "text/plain", "draining\n");
        }
        return request.startsWith("GET ")
                ? answer("404 Not Found", "text/plain", "try /metrics or /ready\n")
                : answer("400 Bad Request", "text/plain", "try GET /metrics\n");
    }

    private static String answer(String status, String type, String body) {
        return "HTTP/1.1 "
                + status
                + "\r\nContent-Type: "
                + type
                + "; charset=utf-8\r\nContent-Length: "
                + body.getBytes(StandardCharsets.UTF_8).length
                + "\r\nConnection: close\r\n\r\n"
                + body;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "admin: " + e.getMessage());
        }
    }
}
