package sampan.gateway.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import sampan.gateway.feed.FeedLine;
import sampan.gateway.feed.FeedServer;
import sampan.linux.net.InternetAddress;
import sampan.linux.net.ListenSocket;
import sampan.linux.sockets.SocketType;
import sampan.linux.sockets.UnixSocket;

/// A short life of a gateway that shows the ahead-of-time cache what a start needs: orders, a
/// check, requests to a server of its own.
final class Training {
    private static final int REQUESTS = 2_000;
    private static final int SERVER_BACKLOG = 16;
    private static final int FEED_MODE = 0600;
    private static final String ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private Training() {}

    static void run() throws IOException {
        Path directory = Files.createTempDirectory("gateway-training");
        Path socket = directory.resolve("feed");
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (ServerSocket server = new ServerSocket(0, SERVER_BACKLOG, loopback);
                Fed fed = new Fed(new Fed.Settings(Optional.empty(), Optional.empty()));
                FeedServer _ =
                        new FeedServer(
                                UnixSocket.listen(
                                        socket.toString(), SocketType.STREAM, FEED_MODE, 1),
                                fed,
                                "");
                UnixSocket orders = UnixSocket.connect(socket.toString(), SocketType.STREAM)) {
            Thread.ofVirtual().start(() -> answer(server));
            InternetAddress address = new InternetAddress("127.0.0.1", 0);
            var listening = ListenSocket.open(loopback, 0);
            int port = ListenSocket.port(listening);
            FeedLine lines = new FeedLine(orders);
            order(orders, lines, "");
            order(orders, lines, "configure " + document(server.getLocalPort()));
            fed.socket(address, List.of(listening));
            order(orders, lines, "listen " + address);
            order(orders, lines, "show routes");
            order(orders, lines, "show services");
            order(orders, lines, "test GET\thttp://a.example/x");
            request(port);
            order(orders, lines, "show metrics");
        } finally {
            Files.deleteIfExists(socket);
            Files.deleteIfExists(directory);
        }
    }

    private static String document(int port) {
        return "{\"services\":{\"s\":{\"targets\":[{\"address\":\"127.0.0.1:"
                + port
                + "\"}],\"health\":\"connect\",\"breaker\":{\"openFor\":\"5s\"}}},\"routes\":["
                + "{\"name\":\"r\",\"hosts\":[\"a.example\"],\"path\":\"/x\",\"service\":\"s\","
                + "\"limits\":[{\"rate\":\"1000000/s\",\"by\":\"address\"}],"
                + "\"request\":{\"set\":{\"X-A\":\"b\"}}}]}";
    }

    private static void order(UnixSocket orders, FeedLine lines, String order) throws IOException {
        if (!order.isEmpty()) {
            FeedLine.send(orders, order, List.of());
        }
        String answer = lines.next().map(FeedLine.Line::text).orElse("{\"error\":\"no answer\"}");
        if (answer.contains("\"error\"")) {
            throw new IOException("training: " + order + ": " + answer);
        }
    }

    private static void answer(ServerSocket server) {
        try {
            while (true) {
                Socket client = server.accept();
                Thread.ofVirtual().start(() -> answer(client));
            }
        } catch (IOException _) {
            // the training is over
        }
    }

    private static void answer(Socket client) {
        try (client) {
            exchange(client, ANSWER, Integer.MAX_VALUE, true);
        } catch (IOException _) {
            // the gateway went first
        }
    }

    private static void request(int port) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            exchange(socket, "GET /x HTTP/1.1\r\nHost: a.example\r\n\r\n", REQUESTS, false);
        }
    }

    /// Says the same again and again, after or before it has heard.
    private static void exchange(Socket socket, String words, int times, boolean after)
            throws IOException {
        socket.setTcpNoDelay(true);
        byte[] bytes = words.getBytes(StandardCharsets.US_ASCII);
        byte[] heard = new byte[4096];
        InputStream in = socket.getInputStream();
        OutputStream out = socket.getOutputStream();
        for (int i = 0; i < times; i++) {
            if (!after) {
                out.write(bytes);
            }
            if (in.read(heard) < 0) {
                return;
            }
            if (after) {
                out.write(bytes);
            }
        }
    }
}
