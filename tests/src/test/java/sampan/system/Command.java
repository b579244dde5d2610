package sampan.system;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A program to run: words, environment, standard input, a deadline.
final class Command {
    static final Duration DEADLINE = Duration.ofSeconds(60);
    private static final int KILLED = 128 + 9;

    private final List<String> words;
    private final Map<String, String> environment = new LinkedHashMap<>();
    private Optional<byte[]> input = Optional.empty();
    private Duration deadline = DEADLINE;
    private boolean silent;
    private Optional<Path> directory = Optional.empty();

    Command(List<String> words) {
        this.words = List.copyOf(words);
    }

    static Command of(String... words) {
        return new Command(List.of(words));
    }

    Command with(Map<String, String> variables) {
        environment.putAll(variables);
        return this;
    }

    Command input(String text) {
        return input(text.getBytes(StandardCharsets.UTF_8));
    }

    Command input(byte[] bytes) {
        input = Optional.of(bytes);
        return this;
    }

    Command within(Duration time) {
        deadline = time;
        return this;
    }

    /// The directory that it runs in.
    Command in(Path place) {
        directory = Optional.of(place);
        return this;
    }

    /// What it prints goes to /dev/null, for commands that leave processes behind.
    Command silent() {
        silent = true;
        return this;
    }

    /// Runs to the end; a command that is not done in time is killed, and that is a failure.
    Outcome run() {
        try (Running running = start()) {
            input.ifPresent(bytes -> Thread.ofPlatform().start(() -> running.feed(bytes)));
            return running.outcome(deadline);
        }
    }

    /// Starts it with its standard input open (when [#input] was not called: /dev/null).
    Running start() {
        ProcessBuilder builder = new ProcessBuilder(words);
        builder.environment().putAll(environment);
        directory.ifPresent(place -> builder.directory(place.toFile()));
        if (input.isEmpty()) {
            builder.redirectInput(new File("/dev/null"));
        }
        if (silent) {
            builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
            builder.redirectError(ProcessBuilder.Redirect.DISCARD);
        }
        try {
            return new Running(String.join(" ", words), builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A program that runs. Closing kills it.
    static final class Running implements AutoCloseable {
        private final String name;
        private final Process process;
        private final Output out;
        private final Output err;

        Running(String name, Process process) {
            this.name = name;
            this.process = process;
            out = Output.of(process.getInputStream());
            err = Output.of(process.getErrorStream());
        }

        Output out() {
            return out;
        }

        Output err() {
            return err;
        }

        long pid() {
            return process.pid();
        }

        boolean isAlive() {
            return process.isAlive();
        }

        void write(String text) {
            try {
                OutputStream stream = process.getOutputStream();
                stream.write(text.getBytes(StandardCharsets.UTF_8));
                stream.flush();
            } catch (IOException e) {
                throw new UncheckedIOException(name, e);
            }
        }

        void closeInput() {
            try {
                process.getOutputStream().close();
            } catch (IOException e) {
                throw new UncheckedIOException(name, e);
            }
        }

        private void feed(byte[] bytes) {
            try (OutputStream stream = process.getOutputStream()) {
                stream.write(bytes);
            } catch (IOException e) {
                // a program need not read all it is given
            }
        }

        /// Whether it blocks a signal: proc_pid_status(5).
        boolean blocks(int number) {
            try (Stream<String> lines =
                    Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
                return lines.filter(line -> line.startsWith("SigBlk:"))
                        .map(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
                        .anyMatch(mask -> (mask >> (number - 1) & 1) != 0);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        void signal(String number) {
            Command.of("kill", "-" + number, Long.toString(process.pid())).run().expect(0);
        }

        Outcome outcome() {
            return outcome(DEADLINE);
        }

        Outcome outcome(Duration within) {
            try {
                if (!process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS)) {
                    process.destroyForcibly();
                    throw new AssertionError(
                            name
                                    + "\nnot done within "
                                    + within
                                    + "\nout: "
                                    + Outcome.brief(out.text())
                                    + "\nerr: "
                                    + Outcome.brief(err.text()));
                }
                // a child that kept the pipe is no reason to wait for ever
                out.awaitEnd(Duration.ofSeconds(10));
                err.awaitEnd(Duration.ofSeconds(10));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(name + ": interrupted", e);
            }
            return new Outcome(name, process.exitValue(), out.bytes(), err.bytes());
        }

        @Override
        public void close() {
            if (process.isAlive()) {
                process.destroyForcibly();
                try {
                    process.waitFor();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }

    static boolean wasKilled(Outcome outcome) {
        return outcome.status() == KILLED;
    }

    static List<String> words(String first, String... rest) {
        List<String> all = new ArrayList<>(rest.length + 1);
        all.add(first);
        all.addAll(List.of(rest));
        return all;
    }
}
