package sampan.engine.images.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import sampan.engine.testing.Told;
import sampan.errors.SampanException;

class RelayedProgressTest {
    private static final int LINES = 1000;

    /// Writes to a channel that an interrupt of the writing thread closes, as a client's does.
    private record Sent(Pipe.SinkChannel channel, CountDownLatch began) implements PullProgress {
        @Override
        public void report(String id, String status, long current, long total) {
            message(id, status);
        }

        @Override
        public void message(String id, String text) {
            began.countDown();
            ByteBuffer line = ByteBuffer.wrap((text + "\n").getBytes(StandardCharsets.UTF_8));
            try {
                while (line.hasRemaining()) {
                    channel.write(line);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Test
    void aFailedLayerClosedTheSocketThatAnotherLayerWroteTo() throws IOException {
        Pipe pipe = Pipe.open();
        try (Pipe.SinkChannel sink = pipe.sink();
                Pipe.SourceChannel source = pipe.source()) {
            Thread reader = Thread.ofVirtual().start(() -> readAll(source));
            CountDownLatch began = new CountDownLatch(1);
            Sent sent = new Sent(sink, began);
            assertThatThrownBy(
                            () -> RelayedProgress.during(sent, told -> speakAndFail(told, began)))
                    .isInstanceOf(SampanException.class)
                    .hasMessage("the disk is full");
            assertThat(sink.isOpen()).isTrue();
            reader.interrupt();
        }
    }

    private static List<Void> speakAndFail(PullProgress told, CountDownLatch began) {
        Callable<Void> speaks =
                () -> {
                    while (!Thread.currentThread().isInterrupted()) {
                        told.report("layer", "Downloading", 1, 2);
                    }
                    told.report("layer", "given up", 1, 2);
                    return null;
                };
        Callable<Void> fails =
                () -> {
                    began.await();
                    throw SampanException.invalid("the disk is full");
                };
        return Parallel.all(List.of(speaks, fails));
    }

    private static void readAll(Pipe.SourceChannel source) {
        ByteBuffer buffer = ByteBuffer.allocate(8192);
        try {
            while (source.read(buffer.clear()) >= 0) {
                // what was said does not matter
            }
        } catch (IOException e) {
            // closed by the test
        }
    }

    @Test
    void everyLineArrivesInOrder() {
        Told listener = new Told();
        int result =
                RelayedProgress.during(
                        listener,
                        told -> {
                            IntStream.range(0, LINES).forEach(i -> told.message("", "line " + i));
                            return LINES;
                        });
        assertThat(result).isEqualTo(LINES);
        assertThat(listener.lines())
                .isEqualTo(IntStream.range(0, LINES).mapToObj(i -> "line " + i).toList());
    }

    @Test
    void aListenerThatFailsEndsTheWork() {
        CountDownLatch never = new CountDownLatch(1);
        PullProgress gone =
                new PullProgress() {
                    @Override
                    public void report(String id, String status, long current, long total) {
                        throw new UncheckedIOException(new IOException("gone"));
                    }

                    @Override
                    public void message(String id, String text) {
                        report(id, text, 0, 0);
                    }
                };
        assertThatThrownBy(() ->
                        RelayedProgress.during(
                                gone,
                                told -> {
                                    told.message("", "anybody?");
                                    return Parallel.all(
                                            List.of(() -> {
                                                never.await();
                                                return 0;
                                            }));
                                }))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("gone");
    }
}
