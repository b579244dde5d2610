package sampan.system;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/// So many requests a second through the gateway, by clients that keep their connections; counts
/// what failed. A client that falls behind sends at once what it owes.
final class SteadyLoad implements AutoCloseable {
    static final int CLIENTS = 4;

    private static final int READ_MILLIS_MAX = 30_000;
    private static final int FAILURES_SHOWN = 20;

    private final int port;
    private final String request;
    private final long pauseNanos;
    private final AtomicLong answered = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean ended;

    SteadyLoad(int port, String host, int perSecond) {
        this.port = port;
        request = "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
        pauseNanos = 1_000_000_000L * CLIENTS / perSecond;
        for (int i = 0; i < CLIENTS; i++) {
            threads.add(Thread.ofPlatform().name("load " + i).start(this::run));
        }
    }

    private void run() {
        long due = System.nanoTime();
        while (!ended) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.setSoTimeout(READ_MILLIS_MAX);
                socket.setTcpNoDelay(true);
                InputStream in = new BufferedInputStream(socket.getInputStream());
                boolean open = true;
                while (open && !ended) {
                    LockSupport.parkNanos(due - System.nanoTime());
                    due += pauseNanos;
                    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
                    String head = answer(in);
                    answered.incrementAndGet();
                    if (!head.startsWith("HTTP/1.1 200")) {
                        fail(head);
                    }
                    open = !head.contains("Connection: close");
                }
            } catch (IOException e) {
                fail(e.toString());
            }
        }
    }

    private void fail(String words) {
        failed.incrementAndGet();
        if (failures.size() < FAILURES_SHOWN) {
            failures.add(words);
        }
    }

    /// Reads one answer with a length, and gives its head.
    private static String answer(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int b = in.read();
            if (b < 0) {
                throw new IOException("the connection ended after \"" + head + "\"");
            }
            head.append((char) b);
        }
        String text = head.toString();
        for (String line : text.split("\r\n", -1)) {
            if (line.regionMatches(true, 0, "Content-Length:", 0, 15)) {
                in.readNBytes(Integer.parseInt(line.substring(15).strip()));
            }
        }
        return text;
    }

    long answered() {
        return answered.get();
    }

    long failed() {
        return failed.get();
    }

    Queue<String> failures() {
        return failures;
    }

    /// Waits until so many more requests were answered.
    void pass(int more) {
        long until = answered.get() + more;
        Eventually.await("answers through the gateway", () -> answered.get() >= until);
    }

    @Override
    public void close() {
        ended = true;
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
