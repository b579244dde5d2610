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
    private static final String IN_CHILD = "child";

    private FailureText() {}

    /// Of a container's first process.
    static SampanException launch(StepFailure failure, LaunchPlan plan, String program) {
        String where = failure.stage().equals(IN_CHILD) ? DURING_INIT : "";
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
        return new SampanException(
                ErrorCode.INVALID, START + where + StepFailures.reason(failure, purpose, program));
    }

    /// The launcher ended without a word.
    static SampanException lost() {
        return new SampanException(
                ErrorCode.UNAVAILABLE,
                START + "its launcher ended without a word: see the kernel's log for a kill");
    }
}
