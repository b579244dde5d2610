package sampan.system;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Predicate;

/// What a program has written until now, read by a thread of its own.
final class Output {
    private static final int BUFFER_BYTES = 64 << 10;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private boolean ended;

    static Output of(InputStream stream) {
        Output output = new Output();
        // A read of a pipe pins a virtual thread's carrier, and a child may keep the pipe for ever.
        Thread.ofPlatform().daemon().name("output").start(() -> output.read(stream));
        return output;
    }

    private void read(InputStream stream) {
        byte[] buffer = new byte[BUFFER_BYTES];
        try (stream) {
            for (int n = stream.read(buffer); n >= 0; n = stream.read(buffer)) {
                add(buffer, n);
            }
        } catch (IOException e) {
            // a program that was killed takes its pipe along: what came is what there is
        } finally {
            end();
        }
    }

    synchronized void add(byte[] buffer, int length) {
        bytes.write(buffer, 0, length);
        notifyAll();
    }

    synchronized void end() {
        ended = true;
        notifyAll();
    }

    synchronized byte[] bytes() {
        return bytes.toByteArray();
    }

    synchronized String text() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /// Waits until the text so far is as asked for.
    ///
    /// @return the text
    synchronized String await(String what, Duration within, Predicate<String> wanted) {
        long deadline = System.nanoTime() + within.toNanos();
        String now = text();
        while (!wanted.test(now)) {
            long left = deadline - System.nanoTime();
            if (left <= 0 || ended) {
                throw new AssertionError(
                        (ended ? "ended without " : "not within " + within + ": ")
                                + what
                                + "; it wrote:\n"
                                + Outcome.brief(now));
            }
            waitMillis(left / 1_000_000 + 1);
            now = text();
        }
        return now;
    }

    /// Waits for the end of the stream.
    synchronized boolean awaitEnd(Duration within) {
        long deadline = System.nanoTime() + within.toNanos();
        while (!ended) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            waitMillis(left / 1_000_000 + 1);
        }
        return true;
    }

    @SuppressWarnings("WaitNotInLoop") // every caller loops until its condition holds
    private void waitMillis(long millis) {
        try {
            wait(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for output", e);
        }
    }
}
