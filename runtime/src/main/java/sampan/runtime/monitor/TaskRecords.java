package sampan.runtime.monitor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.runtime.plan.Stage;

/// The files that a monitor leaves in its task's directory (monitor.h, part 3). Each is whole or
/// not there.
public final class TaskRecords {
    private static final int LINE_BYTES_MAX = 16 << 10;

    private TaskRecords() {}

    /// A process, by pid and the time that it was started at: together they are never another's.
    ///
    /// @param startTime clock ticks since boot, field 22 of /proc/PID/stat
    public record ProcessRecord(int pid, long startTime, Instant startedAt) {
        /// Whether that very process still exists; a zombie does not.
        public boolean isAlive() {
            Optional<String> stat = line(Path.of("/proc", Integer.toString(pid), "stat"));
            if (stat.isEmpty()) {
                return false;
            }
            // The name in the second field may hold anything but ends at the last parenthesis.
            String rest = stat.get().substring(stat.get().lastIndexOf(')') + 1).strip();
            String[] fields = rest.split(" ", -1);
            return fields.length > 19
                    && Long.parseLong(fields[19]) == startTime
                    && !fields[0].equals("Z")
                    && !fields[0].equals("X");
        }
    }

    /// The process, once its program runs.
    public static Optional<ProcessRecord> process(Path directory) {
        return fields(directory, "pid", 3)
                .map(f -> new ProcessRecord((int) number(f[0]), number(f[1]), instant(f[2])));
    }

    /// How it ended, once it did.
    public static Optional<ExitRecord> exit(Path directory) {
        return fields(directory, "exit", 5)
                .map(f ->
                        new ExitRecord(
                                (int) number(f[0]),
                                ExitStatus.ofWaitStatus((int) number(f[1])),
                                number(f[2]) != 0,
                                instant(f[3]),
                                instant(f[4])));
    }

    /// The step that failed, when its program never ran.
    public static Optional<StepFailure> failure(Path directory) {
        return fields(directory, "fail", 5)
                .map(f ->
                        new StepFailure(
                                (int) number(f[0]),
                                ControlMessage.call((int) number(f[1])),
                                Stage.word((int) number(f[2])),
                                (int) number(f[3]),
                                f[4]));
    }

    private static Optional<String[]> fields(Path directory, String name, int count) {
        Path file = directory.resolve(name);
        return line(file)
                .map(line -> {
                    String[] fields = line.split(" ", count);
                    if (fields.length != count) {
                        throw new SampanException(
                                ErrorCode.INTERNAL, "record " + file + " is malformed");
                    }
                    return fields;
                });
    }

    private static Optional<String> line(Path file) {
        try (var in = Files.newInputStream(file)) {
            String text = new String(in.readNBytes(LINE_BYTES_MAX), StandardCharsets.UTF_8);
            return Optional.of(text.endsWith("\n") ? text.substring(0, text.length() - 1) : text);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            // A process that ends while its stat is read.
            if (file.startsWith("/proc")) {
                return Optional.empty();
            }
            throw new SampanException(
                    ErrorCode.INTERNAL, "cannot read record " + file + ": " + e.getMessage(), e);
        }
    }

    private static long number(String field) {
        try {
            return Long.parseLong(field);
        } catch (NumberFormatException e) {
            throw new SampanException(
                    ErrorCode.INTERNAL, "record has \"" + field + "\" for a number", e);
        }
    }

    private static Instant instant(String field) {
        return ControlMessage.instant(number(field));
    }
}
