package sampan.system;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Bare HTTP/1.1 over a unix socket: sends exactly the bytes that a test wants to send.
final class UnixHttp {
    private static final Duration DEADLINE = Duration.ofSeconds(60);

    private final Path socket;

    UnixHttp(Path socket) {
        this.socket = socket;
    }

    /// An answer; header names in lower case.
    record Answer(int status, Map<String, String> headers, byte[] body) {
        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    Answer get(String target) {
        return request("GET", target, "", new byte[0]);
    }

    Answer post(String target, String json) {
        return request("POST", target, "application/json", json.getBytes(StandardCharsets.UTF_8));
    }

    Answer delete(String target) {
        return request("DELETE", target, "", new byte[0]);
    }

    Answer request(String method, String target, String type, byte[] body) {
        String head =
                method
                        + " "
                        + target
                        + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                        + (type.isEmpty() ? "" : "Content-Type: " + type + "\r\n")
                        + "Content-Length: "
                        + body.length
                        + "\r\n\r\n";
        return raw(head.getBytes(StandardCharsets.UTF_8), body);
    }

    /// Sends the bytes on a connection of its own and reads one answer.
    Answer raw(byte[] head, byte[] body) {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            OutputStream out = Channels.newOutputStream(channel);
            InputStream in = new BufferedInputStream(Channels.newInputStream(channel));
            Thread.ofVirtual().start(() -> send(out, head, body));
            return within(channel, () -> read(in, new String(head, StandardCharsets.ISO_8859_1)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A daemon may answer and close before it has read all: the rest then has nowhere to go.
    private static void send(OutputStream out, byte[] head, byte[] body) {
        try {
            out.write(head);
            out.write(body);
            out.flush();
        } catch (IOException e) {
            // the answer tells
        }
    }

    private static <T> T within(SocketChannel channel, Callable<T> reading) throws IOException {
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<T> future = executor.submit(reading);
            try {
                return future.get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
            } catch (TimeoutException e) {
                channel.close();
                throw new AssertionError("no answer within " + DEADLINE, e);
            } catch (ExecutionException e) {
                if (e.getCause() instanceof IOException io) {
                    throw io;
                }
                throw new AssertionError(e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                channel.close();
                throw new AssertionError("interrupted", e);
            }
        }
    }

    private static Answer read(InputStream in, String request) throws IOException {
        String status = line(in);
        if (!status.startsWith("HTTP/1.")) {
            throw new IOException("no answer but: " + status);
        }
        Map<String, String> headers = new HashMap<>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        return new Answer(
                Integer.parseInt(status.substring(9, 12)), headers, body(in, headers, request));
    }

    private static byte[] body(InputStream in, Map<String, String> headers, String request)
            throws IOException {
        if (request.startsWith("HEAD ")) {
            return new byte[0];
        }
        String length = headers.getOrDefault("content-length", "");
        if (!length.isEmpty()) {
            return in.readNBytes(Integer.parseInt(length));
        }
        if (!headers.getOrDefault("transfer-encoding", "").equals("chunked")) {
            return in.readAllBytes();
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        while (true) {
            int size = Integer.parseInt(line(in).strip(), 16);
            all.write(in.readNBytes(size));
            line(in);
            if (size == 0) {
                return all.toByteArray();
            }
        }
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException(
                        "the connection ended within: "
                                + line.toString(StandardCharsets.ISO_8859_1));
            }
            if (c != '\r') {
                line.write(c);
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }
}
