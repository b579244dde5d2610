package sampan.linux.cgroups;

import java.util.Optional;

/// A kind of resource that cgroups account and limit.
public enum Controller {
    CPU("cpu", "cpu"),
    /// Version 1 only; in version 2 the accounting belongs to every cgroup.
    CPUACCT("cpuacct", ""),
    CPUSET("cpuset", "cpuset"),
    MEMORY("memory", "memory"),
    IO("blkio", "io"),
    PIDS("pids", "pids"),
    HUGETLB("hugetlb", "hugetlb"),
    RDMA("rdma", "rdma"),
    MISC("misc", "misc"),
    /// In version 2 a program attached to the cgroup, which every cgroup can have.
    DEVICES("devices", ""),
    /// In version 2 the file cgroup.freeze, which every cgroup has.
    FREEZER("freezer", ""),
    NET_CLS("net_cls", ""),
    NET_PRIO("net_prio", ""),
    PERF_EVENT("perf_event", "");

    private final String v1;
    private final String v2;

    Controller(String v1, String v2) {
        this.v1 = v1;
        this.v2 = v2;
    }

    /// Its name in version 1, as in /proc/cgroups.
    public String v1Name() {
        return v1;
    }

    /// Its name in version 2, as in cgroup.controllers; empty where it is none there.
    public String v2Name() {
        return v2;
    }

    static Optional<Controller> named(String name, boolean unified) {
        for (Controller controller : values()) {
            if (name.equals(unified ? controller.v2 : controller.v1) && !name.isEmpty()) {
                return Optional.of(controller);
            }
        }
        return Optional.empty();
    }
}
