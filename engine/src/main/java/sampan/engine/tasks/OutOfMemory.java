package sampan.engine.tasks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import sampan.engine.store.AtomicFile;
import sampan.engine.store.Durability;

/// How often a task ran out of memory, as its monitor counts, and how much of that was told. What
/// was told stands in the task's directory, so that the next daemon neither repeats nor forgets it.
public final class OutOfMemory {
    private static final String FILE = "oom";

    private final Path file;
    private final AtomicLong seen = new AtomicLong();
    private final AtomicBoolean telling = new AtomicBoolean();
    private volatile long told;

    private OutOfMemory(Path directory, long told) {
        this.file = directory.resolve(FILE);
        this.told = told;
    }

    /// Of a task that begins.
    static OutOfMemory none(Path directory) {
        return new OutOfMemory(directory, 0);
    }

    /// Of a task that a former daemon started. A file that is cut off counts as nothing told.
    static OutOfMemory found(Path directory) {
        try {
            String text = Files.readString(directory.resolve(FILE), StandardCharsets.US_ASCII);
            return new OutOfMemory(
                    directory, text.matches("[0-9]{1,18}") ? Long.parseLong(text) : 0);
        } catch (NoSuchFileException _) {
            return none(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(directory.toString(), e);
        }
    }

    /// The monitor counted so many; any thread.
    ///
    /// @return whether somebody must be found who tells it: nobody is under way
    boolean saw(long count) {
        seen.accumulateAndGet(count, Math::max);
        return telling.compareAndSet(false, true);
    }

    /// Tells what was not told yet, once however often it happened meanwhile; in the container's
    /// turn.
    public void tell(Runnable publish) {
        telling.set(false);
        long now = seen.get();
        if (now > told) {
            publish.run();
            keep(now);
        }
    }

    /// Tells that a kill was found at the task's end, where none was told before.
    public void tellAtEnd(Runnable publish) {
        tell(publish);
        if (told == 0) {
            publish.run();
            keep(1);
        }
    }

    private void keep(long count) {
        told = count;
        AtomicFile.write(
                file, Long.toString(count).getBytes(StandardCharsets.US_ASCII), Durability.DAEMON);
    }
}
