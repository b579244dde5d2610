package sampan.app.runc;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import sampan.linux.cgroups.CgroupStats;

/// A cgroup's use as `events` prints it.
public final class StatsView {
    private StatsView() {}

    /// The event with these data.
    public static Map<String, Object> event(String id, CgroupStats stats) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("cpu", cpu(stats.cpu()));
        data.put("memory", memory(stats.memory()));
        data.put("pids", pids(stats.pids()));
        data.put("blkio", blocks(stats.io()));
        data.put("hugetlb", huge(stats.hugetlb()));
        data.put("intel_rdt", Map.of());
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("type", "stats");
        event.put("id", id);
        event.put("data", data);
        return event;
    }

    private static Map<String, Object> cpu(CgroupStats.Cpu cpu) {
        Map<String, Object> usage = new LinkedHashMap<>();
        put(usage, "total", cpu.total());
        if (!cpu.perCpu().isEmpty()) {
            usage.put("percpu", cpu.perCpu());
        }
        usage.put("kernel", cpu.kernel());
        usage.put("user", cpu.user());
        Map<String, Object> throttling = new LinkedHashMap<>();
        put(throttling, "periods", cpu.periods());
        put(throttling, "throttledPeriods", cpu.throttledPeriods());
        put(throttling, "throttledTime", cpu.throttledTime());
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("usage", usage);
        all.put("throttling", throttling);
        return all;
    }

    private static Map<String, Object> memory(CgroupStats.Memory memory) {
        Map<String, Object> usage = new LinkedHashMap<>();
        usage.put("limit", memory.limit());
        put(usage, "usage", memory.usage());
        put(usage, "max", memory.maxUsage());
        usage.put("failcnt", memory.failures());
        Map<String, Object> swap = new LinkedHashMap<>();
        swap.put("limit", memory.swapLimit());
        put(swap, "usage", memory.swapUsage());
        swap.put("failcnt", 0);
        Map<String, Object> kernel = new LinkedHashMap<>();
        kernel.put("limit", Long.MAX_VALUE);
        put(kernel, "usage", memory.kernelUsage());
        kernel.put("failcnt", 0);
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("usage", usage);
        all.put("swap", swap);
        all.put("kernel", kernel);
        all.put("raw", new TreeMap<>(memory.stat()));
        return all;
    }

    private static Map<String, Object> pids(CgroupStats.Pids pids) {
        Map<String, Object> all = new LinkedHashMap<>();
        put(all, "current", pids.current());
        put(all, "limit", pids.limit() == Long.MAX_VALUE ? 0 : pids.limit());
        return all;
    }

    private static Map<String, Object> blocks(List<CgroupStats.IoCounter> counters) {
        Map<String, List<Map<String, Object>>> all = new LinkedHashMap<>();
        for (CgroupStats.IoCounter counter : counters) {
            String name =
                    switch (counter.kind()) {
                        case SERVICE_BYTES -> "ioServiceBytesRecursive";
                        case SERVICED -> "ioServicedRecursive";
                    };
            Map<String, Object> entry = new LinkedHashMap<>();
            put(entry, "major", counter.major());
            put(entry, "minor", counter.minor());
            entry.put("op", counter.operation());
            put(entry, "value", counter.value());
            all.computeIfAbsent(name, _ -> new java.util.ArrayList<>()).add(entry);
        }
        return new LinkedHashMap<>(all);
    }

    private static Map<String, Object> huge(Map<String, CgroupStats.Hugetlb> sizes) {
        Map<String, Object> all = new TreeMap<>();
        sizes.forEach((size, use) -> {
            Map<String, Object> entry = new LinkedHashMap<>();
            put(entry, "usage", use.usage());
            put(entry, "max", use.maxUsage());
            entry.put("failcnt", use.failures());
            all.put(size, entry);
        });
        return all;
    }

    // Zeros are left out, as runc leaves them.
    private static void put(Map<String, Object> to, String name, long value) {
        if (value != 0) {
            to.put(name, value);
        }
    }
}
