package sampan.engine.build.syntax;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// An instruction whose form is right. Variables in it are not replaced yet.
public sealed interface Command {
    Instruction at();

    /// @param value absent where none is given
    record Pair(String name, Optional<String> value) {}

    /// A program: words, or a line for the shell.
    ///
    /// @param words one in the shell form
    record Program(boolean shell, List<String> words) {}

    record Arg(Instruction at, List<Pair> pairs) implements Command {}

    /// @param name of the stage, in lower case
    /// @param platform empty: the build's
    record From(Instruction at, String image, Optional<String> name, String platform)
            implements Command {}

    record Env(Instruction at, List<Pair> pairs) implements Command {}

    record Label(Instruction at, List<Pair> pairs) implements Command {}

    /// @param mounts the text of each `--mount`
    /// @param network empty: default
    /// @param security empty: sandbox
    record Run(
            Instruction at,
            Program program,
            List<String> mounts,
            String network,
            String security,
            List<String> devices)
            implements Command {}

    /// COPY and ADD.
    ///
    /// @param flags by name without dashes; of those that may come again, each value
    record Copy(
            Instruction at,
            boolean add,
            List<String> sources,
            String destination,
            Map<String, List<String>> flags)
            implements Command {
        public Copy {
            flags = Map.copyOf(flags);
        }

        /// The flag's last value, or empty.
        public String flag(String name) {
            List<String> values = flags.getOrDefault(name, List.of());
            return values.isEmpty() ? "" : values.getLast();
        }

        /// Whether a flag that is there alone or with a truth is set.
        public boolean truth(String name) {
            return flag(name).equals("true");
        }
    }

    record Workdir(Instruction at, String path) implements Command {}

    record User(Instruction at, String user) implements Command {}

    record Cmd(Instruction at, Program program) implements Command {}

    record Entrypoint(Instruction at, Program program) implements Command {}

    record Expose(Instruction at, List<String> ports) implements Command {}

    record Volume(Instruction at, List<String> paths) implements Command {}

    record StopSignal(Instruction at, String signal) implements Command {}

    record Shell(Instruction at, List<String> words) implements Command {}

    /// @param none HEALTHCHECK NONE: an inherited check is switched off
    record HealthCheck(Instruction at, boolean none, HealthOptions options, Program program)
            implements Command {}

    /// Durations in nanoseconds, 0 for the default.
    record HealthOptions(
            long interval, long timeout, long startPeriod, long startInterval, int retries) {}

    /// @param trigger the instruction that a child image runs
    record OnBuild(Instruction at, String trigger) implements Command {}

    record Maintainer(Instruction at, String author) implements Command {}
}
