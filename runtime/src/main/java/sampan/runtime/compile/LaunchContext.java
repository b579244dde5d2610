package sampan.runtime.compile;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/// Everything that a launch needs beside the spec.
///
/// @param id of the container, at least for its keyring and hooks
/// @param bundle absolute path for the hooks' state document
/// @param attachPoint absolute path of an existing directory for the root; with a
///   [RootSource.Directory] it may be that directory
/// @param fdCount how many descriptors go to the launcher; slots from there on are the plan's own
/// @param networkSlot a network namespace that is ready, in place of a new one
/// @param idMapSlots user namespaces for idmapped mounts and the layers of an overlay in a user
///   namespace; see [PlanCompiler#idMaps]
/// @param resctrl files that take the pid for `linux.intelRdt`, whose group the caller has made
/// @param seccomp the compiled form of `linux.seccomp`
public record LaunchContext(
        String id,
        String bundle,
        RootSource root,
        String attachPoint,
        Stdio stdio,
        MonitorSettings monitor,
        CgroupPlacement cgroup,
        int fdCount,
        OptionalInt networkSlot,
        Map<IdMap, Integer> idMapSlots,
        List<String> resctrl,
        Optional<SeccompFilter> seccomp,
        List<PassedFd> passedFds,
        KernelFeatures kernel,
        LimitCeiling limits,
        HostFiles host,
        RootView view,
        Set<LaunchOption> options) {
    public LaunchContext {
        idMapSlots = Map.copyOf(idMapSlots);
        resctrl = List.copyOf(resctrl);
        passedFds = List.copyOf(passedFds);
        options = options.isEmpty() ? Set.of() : Set.copyOf(options);
    }

    boolean has(LaunchOption option) {
        return options.contains(option);
    }

    /// @param attachPoint see [LaunchContext]
    public static Builder builder(String id, RootSource root, String attachPoint) {
        return new Builder(id, root, attachPoint);
    }

    /// Fills a context; what is not said is absent, stdio is /dev/null. For one thread.
    public static final class Builder {
        private final String id;
        private final RootSource root;
        private final String attachPoint;
        private String bundle = "";
        private Stdio stdio = new Stdio.Null();
        private MonitorSettings monitor = MonitorSettings.in("");
        private CgroupPlacement cgroup = CgroupPlacement.NONE;
        private int fdCount;
        private OptionalInt networkSlot = OptionalInt.empty();
        private final Map<IdMap, Integer> idMapSlots = new HashMap<>();
        private List<String> resctrl = List.of();
        private Optional<SeccompFilter> seccomp = Optional.empty();
        private final List<PassedFd> passedFds = new ArrayList<>();
        private KernelFeatures kernel = KernelFeatures.NEW;
        private LimitCeiling limits = LimitCeiling.NONE;
        private HostFiles host = HostFiles.SYSTEM;
        private RootView view = RootView.NONE;
        private final EnumSet<LaunchOption> options = EnumSet.noneOf(LaunchOption.class);

        private Builder(String id, RootSource root, String attachPoint) {
            this.id = id;
            this.root = root;
            this.attachPoint = attachPoint;
        }

        public Builder bundle(String value) {
            bundle = value;
            return this;
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

        public Builder network(int slot) {
            networkSlot = OptionalInt.of(slot);
            return this;
        }

        public Builder idMap(IdMap map, int slot) {
            idMapSlots.put(map, slot);
            return this;
        }

        public Builder resctrl(List<String> value) {
            resctrl = value;
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

        public Builder host(HostFiles value) {
            host = value;
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

        public LaunchContext build() {
            return new LaunchContext(
                    id,
                    bundle,
                    root,
                    attachPoint,
                    stdio,
                    monitor,
                    cgroup,
                    fdCount,
                    networkSlot,
                    idMapSlots,
                    resctrl,
                    seccomp,
                    passedFds,
                    kernel,
                    limits,
                    host,
                    view,
                    options);
        }
    }
}
