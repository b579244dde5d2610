package sampan.runtime.lifecycle;

import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.runtime.monitor.StepFailure;
import sampan.runtime.monitor.StepFailures;
import sampan.runtime.plan.LaunchPlan;

/// Failed launches in runc's words.
final class FailureText {
    private static final String START = "unable to start container process: ";
    private static final String DURING_INIT = "error during container init: ";
    // The engine above says of a directory that it is forbidden, which a runtime leaves out.
    private static final String DIRECTORY_IN_ENGINES = ": is a directory: permission denied";
    // Of whatever namespace: they are a part of it.
    private static final String HOOK = "HOOK";
    private static final String IN_CHILD = "child";

    private FailureText() {}

    /// Of a container's first process.
    static SampanException launch(StepFailure failure, LaunchPlan plan, String program) {
        boolean inside =
                failure.stage().equals(IN_CHILD)
                        || failure.call().equals(HOOK)
                        || failure.stage().equals("refused");
        String where = inside ? DURING_INIT : "";
        return of(where, failure, plan.purpose(failure.step()), program);
    }

    /// Of a process that joins.
    static SampanException exec(StepFailure failure, LaunchPlan plan, String program) {
        return of("", failure, plan.purpose(failure.step()), program);
    }

    /// Of a start, when the plan is gone.
    static SampanException start(StepFailure failure, String program) {
        return of("", failure, "", program);
    }

    private static SampanException of(
            String where, StepFailure failure, String purpose, String program) {
        String reason = StepFailures.reason(failure, purpose, program);
        if (reason.endsWith(DIRECTORY_IN_ENGINES)) {
            reason = reason.substring(0, reason.length() - ": permission denied".length());
        }
        return new SampanException(ErrorCode.INVALID, START + where + reason);
    }

    /// The kernel killed a process of the container while it was made.
    static SampanException outOfMemory() {
        return new SampanException(
                ErrorCode.INVALID, START + "container init was OOM-killed (memory limit too low?)");
    }

    /// The launcher ended without a word.
    static SampanException lost() {
        return new SampanException(
                ErrorCode.UNAVAILABLE,
                START + "its launcher ended without a word: see the kernel's log for a kill");
    }
}
