package sampan.runtime.compile;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Everything that joining a running container needs beside the process's own description.
///
/// @param id of the container, for its keyring
/// @param pidfd slot of a pidfd of the container's first process
/// @param namespaces CLONE_NEW* bits of the kinds in which that process differs from the launcher;
///   see [JoinedNamespaces]. Joining one's own user namespace is an error of the kernel's
/// @param cgroup the view is not used
public record ExecContext(
        String id,
        int pidfd,
        long namespaces,
        Stdio stdio,
        MonitorSettings monitor,
        CgroupPlacement cgroup,
        int fdCount,
        Optional<SeccompFilter> seccomp,
        List<PassedFd> passedFds,
        KernelFeatures kernel,
        LimitCeiling limits,
        RootView view,
        Set<LaunchOption> options) {
    public ExecContext {
        passedFds = List.copyOf(passedFds);
        options = options.isEmpty() ? Set.of() : Set.copyOf(options);
    }

    boolean has(LaunchOption option) {
        return options.contains(option);
    }

    public static Builder builder(String id, int pidfd, long namespaces) {
        return new Builder(id, pidfd, namespaces);
    }

    /// Fills a context; what is not said is absent, stdio is /dev/null. For one thread.
    public static final class Builder {
        private final String id;
        private final int pidfd;
        private final long namespaces;
        private Stdio stdio = new Stdio.Null();
        private MonitorSettings monitor = MonitorSettings.in("");
        private CgroupPlacement cgroup = CgroupPlacement.NONE;
        private int fdCount;
        private Optional<SeccompFilter> seccomp = Optional.empty();
        private final List<PassedFd> passedFds = new ArrayList<>();
        private KernelFeatures kernel = KernelFeatures.NEW;
        private LimitCeiling limits = LimitCeiling.NONE;
        private RootView view = RootView.NONE;
        private final EnumSet<LaunchOption> options = EnumSet.noneOf(LaunchOption.class);

        private Builder(String id, int pidfd, long namespaces) {
            this.id = id;
            this.pidfd = pidfd;
            this.namespaces = namespaces;
            this.fdCount = pidfd + 1;
        }

        public Builder stdio(Stdio value) {
            stdio = value;
            return this;
        }

        public Builder monitor(MonitorSettings value) {
            monitor = value;
            return this;
        }

        public Builder cgroup(CgroupPlacement value) {
            cgroup = value;
            return this;
        }

        public Builder fdCount(int value) {
            fdCount = value;
            return this;
        }

        public Builder seccomp(SeccompFilter value) {
            seccomp = Optional.of(value);
            return this;
        }

        public Builder pass(int slot, int number) {
            passedFds.add(new PassedFd(slot, number));
            return this;
        }

        public Builder kernel(KernelFeatures value) {
            kernel = value;
            return this;
        }

        public Builder limits(LimitCeiling value) {
            limits = value;
            return this;
        }

        public Builder view(RootView value) {
            view = value;
            return this;
        }

        public Builder with(LaunchOption option) {
            options.add(option);
            return this;
        }

        public ExecContext build() {
            return new ExecContext(
                    id,
                    pidfd,
                    namespaces,
                    stdio,
                    monitor,
                    cgroup,
                    fdCount,
                    seccomp,
                    passedFds,
                    kernel,
                    limits,
                    view,
                    options);
        }
    }
}
