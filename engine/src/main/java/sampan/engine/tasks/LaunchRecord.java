package sampan.engine.tasks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.sys.Fd;
import sampan.runtime.monitor.StepFailure;
import sampan.runtime.plan.LaunchPlan;
import sampan.runtime.plan.PlanListing;

/// What was launched, kept beside a container: the very bytes that the launcher was given, so that
/// what is explained is what ran. In the file `launch`: the plan, then lines `time NANOSECONDS`,
/// `cgroup PATH` and for each given slot `slot WHAT`, and `failed STEP ERRNO STATUS CALL STAGE`
/// with `path …` and `detail …` when a step failed. Written anew by each start, never synced.
///
/// @param slots what the descriptors are that the launcher was given, by slot, as the links of
///   /proc/PID/fd say
public record LaunchRecord(
        Instant at,
        String cgroup,
        List<String> slots,
        PlanListing listing,
        Optional<StepFailure> failure) {
    private static final System.Logger LOG = System.getLogger(LaunchRecord.class.getName());
    private static final String FILE = "launch";
    private static final int SIZE_AT = 8;
    private static final int HEADER_BYTES = 16;
    private static final long NANOS = 1_000_000_000L;

    public LaunchRecord {
        slots = List.copyOf(slots);
    }

    /// Keeps a plan that was just handed to the launcher. That it cannot be kept is no reason for a
    /// container not to run: it is logged.
    static void keep(Path directory, LaunchPlan plan, List<Fd> descriptors, String cgroup) {
        StringBuilder text = new StringBuilder();
        Instant now = Instant.now();
        line(text, "time", Long.toString(now.getEpochSecond() * NANOS + now.getNano()));
        line(text, "cgroup", cgroup);
        for (Fd fd : descriptors) {
            line(text, "slot", what(fd));
        }
        try (FileChannel file =
                FileChannel.open(
                        directory.resolve(FILE),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING)) {
            write(file, plan.bytes());
            write(file, StandardCharsets.UTF_8.encode(text.toString()));
        } catch (IOException e) {
            LOG.log(Level.WARNING, "the launch plan cannot be kept: " + e);
        }
    }

    private static String what(Fd fd) {
        try {
            return Files.readSymbolicLink(Path.of(fd.path())).toString();
        } catch (IOException | IllegalStateException e) {
            return "closed";
        }
    }

    private static void line(StringBuilder text, String name, String value) {
        text.append(name).append(' ').append(value.replace('\n', ' ')).append('\n');
    }

    private static void write(FileChannel file, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            file.write(bytes);
        }
    }

    /// Adds what a step of it failed of.
    static void failed(Path directory, StepFailure failure) {
        StringBuilder text = new StringBuilder();
        line(
                text,
                "failed",
                failure.step()
                        + " "
                        + failure.errno()
                        + " "
                        + failure.waitStatus()
                        + " "
                        + failure.call()
                        + " "
                        + failure.stage());
        line(text, "path", failure.path());
        line(text, "detail", failure.detail());
        try {
            Files.writeString(directory.resolve(FILE), text.toString(), StandardOpenOption.APPEND);
        } catch (IOException e) {
            LOG.log(Level.WARNING, "the failed step cannot be kept: " + e);
        }
    }

    /// Reads it; empty where the container was never launched, or by an engine that kept nothing.
    ///
    /// @param directory the container's
    public static Optional<LaunchRecord> read(Path directory) {
        try {
            return Optional.of(
                    decode(ByteBuffer.wrap(Files.readAllBytes(directory.resolve(FILE)))));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(directory.toString(), e);
        }
    }

    private static LaunchRecord decode(ByteBuffer bytes) {
        int size =
                bytes.remaining() < HEADER_BYTES
                        ? -1
                        : bytes.order(ByteOrder.LITTLE_ENDIAN).getInt(SIZE_AT);
        if (size < HEADER_BYTES || size > bytes.remaining()) {
            throw new SampanException(
                    ErrorCode.INTERNAL, "the record of the launch is cut off; start it again");
        }
        PlanListing listing = PlanListing.of(bytes.slice(0, size));
        String text =
                StandardCharsets.UTF_8
                        .decode(bytes.slice(size, bytes.remaining() - size))
                        .toString();
        Lines lines = new Lines();
        text.lines().forEach(lines::take);
        return new LaunchRecord(lines.at, lines.cgroup, lines.slots, listing, lines.failure());
    }

    /// The lines behind the plan, as they come.
    private static final class Lines {
        private Instant at = Instant.EPOCH;
        private String cgroup = "";
        private final List<String> slots = new ArrayList<>();
        private String[] failed = {};
        private String path = "";
        private String detail = "";

        private void take(String line) {
            int space = line.indexOf(' ');
            String value = line.substring(space + 1);
            switch (line.substring(0, Math.max(0, space))) {
                case "time" -> {
                    long nanos = Long.parseLong(value);
                    at = Instant.ofEpochSecond(nanos / NANOS, nanos % NANOS);
                }
                case "cgroup" -> cgroup = value;
                case "slot" -> slots.add(value);
                case "failed" -> failed = value.split(" ", 5);
                case "path" -> path = value;
                case "detail" -> detail = value;
                default -> {
                    // a later engine's
                }
            }
        }

        private Optional<StepFailure> failure() {
            return failed.length < 5
                    ? Optional.empty()
                    : Optional.of(
                            new StepFailure(
                                    Integer.parseInt(failed[0]),
                                    failed[3],
                                    failed[4],
                                    Integer.parseInt(failed[1]),
                                    path,
                                    detail,
                                    Integer.parseInt(failed[2])));
        }
    }
}
