package sampan.app.cli.explain;

import java.util.ArrayList;
import java.util.List;
import sampan.app.cli.Words;
import sampan.engine.containers.Container;
import sampan.linux.process.Signals;
import sampan.linux.sys.ErrorWords;
import sampan.runtime.monitor.StepFailure;

/// How a container stands, and why it ended, in sentences.
final class EndWords {
    private static final int SIGNALS_BASE = 128;
    private static final int SIGNALS_MAX = 64;
    private static final int NOT_RUNNABLE = 126;
    private static final int NOT_FOUND = 127;

    private EndWords() {}

    /// @param stopped its end was asked for
    static List<String> of(Container c, boolean stopped) {
        return switch (c.status()) {
            case CREATED ->
                    c.error().isEmpty()
                            ? List.of("was created and never started")
                            : List.of("did not start (exit code " + c.exitCode() + ")", c.error());
            case RUNNING -> List.of("runs, as process " + c.pid());
            case PAUSED -> List.of("is frozen; its first process is " + c.pid());
            case RESTARTING, EXITED, REMOVING, DEAD -> ended(c, stopped);
        };
    }

    private static List<String> ended(Container c, boolean stopped) {
        List<String> lines = new ArrayList<>();
        lines.add(exit(c.exitCode()) + (stopped ? ", after its stop was asked for" : ""));
        if (c.oomKilled()) {
            long limit = c.spec().resources().memory();
            lines.add(
                    "the kernel's OOM killer ended a process of it"
                            + (limit > 0
                                    ? ": it wanted more than its memory limit of "
                                            + Words.binarySize(limit)
                                    : ": the machine was out of memory"));
        }
        if (!c.error().isEmpty()) {
            lines.add(c.error());
        }
        return lines;
    }

    static String exit(int code) {
        if (code == 0) {
            return "ended by itself, with success (exit code 0)";
        }
        if (code > SIGNALS_BASE && code <= SIGNALS_BASE + SIGNALS_MAX) {
            int signal = code - SIGNALS_BASE;
            return "ended with exit code "
                    + code
                    + ": 128 + "
                    + signal
                    + ", which stands for SIG"
                    + Signals.name(signal).replace("SIG", "");
        }
        String more =
                switch (code) {
                    case NOT_RUNNABLE -> ": shells say so of a program that cannot be run";
                    case NOT_FOUND -> ": shells say so of a program that is not there";
                    default -> "";
                };
        return "ended by itself, with exit code " + code + more;
    }

    /// `step 41 EXEC (child) /bin/x failed: ENOENT (No such file or directory)`.
    static String failure(StepFailure failure) {
        return "step "
                + failure.step()
                + " "
                + failure.call()
                + " ("
                + failure.stage()
                + ")"
                + (failure.path().isEmpty() ? "" : " " + failure.path())
                + " failed: "
                + ErrorWords.of(failure.errno())
                + (failure.detail().isEmpty() ? "" : ": " + failure.detail());
    }
}
