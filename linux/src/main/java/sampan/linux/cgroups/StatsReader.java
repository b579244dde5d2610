package sampan.linux.cgroups;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import sampan.linux.cgroups.CgroupStats.Hugetlb;
import sampan.linux.cgroups.CgroupStats.IoCounter;
import sampan.linux.cgroups.CgroupStats.IoKind;

/// Reads the counters of either version: one read per file, no more files than needed.
final class StatsReader {
    private static final long NS_PER_US = 1000;

    /// USER_HZ: the unit of times in version 1's cpuacct.stat, the same on all Linux machines that
    /// run Java.
    private static final long NS_PER_TICK = 10_000_000;

    private StatsReader() {}

    static CgroupStats read(Cgroup cgroup) {
        return new CgroupStats(
                cpu(cgroup),
                cgroup.node(Controller.MEMORY)
                        .map(node -> node.hierarchy().unified() ? memoryV2(node) : memoryV1(node))
                        .orElseGet(() ->
                                new CgroupStats.Memory(
                                        0, 0, Long.MAX_VALUE, 0, Map.of(), 0, 0, 0, 0)),
                cgroup.node(Controller.PIDS)
                        .map(node ->
                                new CgroupStats.Pids(
                                        node.number("pids.current").orElse(0),
                                        node.number("pids.max").orElse(Long.MAX_VALUE)))
                        .orElseGet(() -> new CgroupStats.Pids(0, Long.MAX_VALUE)),
                cgroup.node(Controller.IO)
                        .map(node -> node.hierarchy().unified() ? ioV2(node) : ioV1(node))
                        .orElseGet(List::of),
                cgroup.node(Controller.HUGETLB).map(StatsReader::hugetlb).orElseGet(Map::of));
    }

    private static CgroupStats.Cpu cpu(Cgroup cgroup) {
        Map<String, Long> throttling =
                cgroup.node(Controller.CPU).map(node -> lines(node, "cpu.stat")).orElseGet(Map::of);
        long periods = throttling.getOrDefault("nr_periods", 0L);
        long throttled = throttling.getOrDefault("nr_throttled", 0L);
        Optional<CgroupNode> account = cgroup.node(Controller.CPUACCT);
        if (account.isPresent()) {
            CgroupNode node = account.get();
            Map<String, Long> stat = lines(node, "cpuacct.stat");
            return new CgroupStats.Cpu(
                    node.number("cpuacct.usage").orElse(0),
                    stat.getOrDefault("user", 0L) * NS_PER_TICK,
                    stat.getOrDefault("system", 0L) * NS_PER_TICK,
                    numbers(node.read("cpuacct.usage_percpu").orElse("")),
                    periods,
                    throttled,
                    throttling.getOrDefault("throttled_time", 0L));
        }
        Map<String, Long> stat =
                throttling.containsKey("usage_usec")
                        ? throttling
                        : cgroup.unifiedNode()
                                .map(node -> lines(node, "cpu.stat"))
                                .orElseGet(Map::of);
        return new CgroupStats.Cpu(
                stat.getOrDefault("usage_usec", 0L) * NS_PER_US,
                stat.getOrDefault("user_usec", 0L) * NS_PER_US,
                stat.getOrDefault("system_usec", 0L) * NS_PER_US,
                List.of(),
                periods,
                throttled,
                throttling.getOrDefault("throttled_usec", 0L) * NS_PER_US);
    }

    private static CgroupStats.Memory memoryV1(CgroupNode node) {
        long usage = node.number("memory.usage_in_bytes").orElse(0);
        long limit = node.number("memory.limit_in_bytes").orElse(Long.MAX_VALUE);
        Map<String, Long> stat = lines(node, "memory.stat");
        long sumLimit = node.number("memory.memsw.limit_in_bytes").orElse(limit);
        return new CgroupStats.Memory(
                usage,
                node.number("memory.max_usage_in_bytes").orElse(0),
                unlimited(limit),
                node.number("memory.failcnt").orElse(0),
                stat,
                Math.max(0, node.number("memory.memsw.usage_in_bytes").orElse(usage) - usage),
                unlimited(sumLimit) == Long.MAX_VALUE ? Long.MAX_VALUE : sumLimit - limit,
                node.number("memory.kmem.usage_in_bytes").orElse(0),
                node.keyed("memory.oom_control", "oom_kill").orElse(0));
    }

    /// Version 1 shows no limit as the greatest multiple of a page (4 KiB to 64 KiB).
    private static long unlimited(long limit) {
        return limit >= Long.MAX_VALUE - 0xffff ? Long.MAX_VALUE : limit;
    }

    private static CgroupStats.Memory memoryV2(CgroupNode node) {
        Map<String, Long> stat = lines(node, "memory.stat");
        Map<String, Long> events = lines(node, "memory.events");
        return new CgroupStats.Memory(
                node.number("memory.current").orElse(0),
                node.number("memory.peak").orElse(0),
                node.number("memory.max").orElse(Long.MAX_VALUE),
                events.getOrDefault("max", 0L),
                stat,
                node.number("memory.swap.current").orElse(0),
                node.number("memory.swap.max").orElse(Long.MAX_VALUE),
                stat.getOrDefault("kernel", 0L),
                events.getOrDefault("oom_kill", 0L));
    }

    /// Lines `8:0 Read 4096` and a sum without device at the end. The files of the throttle layer
    /// count on every kernel; those of a scheduler only where it is in use.
    private static List<IoCounter> ioV1(CgroupNode node) {
        List<IoCounter> counters = new ArrayList<>();
        for (String layer : new String[] {"blkio.bfq", "blkio.throttle", "blkio"}) {
            ioV1(node, layer + ".io_service_bytes_recursive", IoKind.SERVICE_BYTES, counters);
            ioV1(node, layer + ".io_serviced_recursive", IoKind.SERVICED, counters);
            if (!counters.isEmpty()) {
                break;
            }
        }
        return List.copyOf(counters);
    }

    private static void ioV1(CgroupNode node, String file, IoKind kind, List<IoCounter> counters) {
        node.read(file)
                .orElse("")
                .lines()
                .map(line -> line.split("[ :]", -1))
                .filter(parts -> parts.length == 4)
                .forEach(parts ->
                        counters.add(
                                new IoCounter(
                                        kind,
                                        CgroupNode.parse(parts[0]),
                                        CgroupNode.parse(parts[1]),
                                        parts[2],
                                        CgroupNode.parse(parts[3]))));
    }

    /// Lines `8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6`.
    private static List<IoCounter> ioV2(CgroupNode node) {
        List<IoCounter> counters = new ArrayList<>();
        for (String line : node.read("io.stat").orElse("").lines().toList()) {
            String[] parts = line.split("[ :]", -1);
            for (int i = 2; i < parts.length; i++) {
                int equals = parts[i].indexOf('=');
                if (equals < 0) {
                    continue;
                }
                String key = parts[i].substring(0, equals);
                Optional<String> operation = operation(key);
                if (operation.isPresent()) {
                    counters.add(
                            new IoCounter(
                                    key.endsWith("bytes") ? IoKind.SERVICE_BYTES : IoKind.SERVICED,
                                    CgroupNode.parse(parts[0]),
                                    CgroupNode.parse(parts[1]),
                                    operation.get(),
                                    CgroupNode.parse(parts[i].substring(equals + 1))));
                }
            }
        }
        return List.copyOf(counters);
    }

    private static Optional<String> operation(String key) {
        return switch (key) {
            case "rbytes", "rios" -> Optional.of("Read");
            case "wbytes", "wios" -> Optional.of("Write");
            case "dbytes", "dios" -> Optional.of("Discard");
            default -> Optional.empty();
        };
    }

    private static Map<String, Hugetlb> hugetlb(CgroupNode node) {
        boolean v2 = node.hierarchy().unified();
        Map<String, Hugetlb> bySize = new TreeMap<>();
        for (String size : HugePages.sizes()) {
            String prefix = "hugetlb." + size;
            bySize.put(
                    size,
                    new Hugetlb(
                            node.number(prefix + (v2 ? ".current" : ".usage_in_bytes")).orElse(0),
                            v2 ? 0 : node.number(prefix + ".max_usage_in_bytes").orElse(0),
                            node.number(prefix + (v2 ? ".max" : ".limit_in_bytes"))
                                    .orElse(Long.MAX_VALUE),
                            v2
                                    ? node.keyed(prefix + ".events", "max").orElse(0)
                                    : node.number(prefix + ".failcnt").orElse(0)));
        }
        return bySize;
    }

    private static Map<String, Long> lines(CgroupNode node, String file) {
        Map<String, Long> values = new LinkedHashMap<>();
        for (String line : node.read(file).orElse("").lines().toList()) {
            int space = line.indexOf(' ');
            if (space > 0) {
                values.put(
                        line.substring(0, space),
                        CgroupNode.parse(line.substring(space + 1).strip()));
            }
        }
        return values;
    }

    private static List<Long> numbers(String text) {
        List<Long> numbers = new ArrayList<>();
        for (String number : text.strip().split(" ", -1)) {
            if (!number.isEmpty()) {
                numbers.add(CgroupNode.parse(number));
            }
        }
        return List.copyOf(numbers);
    }
}
