package sampan.runtime.monitor;

/// A step of a launch plan that failed; nothing runs after it.
///
/// @param step index in the plan, from 0
/// @param call the step's name in plan.h
/// @param stage monitor, parent or child
/// @param errno the kernel's number
/// @param path what it was about; may be empty
public record StepFailure(int step, String call, String stage, int errno, String path) {}
