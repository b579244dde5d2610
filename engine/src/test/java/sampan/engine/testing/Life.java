package sampan.engine.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import sampan.engine.containers.Container;
import sampan.engine.services.StreamService.AttachSession;
import sampan.engine.services.StreamService.LogRequest;
import sampan.engine.services.StreamService.LogSink;
import sampan.engine.services.TaskService.WaitCondition;

/// What tests do with containers again and again.
public final class Life {
    private static final int LIMIT_SECONDS = 60;

    private final WholeEngine engine;

    public Life(WholeEngine engine) {
        this.engine = engine;
    }

    public String create(Specs specs) {
        return engine.containers.create(Optional.empty(), specs.spec()).id().value();
    }

    public String start(Specs specs) {
        String id = create(specs);
        engine.tasks.start(id, Optional.empty());
        return id;
    }

    /// Runs it to its end; returns its exit code.
    public int run(String id) {
        var end = engine.tasks.waitFor(id, WaitCondition.NEXT_EXIT);
        engine.tasks.start(id, Optional.empty());
        return within(end).exitCode();
    }

    public int awaitEnd(String id) {
        return within(engine.tasks.waitFor(id, WaitCondition.NOT_RUNNING)).exitCode();
    }

    /// Runs a script and returns what it printed, stderr included.
    public String output(Specs specs) {
        String id = create(specs);
        run(id);
        return logs(id);
    }

    public Container inspect(String id) {
        return engine.containers.inspect(id);
    }

    public static <T> T within(java.util.concurrent.Future<T> future) {
        try {
            return future.get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    public String logs(String id) {
        return logs(id, new LogRequest(false, true, true, Optional.empty(), Optional.empty(), -1));
    }

    public String logs(String id, LogRequest request) {
        StringBuilder text = new StringBuilder();
        engine.streams.logs(id, request, sink(text));
        return text.toString();
    }

    /// Returns when the container has printed that.
    public void awaitOutput(String id, String text) {
        StringBuilder seen = new StringBuilder();
        Thread reader =
                Thread.ofVirtual()
                        .start(() ->
                                engine.streams.logs(
                                        id,
                                        new LogRequest(
                                                true,
                                                true,
                                                true,
                                                Optional.empty(),
                                                Optional.empty(),
                                                -1),
                                        new LogSink() {
                                            @Override
                                            public void entry(
                                                    int stream, ByteBuffer time, ByteBuffer line) {
                                                seen.append(StandardCharsets.UTF_8.decode(line));
                                                if (seen.indexOf(text) >= 0) {
                                                    Thread.currentThread().interrupt();
                                                }
                                            }

                                            @Override
                                            public void flush() {}
                                        }));
        try {
            if (!reader.join(Duration.ofSeconds(LIMIT_SECONDS))) {
                throw new AssertionError("nothing of " + text + " in: " + seen);
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    public static LogSink sink(StringBuilder text) {
        return new LogSink() {
            @Override
            public void entry(int stream, ByteBuffer time, ByteBuffer line) {
                synchronized (text) {
                    text.append(StandardCharsets.UTF_8.decode(line));
                }
            }

            @Override
            public void flush() {}
        };
    }

    /// Reads an attached client's output to its end: `1:` and `2:` stand where the stream changes.
    public static String output(AttachSession session) {
        SocketChannel channel = session.output().orElseThrow();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
        try {
            while (channel.read(buffer) >= 0) {
                all.write(buffer.array(), 0, buffer.position());
                buffer.clear();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        byte[] bytes = all.toByteArray();
        if (session.tty()) {
            return new String(bytes, StandardCharsets.UTF_8);
        }
        ByteBuffer frames = ByteBuffer.wrap(bytes);
        StringBuilder text = new StringBuilder();
        int last = 0;
        while (frames.hasRemaining()) {
            int stream = frames.get();
            frames.position(frames.position() + 3);
            byte[] data = new byte[frames.getInt()];
            frames.get(data);
            if (stream != last) {
                text.append(stream).append(':');
                last = stream;
            }
            text.append(new String(data, StandardCharsets.UTF_8));
        }
        return text.toString();
    }
}
