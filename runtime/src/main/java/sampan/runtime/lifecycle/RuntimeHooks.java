package sampan.runtime.lifecycle;

import java.util.List;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.spec.Hook;
import sampan.oci.spec.State;
import sampan.runtime.compile.HookCompiler;
import sampan.runtime.monitor.LaunchSite;
import sampan.runtime.monitor.LaunchWait;
import sampan.runtime.monitor.Monitor;
import sampan.runtime.monitor.StepFailures;
import sampan.runtime.plan.LaunchPlan;

/// Hooks that run when no launcher is at work: poststart and poststop, as children of the caller.
final class RuntimeHooks {
    private RuntimeHooks() {}

    /// Runs them one after the other; the first failure ends it.
    ///
    /// @param kind their name in the specification
    static void run(RuntimeHost host, LaunchSite site, String kind, List<Hook> hooks, State state) {
        if (hooks.isEmpty()) {
            return;
        }
        LaunchPlan plan = HookCompiler.compile(kind, hooks, state);
        LaunchWait wait = new LaunchWait(_ -> {}, () -> {});
        boolean done;
        try (Monitor _ = host.launcher().launchAt(site, plan, List.of(), wait)) {
            done = wait.awaitCreated();
        }
        if (done) {
            return;
        }
        if (wait.awaitOutcome() instanceof LaunchWait.Outcome.Failed(var failure)) {
            throw new SampanException(
                    ErrorCode.INVALID,
                    StepFailures.reason(failure, plan.purpose(failure.step()), ""));
        }
        throw FailureText.lost();
    }
}
