package sampan.system;

import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/// Work on the store of several clients at once: loads, pulls, builds, runs, removals and prunes,
/// of images that the workers take from each other. What an answer says is not looked at.
final class StoreWork implements AutoCloseable {
    private static final AtomicInteger SERIAL = new AtomicInteger();
    private static final int CONTENT_BYTES = 300_000;
    private static final int NAMES = 6;
    private static final int LAYERS = 3;

    private final PrivateDaemon daemon;
    private final CutRegistry registry;
    private final AtomicBoolean going = new AtomicBoolean();
    private final AtomicInteger answers = new AtomicInteger();
    private final List<Thread> threads = new ArrayList<>();

    StoreWork(PrivateDaemon daemon, Random random) {
        this.daemon = daemon;
        byte[][] layers = new byte[LAYERS][];
        for (int i = 0; i < LAYERS; i++) {
            layers[i] = new Tar().file("pulled" + i, content(random), 0644).end();
        }
        registry = new CutRegistry(layers, Integer.MAX_VALUE / 2, _ -> {});
    }

    private static byte[] content(Random random) {
        byte[] bytes = new byte[CONTENT_BYTES];
        random.nextBytes(bytes);
        return bytes;
    }

    /// Lets the workers go on until [#stop].
    void start(int workers, Random random) {
        going.set(true);
        for (int i = 0; i < workers; i++) {
            Random own = new Random(random.nextLong());
            threads.add(Thread.ofPlatform().start(() -> work(own)));
        }
    }

    void stop() {
        going.set(false);
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted", e);
            }
        }
        threads.clear();
    }

    /// Requests that were answered.
    int answers() {
        return answers.get();
    }

    private void work(Random random) {
        while (going.get()) {
            try {
                step(random);
                answers.incrementAndGet();
            } catch (UncheckedIOException e) {
                return; // the daemon was killed
            }
        }
    }

    private void step(Random random) {
        String name = "work:" + random.nextInt(NAMES);
        switch (random.nextInt(9)) {
            case 0, 1 -> {
                byte[] layer = new Tar().file("content", content(random), 0644).end();
                send("POST", "/images/load", Images.archive(name, layer));
            }
            case 2, 3 -> build(name, random);
            case 4 -> send("POST", "/images/create?fromImage=" + registry.image(), new byte[0]);
            case 5 -> send("DELETE", "/images/" + name + "?force=1", new byte[0]);
            case 6 -> send("DELETE", "/images/" + registry.image() + "?force=1", new byte[0]);
            case 7 -> run();
            default -> prune(random);
        }
    }

    private void build(String name, Random random) {
        byte[] context =
                new Tar()
                        .file("file", content(random), 0644)
                        .file(
                                "Dockerfile",
                                "FROM busybox\nRUN echo %d > /made\nCOPY file /\n"
                                        .formatted(random.nextInt(3)))
                        .end();
        Built.build(daemon, context, "&t=" + name);
    }

    private void run() {
        String name = "run" + SERIAL.incrementAndGet();
        json(
                "/containers/create?name=" + name,
                "{\"Image\":\"busybox\",\"Cmd\":[\"sh\",\"-c\",\"echo x > /x\"],"
                        + "\"HostConfig\":{\"AutoRemove\":true,\"NetworkMode\":\"none\"}}");
        json("/containers/" + name + "/start", "");
    }

    private void prune(Random random) {
        switch (random.nextInt(3)) {
            case 0 -> json("/images/prune?filters=%7B%22dangling%22%3A%5B%22false%22%5D%7D", "");
            case 1 -> json("/build/prune?all=1", "");
            default -> json("/containers/prune", "");
        }
    }

    private void json(String target, String text) {
        daemon.http()
                .request("POST", target, "application/json", text.getBytes(StandardCharsets.UTF_8));
    }

    private void send(String method, String target, byte[] body) {
        daemon.http().request(method, target, "application/x-tar", body);
    }

    @Override
    public void close() {
        stop();
        registry.close();
    }
}
