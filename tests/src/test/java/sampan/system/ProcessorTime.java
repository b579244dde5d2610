package sampan.system;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What the scheduler accounts to a container, in periods of its bandwidth limit.
///
/// Wall time would not do: on a busy machine a container may get less than its limit for long. Only
/// periods at whose end it was held back for having used up its share tell what that share is.
///
/// @param version2 whether `cpu.stat` has the usage too
record ProcessorTime(Path stat, Path usage, boolean version2) {
    private static final Path CGROUPS = Path.of("/sys/fs/cgroup");
    private static final double PERIOD_NANOS = 100_000_000;

    /// One look.
    private record Sample(long periods, long throttled, long nanos) {}

    /// @param pid of a process of the container
    static ProcessorTime of(String pid) {
        Map<String, String> places = new HashMap<>();
        for (String line : Residue.read(Path.of("/proc", pid, "cgroup")).lines().toList()) {
            String[] parts = line.split(":", 3);
            for (String controller : List.of(parts[1].split(",", -1))) {
                places.put(controller, controller + parts[2]);
            }
        }
        String cpu = places.get("cpu");
        if (cpu == null) {
            Path stat =
                    CGROUPS.resolve(places.getOrDefault("", "/").substring(1)).resolve("cpu.stat");
            return new ProcessorTime(stat, stat, true);
        }
        return new ProcessorTime(
                CGROUPS.resolve(cpu).resolve("cpu.stat"),
                CGROUPS.resolve(places.getOrDefault("cpuacct", cpu)).resolve("cpuacct.usage"),
                false);
    }

    /// Processors used in so many periods at the limit.
    double usedWhereLimited(int periods) {
        long counted = 0;
        long nanos = 0;
        Sample last = next(sample());
        while (counted < periods) {
            Sample now = next(last);
            long passed = now.periods - last.periods;
            if (now.throttled - last.throttled == passed) {
                counted += passed;
                nanos += now.nanos - last.nanos;
            }
            last = now;
        }
        return nanos / (counted * PERIOD_NANOS);
    }

    /// The first look within another period.
    private Sample next(Sample last) {
        Sample[] now = {last};
        Eventually.await(
                "another period of " + stat,
                () -> {
                    now[0] = sample();
                    return now[0].periods > last.periods;
                });
        return now[0];
    }

    private Sample sample() {
        Map<String, Long> values = new HashMap<>();
        for (String line : Residue.read(stat).lines().toList()) {
            String[] words = line.split(" ");
            values.put(words[0], Long.parseLong(words[1]));
        }
        long nanos =
                version2
                        ? values.getOrDefault("usage_usec", 0L) * 1000
                        : Long.parseLong(Residue.read(usage).strip());
        return new Sample(
                values.getOrDefault("nr_periods", 0L),
                values.getOrDefault("nr_throttled", 0L),
                nanos);
    }
}
