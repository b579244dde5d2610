package sampan.engine.services;

import java.util.List;
import java.util.Optional;
import sampan.engine.containers.ContainerHandle;
import sampan.engine.containers.ContainerRecord;
import sampan.engine.containers.ContainerSpec;
import sampan.engine.containers.Containers;
import sampan.engine.containers.HostLimits;
import sampan.engine.containers.LifecycleSpec;
import sampan.engine.containers.LifecycleSpec.RestartPolicy;
import sampan.engine.containers.ResourceCheck;
import sampan.engine.containers.ResourceSpec;
import sampan.engine.containers.ResourceUpdate;
import sampan.engine.containers.SpecCheck;
import sampan.engine.tasks.Limits;
import sampan.engine.tasks.TaskTable;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// Changes limits and restart policy of a container, of a running one at once.
public final class ContainerUpdate {
    private final Containers containers;
    private final TaskTable tasks;
    private final ContainerEvents events;
    private final HostLimits host;

    public ContainerUpdate(
            Containers containers, TaskTable tasks, ContainerEvents events, HostLimits host) {
        this.containers = containers;
        this.tasks = tasks;
        this.events = events;
        this.host = host;
    }

    List<String> update(
            ContainerHandle handle, ResourceSpec wanted, Optional<RestartPolicy> restart) {
        restart.ifPresent(policy -> check(handle.record(), policy));
        List<String> warnings = ResourceCheck.check(host, wanted, true);
        handle.turn().run(() -> apply(handle, wanted, restart));
        events.publish(handle.record(), "update");
        return warnings;
    }

    private static void check(ContainerRecord record, RestartPolicy policy) {
        SpecCheck.restart(policy);
        boolean restarts = !policy.name().isEmpty() && !policy.name().equals("no");
        if (restarts && record.spec().lifecycle().autoRemove()) {
            throw SampanException.conflict(
                    "Cannot update container "
                            + record.id()
                            + ": Restart policy cannot be updated because AutoRemove is enabled for the"
                            + " container");
        }
        if (restarts) {
            throw new SampanException(
                    ErrorCode.UNSUPPORTED,
                    "restart policy " + policy.name() + " is not supported yet");
        }
    }

    private void apply(
            ContainerHandle handle, ResourceSpec wanted, Optional<RestartPolicy> restart) {
        ContainerRecord record = handle.record();
        switch (record.state().status()) {
            case REMOVING, DEAD ->
                    throw SampanException.conflict(
                            "Cannot update container "
                                    + record.id()
                                    + ": container is marked for removal and cannot be"
                                    + " \"update\"");
            case CREATED, RUNNING, PAUSED, RESTARTING, EXITED -> {}
        }
        ResourceSpec merged = merged(record, wanted);
        tasks.find(record.id())
                .ifPresent(task -> task.cgroup().update(Limits.of(merged, List.of())));
        containers.respecify(handle, with(record.spec(), merged, restart));
    }

    private static ResourceSpec merged(ContainerRecord record, ResourceSpec wanted) {
        try {
            return ResourceUpdate.merge(record.spec().resources(), wanted);
        } catch (SampanException e) {
            throw new SampanException(
                    e.code(), "Cannot update container " + record.id() + ": " + e.getMessage(), e);
        }
    }

    private static ContainerSpec with(
            ContainerSpec spec, ResourceSpec resources, Optional<RestartPolicy> restart) {
        LifecycleSpec life = spec.lifecycle();
        return new ContainerSpec(
                spec.image(),
                spec.process(),
                spec.namespaces(),
                spec.security(),
                resources,
                spec.storage(),
                spec.network(),
                new LifecycleSpec(
                        restart.orElse(life.restart()),
                        life.autoRemove(),
                        life.init(),
                        life.stopSignal(),
                        life.stopTimeout(),
                        life.healthCheck(),
                        life.runtime(),
                        life.logDriver(),
                        life.logOptions(),
                        life.containerIdFile()),
                spec.labels(),
                spec.annotations());
    }
}
