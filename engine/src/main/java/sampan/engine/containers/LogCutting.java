package sampan.engine.containers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import sampan.engine.store.Entries;
import sampan.engine.store.OnDisk;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// Shortens a container's log to its last lines, whether somebody writes it or not.
///
/// Of a log that is being written the file is renamed to `.1`, the monitor begins another, and the
/// end of the old one becomes `.cut`, which readers take for the oldest part. Who follows the log
/// has the old file open and loses nothing.
public final class LogCutting {
    /// What is left of the log before the current file.
    public static final String CUT = ".cut";

    private static final String TURNED = ".1";
    private static final Duration REOPENING_MAX = Duration.ofSeconds(5);
    private static final int LOOK_MILLIS = 2;

    private final Path directory;
    private final Path log;

    LogCutting(Path directory, Path log) {
        this.directory = directory;
        this.log = log;
    }

    private Path named(String ending) {
        return log.resolveSibling(log.getFileName() + ending);
    }

    /// Bytes on disk that a cut would free at most.
    public long cuttable(long bytesKept) {
        long all = OnDisk.file(log) + rotated().stream().mapToLong(OnDisk::file).sum();
        return Math.max(0, all - bytesKept);
    }

    /// As [#cuttable] of the current file alone, for one that is being written.
    public long turnable(long bytesKept) {
        return Math.max(0, OnDisk.file(log) + OnDisk.file(named(TURNED)) - bytesKept);
    }

    // The youngest first.
    private List<Path> rotated() {
        String beginning = log.getFileName() + ".";
        List<Path> found = new ArrayList<>();
        for (Path path : Entries.of(directory)) {
            String name = String.valueOf(path.getFileName());
            if (name.startsWith(beginning) && !name.endsWith(".new")) {
                found.add(path);
            }
        }
        found.sort(Comparator.comparingInt(path -> age(path, beginning.length())));
        return found;
    }

    private static int age(Path rotated, int beginning) {
        String ending = String.valueOf(rotated.getFileName()).substring(beginning);
        return ending.matches("[0-9]{1,6}") ? Integer.parseInt(ending) : Integer.MAX_VALUE;
    }

    /// Takes away all but the last lines. The caller sees to it that nobody writes.
    ///
    /// @return bytes on disk that were freed
    public long cut(long bytesKept) {
        long before = OnDisk.tree(directory);
        try {
            long left = bytesKept;
            List<Path> files = new ArrayList<>(List.of(log));
            files.addAll(rotated());
            for (Path file : files) {
                long size = Files.exists(file) ? Files.size(file) : 0;
                if (left <= 0) {
                    Files.deleteIfExists(file);
                } else if (size > left) {
                    keepEnd(file, file, left);
                }
                left -= size;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(log.toString(), e);
        }
        return before - OnDisk.tree(directory);
    }

    /// Takes away all but the last lines of what was written up to now.
    ///
    /// @param reopen has the monitor begin another file, soon
    /// @return bytes on disk that were freed
    public long turn(long bytesKept, Runnable reopen) {
        long before = OnDisk.tree(directory);
        Path turned = named(TURNED);
        try {
            // One that is there already was left by a daemon that ended in between.
            if (Files.exists(log) && !Files.exists(turned)) {
                Files.move(log, turned, StandardCopyOption.ATOMIC_MOVE);
            }
            if (!Files.exists(log)) {
                reopen(reopen, turned);
            }
            // The monitor has written all it had before it made the new file.
            if (Files.size(turned) > bytesKept) {
                keepEnd(turned, named(CUT), bytesKept);
                Files.delete(turned);
            } else {
                Files.move(turned, named(CUT), StandardCopyOption.ATOMIC_MOVE);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(log.toString(), e);
        }
        return before - OnDisk.tree(directory);
    }

    private void reopen(Runnable reopen, Path turned) throws IOException {
        try {
            reopen.run();
            long end = System.nanoTime() + REOPENING_MAX.toNanos();
            while (!Files.exists(log)) {
                if (System.nanoTime() > end) {
                    throw new SampanException(
                            ErrorCode.UNAVAILABLE, "the container's monitor does not begin " + log);
                }
                Thread.sleep(LOOK_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SampanException(ErrorCode.UNAVAILABLE, "interrupted at " + log, e);
        } finally {
            if (!Files.exists(log)) {
                Files.createLink(log, turned); // it goes on as if nothing had been
                Files.delete(turned);
            }
        }
    }

    // From the first whole line on.
    private static void keepEnd(Path from, Path to, long bytes) throws IOException {
        Path aside = to.resolveSibling(to.getFileName() + ".new");
        try (FileChannel source = FileChannel.open(from, StandardOpenOption.READ)) {
            ByteBuffer end = ByteBuffer.allocate((int) bytes);
            source.read(end, source.size() - bytes);
            end.flip();
            while (end.hasRemaining() && end.get() != '\n') {
                // the rest of a line that begins before
            }
            try (FileChannel target =
                    FileChannel.open(
                            aside,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE,
                            StandardOpenOption.TRUNCATE_EXISTING)) {
                while (end.hasRemaining()) {
                    target.write(end);
                }
            }
            Files.setPosixFilePermissions(aside, Files.getPosixFilePermissions(from));
            Files.move(aside, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            Files.deleteIfExists(aside);
            throw e;
        }
    }
}
