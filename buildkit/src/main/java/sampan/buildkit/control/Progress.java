package sampan.buildkit.control;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import sampan.buildkit.wire.Message;
import sampan.oci.Digest;

/// What a build shows while it goes: vertexes, each a piece of work with its own lines. It is kept
/// until the build is forgotten, so that who asks late misses nothing. Thread-safe.
final class Progress {
    /// What all steps of a build may say together; the rest is left out, with a note.
    private static final long OUTPUT_BYTES_MAX = 16 << 20;

    private static final Duration OFTEN = Duration.ofMillis(200);

    private static final int VERTEXES = 1;
    private static final int STATUSES = 2;
    private static final int LOGS = 3;
    private static final int WARNINGS = 4;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition more = lock.newCondition();
    private final List<byte[]> said = new ArrayList<>();
    private final String ref;
    private long outputBytes;
    private long saidBytes;
    private int vertexes;
    private int cachedVertexes;
    private boolean ended;

    Progress(String ref) {
        this.ref = ref;
    }

    /// One piece of work. Thread-safe, as far as its progress is.
    final class Vertex {
        private final String digest;
        private final List<String> inputs;
        private final String name;
        private Optional<Instant> started = Optional.empty();
        private Optional<Instant> completed = Optional.empty();
        private boolean cached;

        private Vertex(String digest, String name, List<String> inputs) {
            this.digest = digest;
            this.name = name;
            this.inputs = inputs;
        }

        String digest() {
            return digest;
        }

        boolean isOpen() {
            return started.isPresent() && completed.isEmpty();
        }

        private void say(String error) {
            Message vertex =
                    new Message()
                            .text(1, digest)
                            .texts(2, inputs)
                            .text(3, name)
                            .truth(4, cached)
                            .time(5, started)
                            .time(6, completed)
                            .text(7, error);
            add(new Message().message(VERTEXES, vertex));
        }

        Vertex start() {
            if (started.isEmpty()) {
                started = Optional.of(Instant.now());
                say("");
            }
            return this;
        }

        void cached() {
            cached = true;
            cachedVertexes++;
        }

        void complete() {
            end("");
        }

        void fail(String error) {
            end(error);
        }

        private void end(String error) {
            if (completed.isEmpty()) {
                start();
                completed = Optional.of(Instant.now());
                say(error);
            }
        }

        /// @param stream 1 for standard output, 2 for standard error
        void output(byte[] bytes, int stream) {
            byte[] kept = bytes;
            lock.lock();
            try {
                if (outputBytes > OUTPUT_BYTES_MAX) {
                    return;
                }
                outputBytes += bytes.length;
                if (outputBytes > OUTPUT_BYTES_MAX) {
                    kept =
                            "\n[output clipped, log limit 16MiB reached]\n"
                                    .getBytes(StandardCharsets.UTF_8);
                }
            } finally {
                lock.unlock();
            }
            Message log =
                    new Message()
                            .text(1, digest)
                            .time(2, Instant.now())
                            .number(3, stream)
                            .bytes(4, kept);
            add(new Message().message(LOGS, log));
        }

        /// A line of its own that begins now.
        Line line(String id) {
            Line line = new Line(this, id, Instant.now());
            line.say(0, Optional.empty());
            return line;
        }

        /// Something that happened at once.
        void note(String id) {
            line(id).done(0);
        }

        void warn(Message warning) {
            add(new Message().message(WARNINGS, warning));
        }
    }

    /// Progress within a vertex.
    final class Line {
        private final Vertex vertex;
        private final String id;
        private final Instant began;
        private Instant last = Instant.EPOCH;

        private Line(Vertex vertex, String id, Instant began) {
            this.vertex = vertex;
            this.id = id;
            this.began = began;
        }

        void say(long current, Optional<Instant> completed) {
            Message status =
                    new Message()
                            .text(1, id)
                            .text(2, vertex.digest)
                            .text(3, id)
                            .number(4, current)
                            .time(6, Instant.now())
                            .time(7, began)
                            .time(8, completed);
            add(new Message().message(STATUSES, status));
        }

        /// Says so now and then, not for each piece.
        void maybe(long current) {
            Instant now = Instant.now();
            if (now.isAfter(last.plus(OFTEN))) {
                last = now;
                say(current, Optional.empty());
            }
        }

        void done(long current) {
            say(current, Optional.of(Instant.now()));
        }
    }

    /// A vertex that has not begun.
    ///
    /// @param inputs digests of the vertexes that it needs
    Vertex vertex(String name, List<String> inputs) {
        lock.lock();
        try {
            vertexes++;
            String digest =
                    Digest.of((ref + ' ' + vertexes + ' ' + name).getBytes(StandardCharsets.UTF_8))
                            .toString();
            return new Vertex(digest, name, List.copyOf(inputs));
        } finally {
            lock.unlock();
        }
    }

    /// Of all that was said.
    long bytes() {
        lock.lock();
        try {
            return saidBytes;
        } finally {
            lock.unlock();
        }
    }

    int vertexes() {
        lock.lock();
        try {
            return vertexes;
        } finally {
            lock.unlock();
        }
    }

    int cachedVertexes() {
        return cachedVertexes;
    }

    private void add(Message response) {
        lock.lock();
        try {
            byte[] bytes = response.bytes();
            saidBytes += bytes.length;
            said.add(bytes);
            more.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Nothing more comes.
    void end() {
        lock.lock();
        try {
            ended = true;
            more.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// The piece of that number; waits for it. Empty at the end.
    Optional<byte[]> get(int number) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (said.size() <= number && !ended) {
                more.await();
            }
            return said.size() > number ? Optional.of(said.get(number)) : Optional.empty();
        } finally {
            lock.unlock();
        }
    }
}
