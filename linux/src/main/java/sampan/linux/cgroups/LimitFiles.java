package sampan.linux.cgroups;

import java.util.Map;
import java.util.OptionalLong;

/// How limits are written in one version. Every method writes only what is set, in an order that
/// the kernel accepts for a new cgroup as for one in use.
sealed interface LimitFiles permits V1Files, V2Files {
    void cpu(CgroupNode node, CgroupLimits.Cpu cpu);

    void cpuset(CgroupNode node, CgroupLimits.Cpu cpu);

    void memory(CgroupNode node, CgroupLimits.Memory memory);

    void io(CgroupNode node, CgroupLimits.Io io);

    void pids(CgroupNode node, long limit);

    void hugetlb(CgroupNode node, Map<String, Long> limits);

    /// The files of the one who knows this hierarchy.
    static LimitFiles of(Hierarchy hierarchy) {
        return hierarchy.unified() ? V2Files.INSTANCE : V1Files.INSTANCE;
    }

    /// The same in both versions.
    static void rdma(CgroupNode node, Map<String, CgroupLimits.Rdma> limits) {
        for (var entry : limits.entrySet()) {
            StringBuilder value = new StringBuilder(entry.getKey());
            append(value, " hca_handle=", entry.getValue().handles());
            append(value, " hca_object=", entry.getValue().objects());
            node.set("rdma limit", "rdma.max", value.toString());
        }
    }

    private static void append(StringBuilder value, String key, OptionalLong number) {
        if (number.isPresent()) {
            value.append(key).append(number.getAsLong() < 0 ? "max" : number.getAsLong());
        }
    }
}
