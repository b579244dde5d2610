package sampan.runtime.monitor;

/// A step of a launch plan that failed; nothing runs after it. [StepFailures] says it to users.
///
/// @param step index in the plan, from 0
/// @param call the step's name in plan.h
/// @param stage monitor, parent or child; refused when the launcher did not accept the plan
/// @param errno the kernel's number
/// @param path what it was about; may be empty
/// @param detail what a filesystem or a hook said about it; may be empty
/// @param waitStatus of a hook or a process that ended too early, as wait(2) has it; else 0
public record StepFailure(
        int step,
        String call,
        String stage,
        int errno,
        String path,
        String detail,
        int waitStatus) {
    public StepFailure(int step, String call, String stage, int errno, String path) {
        this(step, call, stage, errno, path, "", 0);
    }
}
