package sampan.runtime.lifecycle;

import java.util.List;
import sampan.linux.cgroups.CgroupLayout;
import sampan.linux.poll.Poller;
import sampan.linux.seccomp.SeccompCompiler;
import sampan.runtime.compile.KernelFeatures;
import sampan.runtime.monitor.Launcher;

/// What all commands share; belongs to whoever made it.
///
/// @param ownCgroups the lines of this process's /proc/self/cgroup
public record RuntimeHost(
        Launcher launcher,
        Poller poller,
        CgroupLayout cgroups,
        List<String> ownCgroups,
        SeccompCompiler seccomp,
        KernelFeatures kernel) {}
