package sampan.app;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import sampan.oci.Digest;

/// As much of a registry as a push and a pull of the training ask for, on the loopback: it keeps in
/// memory what it is sent, and believes everything.
final class TrainingRegistry implements AutoCloseable {
    private static final String UPLOADS = "/blobs/uploads/";
    private static final String LENGTH = "content-length:";

    private final ServerSocket server;
    private final Map<String, byte[]> kept = new ConcurrentHashMap<>();
    private final Map<String, byte[]> uploads = new ConcurrentHashMap<>();
    private final AtomicInteger begun = new AtomicInteger();

    TrainingRegistry() throws IOException {
        server = new ServerSocket(0, 0, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
        Thread.ofVirtual().start(this::accept);
    }

    /// `127.0.0.1:PORT`
    String host() {
        return "127.0.0.1:" + server.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket connection = server.accept();
                Thread.ofVirtual().start(() -> serve(connection));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private record Asked(String method, String path, byte[] body) {}

    private void serve(Socket connection) {
        try (connection) {
            InputStream in = new BufferedInputStream(connection.getInputStream());
            for (Optional<Asked> asked = read(in); asked.isPresent(); asked = read(in)) {
                answer(asked.get(), connection.getOutputStream());
            }
        } catch (IOException e) {
            // the daemon tries HTTPS first
        }
    }

    private static Optional<Asked> read(InputStream in) throws IOException {
        String[] first = line(in).split(" ", -1);
        if (first.length != 3) {
            return Optional.empty();
        }
        boolean chunked = false;
        int length = 0;
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            String header = line.toLowerCase(Locale.ROOT);
            if (header.startsWith(LENGTH)) {
                length = Integer.parseInt(header.substring(LENGTH.length()).strip());
            }
            chunked |= header.equals("transfer-encoding: chunked");
        }
        byte[] body = chunked ? chunks(in) : in.readNBytes(length);
        return Optional.of(new Asked(first[0], first[1], body));
    }

    private static byte[] chunks(InputStream in) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        int length = Integer.parseInt(line(in), 16);
        while (length > 0) {
            all.write(in.readNBytes(length));
            line(in);
            length = Integer.parseInt(line(in), 16);
        }
        line(in);
        return all.toByteArray();
    }

    private void answer(Asked asked, OutputStream out) throws IOException {
        String path = asked.path();
        switch (asked.method()) {
            case "POST" -> {
                String place = path.substring(0, path.indexOf(UPLOADS)) + UPLOADS;
                say(out, "202 Accepted", "Location: " + place + begun.incrementAndGet());
            }
            case "PATCH" -> {
                uploads.put(path, asked.body());
                say(out, "202 Accepted", "Location: " + path);
            }
            case "PUT" -> {
                keep(path, asked.body());
                say(out, "201 Created", "Server: training");
            }
            case "GET", "HEAD" -> {
                byte[] content = path.equals("/v2/") ? new byte[0] : kept.get(path);
                if (content == null) {
                    say(out, "404 Not Found", "Server: training");
                } else {
                    String digest = "Docker-Content-Digest: " + Digest.of(content);
                    head(out, "200 OK", digest, content.length);
                    out.write(asked.method().equals("GET") ? content : new byte[0]);
                }
            }
            default -> say(out, "204 No Content", "Server: training");
        }
    }

    private void keep(String path, byte[] body) {
        int begins = path.indexOf(UPLOADS);
        if (begins < 0) {
            kept.put(path, body);
            String place = path.substring(0, path.lastIndexOf('/') + 1);
            kept.put(place + Digest.of(body), body);
        } else {
            String upload = path.substring(0, path.indexOf('?'));
            byte[] content = body.length == 0 ? uploads.getOrDefault(upload, body) : body;
            kept.put(path.substring(0, begins) + "/blobs/" + Digest.of(content), content);
        }
    }

    private static void say(OutputStream out, String status, String header) throws IOException {
        head(out, status, header, 0);
    }

    private static void head(OutputStream out, String status, String header, int length)
            throws IOException {
        String text =
                "HTTP/1.1 "
                        + status
                        + "\r\n"
                        + header
                        + "\r\nContent-Length: "
                        + length
                        + "\r\n\r\n";
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    // Ends at other control characters too: a client that tries HTTPS sends one first, and waits.
    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c >= ' ' || c == '\r'; c = in.read()) {
            line.append(c == '\r' ? "" : (char) c);
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
