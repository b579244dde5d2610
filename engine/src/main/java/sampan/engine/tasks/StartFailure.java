package sampan.engine.tasks;

import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.runtime.monitor.StepFailure;
import sampan.runtime.monitor.StepFailures;

/// Why a container did not start, in the words and exit codes by which Docker's clients tell the
/// cases apart: 127 for a program that is not there, 126 for one that cannot run, 128 for the rest.
public final class StartFailure extends SampanException {
    private final int exitCode;

    private StartFailure(int exitCode, String message) {
        super(ErrorCode.INVALID, message);
        this.exitCode = exitCode;
    }

    public int exitCode() {
        return exitCode;
    }

    /// Of a container's first process.
    ///
    /// @param purpose what the plan says of the step; empty where the plan is gone
    /// @param program the first argument
    static StartFailure of(StepFailure failure, String purpose, String program) {
        return new StartFailure(
                StepFailures.code(failure),
                "failed to create task for container: OCI runtime create failed: unable to start"
                        + " container process: error during container init: "
                        + StepFailures.reason(failure, purpose, program));
    }

    /// Of one more process of a running container.
    static StartFailure ofExec(StepFailure failure, String purpose, String program) {
        return new StartFailure(
                StepFailures.code(failure),
                "OCI runtime exec failed: exec failed: unable to start container process: "
                        + StepFailures.reason(failure, purpose, program));
    }

    /// The monitor was killed before it told anything.
    static StartFailure lost() {
        return new StartFailure(
                StepFailures.OTHER,
                "failed to create task for container: its monitor ended without a word; look for"
                        + " a kill by memory limits in the kernel's log");
    }
}
