package sampan.runtime.compile;

import java.util.List;
import sampan.oci.json.Json;
import sampan.oci.spec.Hook;
import sampan.oci.spec.State;
import sampan.runtime.plan.LaunchPlan;
import sampan.runtime.plan.PlanWriter;
import sampan.runtime.plan.Stage;

/// Makes plans that do nothing but run hooks where the launcher stands: poststart and poststop.
public final class HookCompiler {
    private HookCompiler() {}

    /// The plan reports CREATED in its SYNC when all hooks are done: let go of it then, it has no
    /// program to run.
    ///
    /// @param kind their name in the specification
    public static LaunchPlan compile(String kind, List<Hook> hooks, State state) {
        PlanWriter plan = new PlanWriter(0);
        // The last hooks run when it may be gone already.
        plan.with(PlanWriter.IGNORE_ERROR).chdir(state.bundle());
        plan.clone(0, PlanWriter.NONE);
        plan.stage(Stage.PARENT);
        HookSteps.write(plan, kind, hooks, Json.text(state));
        plan.sync();
        plan.stage(Stage.CHILD);
        plan.exec("/", List.of("/"), List.of(), "");
        return plan.finish();
    }
}
