package sampan.engine.services;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import sampan.engine.services.TaskService.Top;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.process.ProcessEntry;
import sampan.linux.process.ProcessTable;
import sampan.linux.users.User;
import sampan.linux.users.UserDatabase;

/// Processes as ps(1) shows them on the host. `-ef`, which nearly everybody asks for, is answered
/// from /proc; for other words ps itself is run.
final class ProcessListing {
    private static final List<String> FULL =
            List.of("UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD");
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm");
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("MMMdd", Locale.ROOT);
    private static final int PS_SECONDS_MAX = 10;
    private static final int PS_BYTES_MAX = 16 << 20;

    private ProcessListing() {}

    /// @param pids those that are shown
    static Top top(List<Integer> pids, String arguments) {
        String words = arguments.strip();
        if (words.isEmpty() || words.equals("-ef")) {
            return full(pids);
        }
        return ps(new HashSet<>(pids), words);
    }

    private static Top full(List<Integer> pids) {
        UserDatabase users = UserDatabase.host();
        List<List<String>> rows = new ArrayList<>();
        for (int pid : pids.stream().sorted().toList()) {
            Optional<ProcessEntry> entry = ProcessTable.of(pid);
            entry.ifPresent(e -> rows.add(row(e, users)));
        }
        return new Top(FULL, rows);
    }

    private static List<String> row(ProcessEntry e, UserDatabase users) {
        ZonedDateTime started = started(e.startTicks());
        long alive = Math.max(1, Instant.now().getEpochSecond() - started.toEpochSecond());
        long cpuSeconds = e.cpuTicks() / ProcessTable.TICKS_PER_SECOND;
        return List.of(
                users.user(e.uid()).map(User::name).orElse(Integer.toString(e.uid())),
                Integer.toString(e.pid()),
                Integer.toString(e.ppid()),
                Long.toString(Math.min(99, 100 * cpuSeconds / alive)),
                started.toLocalDate().equals(LocalDate.now(ZoneId.systemDefault()))
                        ? CLOCK.format(started)
                        : DAY.format(started),
                Terminals.name(e.pid()),
                String.format(
                        "%02d:%02d:%02d", cpuSeconds / 3600, cpuSeconds / 60 % 60, cpuSeconds % 60),
                e.zombie() ? "[" + e.comm() + "] <defunct>" : e.command());
    }

    private static ZonedDateTime started(long ticks) {
        return Instant.ofEpochSecond(bootSeconds() + ticks / ProcessTable.TICKS_PER_SECOND)
                .atZone(ZoneId.systemDefault());
    }

    private static long bootSeconds() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/stat"))) {
                if (line.startsWith("btime ")) {
                    return Long.parseLong(line.substring(6).strip());
                }
            }
        } catch (IOException e) {
            throw new SampanException(ErrorCode.INTERNAL, "read /proc/stat", e);
        }
        return 0;
    }

    private static Top ps(Set<Integer> pids, String arguments) {
        List<String> options = Arrays.asList(arguments.split("\\s+", -1));
        String output = run(options, pids);
        List<String> lines = output.lines().toList();
        if (lines.isEmpty()) {
            throw new SampanException(ErrorCode.INTERNAL, "ps printed nothing");
        }
        List<String> titles = Arrays.asList(lines.getFirst().strip().split("\\s+", -1));
        int column = titles.indexOf("PID");
        if (column < 0) {
            throw SampanException.invalid("Couldn't find PID field in ps output");
        }
        List<List<String>> rows = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            List<String> fields = fields(line, titles.size());
            if (fields.size() > column
                    && fields.get(column).matches("[0-9]{1,9}")
                    && pids.contains(Integer.parseInt(fields.get(column)))) {
                rows.add(fields);
            }
        }
        return new Top(titles, rows);
    }

    // The last column takes the rest of the line.
    private static List<String> fields(String line, int count) {
        return Arrays.asList(line.strip().split("\\s+", count));
    }

    /// Asks for these processes alone, or for whatever the options select where `ps` does not
    /// combine them.
    private static String run(List<String> options, Set<Integer> pids) {
        List<String> chosen = new ArrayList<>(options);
        chosen.add("-q" + String.join(",", pids.stream().map(String::valueOf).toList()));
        try {
            return run(chosen);
        } catch (SampanException e) {
            return run(options);
        }
    }

    private static String run(List<String> options) {
        List<String> command = new ArrayList<>(List.of("ps"));
        command.addAll(options);
        try {
            Process process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectInput(
                                    ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                            .start();
            byte[] output = process.getInputStream().readNBytes(PS_BYTES_MAX);
            if (!process.waitFor(PS_SECONDS_MAX, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new SampanException(
                        ErrorCode.UNAVAILABLE, "ps took more than " + PS_SECONDS_MAX + " seconds");
            }
            String text = new String(output, StandardCharsets.UTF_8);
            if (process.exitValue() != 0) {
                // The first line says what is wrong, the rest how ps is used.
                throw SampanException.invalid(
                        "ps: " + text.lines().findFirst().orElse("it failed without a word"));
            }
            return text;
        } catch (IOException e) {
            throw new SampanException(
                    ErrorCode.UNSUPPORTED, "cannot run ps on the host: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SampanException(ErrorCode.UNAVAILABLE, "interrupted", e);
        }
    }

    /// Controlling terminals (field 7 of proc_pid_stat(5)).
    private static final class Terminals {
        private Terminals() {}

        static String name(int pid) {
            try {
                String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
                String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
                long device = Long.parseLong(fields[4]);
                long major = device >> 8 & 0xfff;
                long minor = device & 0xff | device >> 12 & 0xfff00;
                if (major >= 136 && major <= 143) {
                    return "pts/" + (minor + (major - 136) * 256);
                }
                return major == 4 ? "tty" + minor : "?";
            } catch (IOException | NumberFormatException _) {
                return "?";
            }
        }
    }
}
