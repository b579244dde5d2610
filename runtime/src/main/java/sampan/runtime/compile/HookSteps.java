package sampan.runtime.compile;

import java.util.List;
import sampan.errors.SampanException;
import sampan.oci.json.Json;
import sampan.oci.spec.Hook;
import sampan.oci.spec.State;
import sampan.runtime.plan.HookCall;
import sampan.runtime.plan.PlanWriter;

/// Hooks of a launch. Those of the runtime's namespaces are the caller's to run while the plan
/// waits in SYNC, unless it has the launcher run them ([LaunchOption#RUNTIME_HOOKS]).
final class HookSteps {
    private static final int MILLIS = 1000;
    private static final String PID = "@PID@";

    private final Launch launch;

    HookSteps(Launch launch) {
        this.launch = launch;
    }

    /// @param kind as the specification names them
    void write(String kind, List<Hook> hooks, String status) {
        if (!hooks.isEmpty()) {
            write(launch.plan, kind, hooks, state(status));
        }
    }

    /// @param state the document on their stdin
    static void write(PlanWriter plan, String kind, List<Hook> hooks, String state) {
        for (int i = 0; i < hooks.size(); i++) {
            Hook hook = hooks.get(i);
            if (!hook.path().startsWith("/")) {
                throw SampanException.invalid("hook path \"" + hook.path() + "\" is not absolute");
            }
            List<String> args = hook.args().isEmpty() ? List.of(hook.path()) : hook.args();
            int timeout = hook.timeout().map(s -> Math.multiplyExact(s, MILLIS)).orElse(-1);
            if (timeout == 0 || timeout < -1) {
                throw SampanException.invalid(
                        "hook " + hook.path() + " has a timeout that is not positive");
            }
            plan.purpose("error running " + kind + " hook #" + i);
            plan.hook(new HookCall(timeout, hook.path(), args, hook.env(), state));
        }
        plan.purpose("");
    }

    // The pid is known to the launcher only: it stands where the JSON has a number.
    private String state(String status) {
        State state =
                new State(
                        launch.spec.ociVersion(),
                        launch.context.id(),
                        status,
                        0,
                        launch.context.bundle(),
                        launch.spec.annotations());
        return Json.text(state).replaceFirst("\"pid\":0", "\"pid\":" + PID);
    }
}
