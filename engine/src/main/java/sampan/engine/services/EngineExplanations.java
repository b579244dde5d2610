package sampan.engine.services;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import sampan.engine.containers.Container;
import sampan.engine.containers.ContainerHandle;
import sampan.engine.containers.Containers;
import sampan.engine.tasks.ExecPlans;
import sampan.engine.tasks.LaunchRecord;
import sampan.errors.ErrnoException;
import sampan.errors.SampanException;
import sampan.linux.files.FileOps;
import sampan.linux.namespaces.NamespaceId;
import sampan.linux.namespaces.NamespaceKind;
import sampan.linux.namespaces.Namespaces;
import sampan.linux.process.ProcessEntry;
import sampan.linux.process.ProcessTable;

/// Explains from records and /proc; changes nothing. Thread-safe.
public final class EngineExplanations implements ExplainService {
    private static final int CGROUP_BYTES_MAX = 64 << 10;

    private final Containers containers;
    private final ExecService execs;
    private final ExecPlans plans;

    public EngineExplanations(Containers containers, ExecService execs, ExecPlans plans) {
        this.containers = containers;
        this.execs = execs;
        this.plans = plans;
    }

    @Override
    public Explanation container(String reference) {
        ContainerHandle handle = containers.resolve(reference);
        Container view = handle.view();
        Optional<ProcessView> process =
                view.pid() == 0 ? Optional.empty() : find(view.pid(), Optional.of(view.name()));
        return new Explanation(
                view,
                handle.record().stopped(),
                LaunchRecord.read(handle.directory()),
                process,
                execs(handle.id().value()));
    }

    private List<ExecExplanation> execs(String container) {
        List<ExecExplanation> found = new ArrayList<>();
        for (ExecService.Exec exec : execs.list(container)) {
            plans.find(exec.id()).ifPresent(plan -> found.add(new ExecExplanation(exec, plan)));
        }
        return found;
    }

    @Override
    public ExecExplanation exec(String reference, String exec) {
        ContainerHandle handle = containers.resolve(reference);
        List<ExecExplanation> found =
                execs(handle.id().value()).stream()
                        .filter(e -> !exec.isEmpty() && e.exec().id().startsWith(exec))
                        .toList();
        if (found.size() > 1) {
            throw SampanException.invalid(
                    "exec " + exec + " could be any of " + found.size() + ": give more digits");
        }
        if (found.isEmpty()) {
            throw SampanException.notFound(
                    "No such exec of container "
                            + handle.view().name()
                            + ": "
                            + exec
                            + " (the plans of the last "
                            + ExecPlans.KEPT_MAX
                            + " execs are kept)");
        }
        return found.getFirst();
    }

    @Override
    public ProcessView process(int pid) {
        return find(pid, Optional.empty())
                .orElseThrow(() -> SampanException.notFound("No such process: " + pid));
    }

    /// @param own the container that it is the first process of
    private Optional<ProcessView> find(int pid, Optional<String> own) {
        try {
            Map<NamespaceKind, NamespaceId> namespaces = new TreeMap<>(Namespaces.of(pid));
            List<String> cgroups =
                    FileOps.readSmallFile("/proc/" + pid + "/cgroup", CGROUP_BYTES_MAX)
                            .lines()
                            .toList();
            Optional<ProcessEntry> entry = ProcessTable.of(pid);
            return Optional.of(
                    new ProcessView(
                            pid,
                            entry.map(ProcessEntry::command).orElse(""),
                            entry.map(ProcessEntry::uid).orElse(-1),
                            shared(namespaces, own),
                            cgroups,
                            own.or(() -> owner(cgroups))));
        } catch (ErrnoException e) {
            return Optional.empty();
        }
    }

    private Optional<String> owner(List<String> cgroups) {
        return containers.views().stream()
                .filter(c -> c.status().alive())
                .filter(c -> cgroups.stream().anyMatch(line -> line.contains("/" + c.id())))
                .map(Container::name)
                .findFirst();
    }

    private List<Shared> shared(Map<NamespaceKind, NamespaceId> namespaces, Optional<String> own) {
        Map<NamespaceKind, NamespaceId> hosts = Namespaces.of((int) ProcessHandle.current().pid());
        Map<String, Map<NamespaceKind, NamespaceId>> others = new TreeMap<>();
        for (Container other : containers.views()) {
            if (other.pid() != 0 && !own.equals(Optional.of(other.name()))) {
                try {
                    others.put(other.name(), Namespaces.of(other.pid()));
                } catch (ErrnoException e) {
                    // It ended meanwhile.
                }
            }
        }
        List<Shared> shared = new ArrayList<>();
        namespaces.forEach((kind, id) -> {
            boolean host = id.equals(hosts.get(kind));
            List<String> with =
                    host
                            ? List.of()
                            : others.entrySet().stream()
                                    .filter(other -> id.equals(other.getValue().get(kind)))
                                    .map(Map.Entry::getKey)
                                    .toList();
            shared.add(new Shared(id, host, with));
        });
        return shared;
    }
}
