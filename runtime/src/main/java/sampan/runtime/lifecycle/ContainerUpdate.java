package sampan.runtime.lifecycle;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import sampan.errors.SampanException;
import sampan.oci.spec.Resources;
import sampan.runtime.state.ContainerStatus;

/// Changes the limits of a container that lives.
public final class ContainerUpdate {
    private ContainerUpdate() {}

    /// @param wanted what is absent stays as it is
    public static void apply(Container container, Resources wanted) {
        if (container.status() == ContainerStatus.STOPPED) {
            throw SampanException.conflict("container not running");
        }
        Resources own = container.spec().linux().resources().orElse(Resources.NONE);
        Resources all = merged(own, wanted);
        container.cgroup().update(ResourceLimits.update(all));
        container.save(
                container.spec().toBuilder()
                        .linux(
                                container.spec().linux().toBuilder()
                                        .resources(Optional.of(all))
                                        .build())
                        .build());
    }

    private static Resources merged(Resources own, Resources wanted) {
        Map<String, String> unified = new HashMap<>(own.unified());
        unified.putAll(wanted.unified());
        return new Resources(
                own.devices(),
                memory(own, wanted),
                cpu(own, wanted),
                wanted.pids().or(own::pids),
                wanted.blockIO().or(own::blockIO),
                wanted.hugepageLimits().isEmpty() ? own.hugepageLimits() : wanted.hugepageLimits(),
                wanted.network().or(own::network),
                wanted.rdma().isEmpty() ? own.rdma() : wanted.rdma(),
                unified);
    }

    // A value of 0 says nothing, as in runc: its callers write whole documents of zeros.
    private static Optional<Long> one(Optional<Long> wanted, Optional<Long> own) {
        return wanted.filter(value -> value != 0).or(() -> own);
    }

    private static Optional<Resources.Memory> memory(Resources own, Resources wanted) {
        Resources.Memory old = own.memory().orElse(Resources.Memory.NONE);
        Resources.Memory fresh = wanted.memory().orElse(Resources.Memory.NONE);
        return Optional.of(
                new Resources.Memory(
                        one(fresh.limit(), old.limit()),
                        one(fresh.reservation(), old.reservation()),
                        one(fresh.swap(), old.swap()),
                        old.kernel(),
                        old.kernelTCP(),
                        fresh.swappiness().or(old::swappiness),
                        fresh.disableOOMKiller().or(old::disableOOMKiller),
                        old.useHierarchy(),
                        fresh.checkBeforeUpdate()));
    }

    private static Optional<Resources.Cpu> cpu(Resources own, Resources wanted) {
        Resources.Cpu old = own.cpu().orElse(Resources.Cpu.NONE);
        Resources.Cpu fresh = wanted.cpu().orElse(Resources.Cpu.NONE);
        return Optional.of(
                new Resources.Cpu(
                        one(fresh.shares(), old.shares()),
                        one(fresh.quota(), old.quota()),
                        fresh.burst().or(old::burst),
                        one(fresh.period(), old.period()),
                        one(fresh.realtimeRuntime(), old.realtimeRuntime()),
                        one(fresh.realtimePeriod(), old.realtimePeriod()),
                        fresh.cpus().isEmpty() ? old.cpus() : fresh.cpus(),
                        fresh.mems().isEmpty() ? old.mems() : fresh.mems(),
                        fresh.idle().or(old::idle)));
    }
}
