package sampan.runtime.compile;

import sampan.oci.spec.Linux;
import sampan.oci.spec.Spec;
import sampan.runtime.plan.PlanWriter;

/// One compilation: what all its parts share.
final class Launch {
    final Spec spec;
    final Linux linux;
    final LaunchContext context;
    final PlanWriter plan;
    final NamespaceSteps namespaces;

    /// Slot of the container's root directory, once RootSteps has filled it.
    int root = PlanWriter.NONE;

    Launch(Spec spec, LaunchContext context) {
        this.spec = spec;
        this.linux = spec.linux();
        this.context = context;
        this.plan = new PlanWriter(context.fdCount());
        this.namespaces = new NamespaceSteps(linux, context, plan);
    }

    /// Whether mounts go by descriptor.
    boolean mountApi() {
        return context.kernel().mountApi();
    }

    boolean has(LaunchOption option) {
        return context.has(option);
    }
}
