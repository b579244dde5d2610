package sampan.engine.tasks;

import java.nio.file.Path;
import java.util.function.Consumer;
import sampan.runtime.compile.KernelFeatures;
import sampan.runtime.compile.LimitCeiling;

/// What is the same for all tasks of this daemon.
///
/// @param run the run directory: tasks live in `c/` below it, execs in `e/`
/// @param cgroupParent absolute path in all hierarchies, below which containers have theirs
/// @param attachPoint an empty directory over which roots are mounted, in namespaces of their own
/// @param kernel what plans may use
/// @param ceiling how far limits may be raised
/// @param clock hears how long the steps of starts and ends took, where measuring is on
/// @param measuring whether it is
public record TaskSettings(
        Path run,
        String cgroupParent,
        Path attachPoint,
        KernelFeatures kernel,
        LimitCeiling ceiling,
        Consumer<StepClock.Report> clock,
        boolean measuring) {
    /// Where the tasks of containers have their directories.
    public Path tasks() {
        return run.resolve("c");
    }

    /// Where execs have theirs.
    public Path execs() {
        return run.resolve("e");
    }

    StepClock clock(String journey, String id) {
        return measuring ? StepClock.start(journey, id) : StepClock.off();
    }
}
