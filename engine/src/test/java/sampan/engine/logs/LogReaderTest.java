package sampan.engine.logs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogReaderTest {
    @TempDir Path directory;

    private static String line(String log, String stream, int second) {
        return "{\"log\":\""
                + log
                + "\",\"stream\":\""
                + stream
                + "\",\"time\":\"2026-11-24T01:02:"
                + String.format("%02d", second)
                + ".000000001Z\"}\n";
    }

    private Path log() {
        return directory.resolve("x-json.log");
    }

    private void append(Path file, String text) {
        try {
            Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static final class Collected implements EntrySink {
        final List<String> entries = new ArrayList<>();

        @Override
        public void entry(int stream, ByteBuffer time, ByteBuffer line) {
            entries.add(stream + StandardCharsets.UTF_8.decode(line).toString());
        }

        @Override
        public void flush() {}
    }

    private List<String> read(LogQuery query) {
        Collected collected = new Collected();
        LogReader.read(log(), query, collected, Optional.empty());
        return collected.entries;
    }

    private static LogQuery tail(long lines) {
        return new LogQuery(true, true, Optional.empty(), Optional.empty(), lines);
    }

    @Test
    void missingLogIsEmpty() {
        assertThat(read(LogQuery.ALL)).isEmpty();
    }

    @Test
    void escapesAreUndone() {
        append(log(), line("a\\\"b\\\\c\\n", "stdout", 1));
        append(log(), line("\\u003ctag\\u003e \\u00e9 \\ud83d\\ude00 \\ud83d\\t\\r", "stderr", 2));
        assertThat(read(LogQuery.ALL)).containsExactly("1a\"b\\c\n", "2<tag> é 😀 \ufffd\t\r");
    }

    @Test
    void attributesAndBrokenLinesAreSkippedOver() {
        append(
                log(),
                "{\"log\":\"x\\n\",\"stream\":\"stdout\",\"attrs\":{\"a\":\"\\\"time\\\":\\\"b\"},"
                        + "\"time\":\"2026-11-24T01:02:03.5Z\"}\n");
        append(log(), "no json at all\n{\"log\":\"cut");
        assertThat(read(LogQuery.ALL)).containsExactly("1x\n");
    }

    /// Once seen: a container printed faster than `docker logs --tail 1` was told, for ever.
    @Test
    void aLogThatGrewAsFastAsItWasReadWasReadForEver() {
        for (long wanted : new long[] {-1, 1}) {
            append(log(), line("old\\n", "stdout", 1));
            List<String> entries = new ArrayList<>();
            LogReader.read(
                    log(),
                    tail(wanted),
                    new EntrySink() {
                        @Override
                        public void entry(int stream, ByteBuffer time, ByteBuffer text) {
                            entries.add(StandardCharsets.UTF_8.decode(text).toString());
                            assertThat(entries).hasSizeLessThan(100);
                            append(log(), line("new\\n", "stdout", 2));
                        }

                        @Override
                        public void flush() {}
                    },
                    Optional.empty());
            assertThat(entries).containsExactly("old\n");
        }
    }

    @Test
    void rotatedFilesComeFirst() {
        append(directory.resolve("x-json.log.2"), line("1\\n", "stdout", 1));
        append(directory.resolve("x-json.log.1"), line("2\\n", "stdout", 2));
        append(log(), line("3\\n", "stdout", 3));
        assertThat(read(LogQuery.ALL)).containsExactly("11\n", "12\n", "13\n");
        assertThat(read(tail(2))).containsExactly("12\n", "13\n");
        assertThat(read(tail(3))).hasSize(3);
        assertThat(read(tail(100))).hasSize(3);
        assertThat(read(tail(0))).isEmpty();
        assertThat(read(tail(1))).containsExactly("13\n");
    }

    @Test
    void tailCountsAcrossBlocks() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 20_000; i++) {
            text.append(line(i + "\\n", "stdout", i % 60));
        }
        append(log(), text.toString());
        List<String> last = read(tail(7_000));
        assertThat(last).hasSize(7_000).startsWith("113000\n").endsWith("119999\n");
    }

    @Test
    void streamsAndTimesAreChosen() {
        append(
                log(),
                line("a\\n", "stdout", 1) + line("b\\n", "stderr", 2) + line("c\\n", "stdout", 3));
        assertThat(read(new LogQuery(false, true, Optional.empty(), Optional.empty(), -1)))
                .containsExactly("2b\n");
        Instant second = Instant.parse("2026-11-24T01:02:02.000000001Z");
        assertThat(read(new LogQuery(true, true, Optional.of(second), Optional.empty(), -1)))
                .containsExactly("2b\n", "1c\n");
        assertThat(read(new LogQuery(true, true, Optional.empty(), Optional.of(second), -1)))
                .containsExactly("1a\n", "2b\n");
    }

    @Test
    void followerSeesEveryLineOverRotations() {
        CompletableFuture<Void> end = new CompletableFuture<>();
        Collected collected = new Collected();
        int lines = 3_000;
        try (LogWatch watch = new LogWatch();
                Pulse pulse = watch.pulse(directory, end)) {
            Thread writer = Thread.ofPlatform().start(() -> write(lines, end));
            LogReader.read(log(), LogQuery.ALL, collected, Optional.of(pulse));
            assertThat(writer.join(Duration.ofMinutes(1))).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < lines; i++) {
            expected.add("1" + i + "\n");
        }
        assertThat(collected.entries).isEqualTo(expected);
    }

    // As the monitor does: the current file becomes .1, that .2 ... while a follower reads. None is
    // deleted here, for what is deleted before it was read is lost to any reader.
    private void write(int lines, CompletableFuture<Void> end) {
        try {
            int files = 0;
            for (int i = 0; i < lines; i++) {
                if (i % 500 == 499) {
                    for (int n = files; n >= 0; n--) {
                        Path from = n == 0 ? log() : directory.resolve("x-json.log." + n);
                        Files.move(from, directory.resolve("x-json.log." + (n + 1)));
                    }
                    files++;
                }
                append(log(), line(i + "\\n", "stdout", i % 60));
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } finally {
            end.complete(null);
        }
    }

    @Test
    void followerEndsAtUntil() {
        append(log(), line("a\\n", "stdout", 1));
        Instant soon = Instant.now().plusMillis(50);
        Collected collected = new Collected();
        try (LogWatch watch = new LogWatch();
                Pulse pulse = watch.pulse(directory, new CompletableFuture<>())) {
            LogReader.read(
                    log(),
                    new LogQuery(true, true, Optional.empty(), Optional.of(soon), -1),
                    collected,
                    Optional.of(pulse));
        }
        assertThat(collected.entries).containsExactly("1a\n");
    }
}
