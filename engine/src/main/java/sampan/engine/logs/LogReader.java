package sampan.engine.logs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// Reads one log once, and follows it where it is told to. For one thread.
public final class LogReader {
    /// Longest line that is read, escapes included; a longer one is no line of ours.
    public static final int LINE_BYTES_MAX = 4 << 20;

    private static final int BUFFER = 512 << 10;

    private final LogQuery query;
    private final EntrySink sink;
    private final LogEntries entries = new LogEntries();
    private final @Nullable Instant since;
    private final @Nullable Instant until;
    private byte[] bytes = new byte[BUFFER];
    private int filled;
    private long left = Long.MAX_VALUE;
    private boolean skipping;
    private boolean done;

    private LogReader(LogQuery query, EntrySink sink) {
        this.query = query;
        this.sink = sink;
        this.since = query.since().orElse(null);
        this.until = query.until().orElse(null);
    }

    /// Gives the sink what is asked for, and returns at what was the log's end when it began,
    /// however fast that grows; with a pulse only when the pulse says that this is the end, at
    /// `until`, or when the thread is interrupted.
    ///
    /// @param path of the current file; a missing one is an empty log
    public static void read(Path path, LogQuery query, EntrySink sink, Optional<Pulse> pulse) {
        try (LogFiles files = LogFiles.open(path)) {
            if (query.tail() >= 0) {
                files.tail(query.tail());
            }
            LogReader reader = new LogReader(query, sink);
            if (pulse.isEmpty()) {
                reader.left = files.remaining();
            }
            reader.toEnd(files);
            if (pulse.isPresent()) {
                reader.follow(files, pulse.get());
            }
            sink.flush();
        } catch (ClosedByInterruptException _) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new SampanException(
                    ErrorCode.INTERNAL, "read log " + path + ": " + e.getMessage(), e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void follow(LogFiles files, Pulse pulse) throws IOException, InterruptedException {
        while (!done) {
            sink.flush();
            Pulse.Beat beat = pulse.await(timeLeft());
            toEnd(files);
            if (beat != Pulse.Beat.MORE) {
                return;
            }
        }
    }

    private Optional<Duration> timeLeft() {
        if (until == null) {
            return Optional.empty();
        }
        Duration left = Duration.between(Instant.now(), until);
        return Optional.of(left.isNegative() ? Duration.ZERO : left);
    }

    private void toEnd(LogFiles files) throws IOException {
        while (!done && left > 0) {
            if (filled == bytes.length) {
                grow();
            }
            int room = (int) Math.min(left, bytes.length - filled);
            int got = files.read(ByteBuffer.wrap(bytes, filled, room));
            if (got == 0) {
                return;
            }
            left -= got;
            int before = filled;
            filled += got;
            lines(lastNewline(before) + 1);
        }
    }

    // What was there before has no newline.
    private int lastNewline(int before) {
        int at = filled - 1;
        while (at >= before && bytes[at] != '\n') {
            at--;
        }
        return at >= before ? at : -1;
    }

    private void grow() {
        if (bytes.length >= LINE_BYTES_MAX) {
            skipping = true;
            filled = 0;
        } else {
            bytes = Arrays.copyOf(bytes, 2 * bytes.length);
        }
    }

    // Handles the whole lines up to `end`, and keeps what begins behind them.
    private void lines(int end) {
        int at = 0;
        if (skipping && end > 0) {
            skipping = false;
            at = behindNewline(0);
        }
        while (at < end && !done) {
            int next = entries.parse(bytes, at, end);
            if (next < 0) {
                at = behindNewline(at);
            } else {
                entry();
                at = next;
            }
        }
        System.arraycopy(bytes, end, bytes, 0, filled - end);
        filled -= end;
    }

    private int behindNewline(int from) {
        int at = from;
        while (bytes[at] != '\n') {
            at++;
        }
        return at + 1;
    }

    private void entry() {
        if (since != null || until != null) {
            Instant moment = entries.moment();
            if (since != null && moment.isBefore(since)) {
                return;
            }
            if (until != null && moment.isAfter(until)) {
                done = true;
                return;
            }
        }
        boolean wanted = entries.stream() == 1 ? query.stdout() : query.stderr();
        if (wanted) {
            sink.entry(entries.stream(), entries.time(), entries.text());
        }
    }
}
