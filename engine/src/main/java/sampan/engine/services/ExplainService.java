package sampan.engine.services;

import java.util.List;
import java.util.Optional;
import sampan.engine.containers.Container;
import sampan.engine.services.ExecService.Exec;
import sampan.engine.tasks.LaunchRecord;
import sampan.linux.namespaces.NamespaceId;

/// Why things are as they are: what was launched, who shares what with whom.
public interface ExplainService {
    /// A namespace of a process.
    ///
    /// @param hosts it is the daemon's own, which is the host's where the daemon has none apart
    /// @param with names of other containers whose first process is in it
    record Shared(NamespaceId id, boolean hosts, List<String> with) {}

    /// A process as the kernel shows it now.
    ///
    /// @param cgroups lines of /proc/PID/cgroup
    /// @param container whose namespaces and cgroup it is in, or empty
    record ProcessView(
            int pid,
            String command,
            int uid,
            List<Shared> namespaces,
            List<String> cgroups,
            Optional<String> container) {}

    /// One more process of a container, whose plan is kept still.
    record ExecExplanation(Exec exec, LaunchRecord launch) {}

    /// @param execs those of the last [sampan.engine.tasks.ExecPlans#KEPT_MAX], oldest first
    /// @param launch of its last start; empty where it was never started
    /// @param process its first one, while it runs
    /// @param stopped its end was asked for
    record Explanation(
            Container container,
            boolean stopped,
            Optional<LaunchRecord> launch,
            Optional<ProcessView> process,
            List<ExecExplanation> execs) {}

    Explanation container(String reference);

    /// NOT_FOUND where the container has no such exec, or its plan is not kept any more.
    ///
    /// @param exec its id, or the beginning of one
    ExecExplanation exec(String reference, String exec);

    /// NOT_FOUND where there is no such process.
    ProcessView process(int pid);
}
