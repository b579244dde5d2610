package sampan.runtime.plan;

import java.util.List;

/// A program that HOOK runs and waits for.
///
/// @param timeoutMillis -1 for none
/// @param args argv
/// @param stdin text; `@PID@` in it becomes the child's pid
public record HookCall(
        int timeoutMillis, String path, List<String> args, List<String> env, String stdin) {}
