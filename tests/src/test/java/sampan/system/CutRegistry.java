package sampan.system;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.ToLongFunction;

/// A registry with one image on a loopback port. It counts the bytes of layers that it sends, cuts
/// the connection after so many, and tells how many there were.
final class CutRegistry implements AutoCloseable {
    private static final int CHUNK = 16 << 10;
    private static final int SEND_BUFFER = 16 << 10;
    private static final long LOOK_NANOS = 100_000;
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final ServerSocket socket;
    private final Map<String, byte[]> blobs = new LinkedHashMap<>();
    private final byte[] manifest;
    private final int cutAfter;
    private final AtomicLong sent = new AtomicLong();
    private final LongConsumer told;
    private final Map<String, Socket> latest = new ConcurrentHashMap<>();
    private ToLongFunction<String> kept = digest -> Long.MAX_VALUE;

    /// @param cutAfter bytes of a layer on one connection
    /// @param told the bytes of all layers so far, after each chunk, on the sending thread
    CutRegistry(byte[][] layers, int cutAfter, LongConsumer told) {
        this.cutAfter = cutAfter;
        this.told = told;
        StringBuilder diffIds = new StringBuilder();
        StringBuilder descriptors = new StringBuilder();
        for (byte[] layer : layers) {
            String digest = digest(layer);
            blobs.put(digest, layer);
            diffIds.append(diffIds.isEmpty() ? "" : ",").append('"').append(digest).append('"');
            descriptors
                    .append(descriptors.isEmpty() ? "" : ",")
                    .append(
                            descriptor(
                                    "application/vnd.oci.image.layer.v1.tar",
                                    digest,
                                    layer.length));
        }
        byte[] config =
                """
                {"architecture":"amd64","os":"linux","config":{},
                 "rootfs":{"type":"layers","diff_ids":[%s]}}\
                """
                        .formatted(diffIds)
                        .getBytes(StandardCharsets.UTF_8);
        blobs.put(digest(config), config);
        manifest =
                """
                {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",
                 "config":%s,"layers":[%s]}\
                """
                        .formatted(
                                descriptor(
                                        "application/vnd.oci.image.config.v1+json",
                                        digest(config),
                                        config.length),
                                descriptors)
                        .getBytes(StandardCharsets.UTF_8);
        try {
            socket = new ServerSocket();
            socket.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    /// Sends no more than one chunk beyond what the other side has: what lies in the network's
    /// buffers when it is killed was sent and not fetched, and a busy machine leaves much there.
    ///
    /// @param kept the bytes that the other side has of a blob
    CutRegistry paced(ToLongFunction<String> kept) {
        this.kept = kept;
        return this;
    }

    private static String descriptor(String type, String digest, int size) {
        return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d}".formatted(type, digest, size);
    }

    static String digest(byte[] content) {
        try {
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket connection = socket.accept();
                connection.setSendBufferSize(SEND_BUFFER);
                Thread.ofPlatform().daemon().start(() -> serve(connection));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            InputStream in = new BufferedInputStream(connection.getInputStream());
            String[] first = line(in).split(" ", 3);
            int from = 0;
            for (String header = line(in); !header.isEmpty(); header = line(in)) {
                if (header.startsWith("Range: bytes=")) {
                    from = Integer.parseInt(header.substring(13, header.length() - 1));
                }
            }
            answer(first, from, connection);
        } catch (IOException e) {
            // the daemon was killed, or spoke TLS
        }
    }

    private void answer(String[] request, int from, Socket connection) throws IOException {
        OutputStream out = connection.getOutputStream();
        String path = request[1];
        if (path.equals("/v2/")) {
            head(out, "200 OK", 0, "");
        } else if (path.contains("/manifests/")) {
            head(
                    out,
                    "200 OK",
                    manifest.length,
                    "Docker-Content-Digest: "
                            + digest(manifest)
                            + "\r\nContent-Type: application/vnd.oci.image.manifest.v1+json\r\n");
            out.write(request[0].equals("HEAD") ? new byte[0] : manifest);
        } else {
            String digest = path.substring(path.lastIndexOf('/') + 1);
            byte[] blob = Objects.requireNonNull(blobs.get(digest), path);
            String range =
                    "Content-Range: bytes " + from + "-" + (blob.length - 1) + "/" + blob.length;
            head(out, "206 Partial Content", blob.length - from, range + "\r\n");
            latest.put(digest, connection);
            send(connection, digest, blob, from);
        }
    }

    private void send(Socket connection, String digest, byte[] blob, int from) throws IOException {
        OutputStream out = connection.getOutputStream();
        int end = Math.min(blob.length, from + cutAfter);
        for (int at = from; at < end; at += CHUNK) {
            int size = Math.min(CHUNK, end - at);
            await(connection, digest, at - CHUNK);
            out.write(blob, at, size);
            told.accept(sent.addAndGet(size));
        }
    }

    private void await(Socket connection, String digest, int bytes) throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (kept.applyAsLong(digest) < bytes) {
            if (latest.get(digest) != connection || System.nanoTime() > end) {
                throw new IOException("nobody reads here any more");
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private static void head(OutputStream out, String status, int length, String more)
            throws IOException {
        out.write(
                ("HTTP/1.1 "
                                + status
                                + "\r\nConnection: close\r\nContent-Length: "
                                + length
                                + "\r\n"
                                + more
                                + "\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0 || line.length() > 8192) {
                throw new IOException("no HTTP");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        if (!line.isEmpty() && line.charAt(0) < ' ') {
            throw new IOException("TLS");
        }
        return line.toString();
    }

    String image() {
        return "127.0.0.1:" + socket.getLocalPort() + "/cut:1";
    }

    long sent() {
        return sent.get();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
