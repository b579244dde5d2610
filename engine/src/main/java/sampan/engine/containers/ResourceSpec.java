package sampan.engine.containers;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Limits, in the units of the Docker API: bytes, microseconds, nano CPUs. 0 or empty means not
/// set; -1 where Docker reads it as unlimited (memorySwap, pidsLimit, swappiness).
public record ResourceSpec(
        long memory,
        long memoryReservation,
        long memorySwap,
        long memorySwappiness,
        boolean oomKillDisable,
        long cpuShares,
        long nanoCpus,
        long cpuPeriod,
        long cpuQuota,
        long cpuRealtimePeriod,
        long cpuRealtimeRuntime,
        String cpusetCpus,
        String cpusetMems,
        Optional<Long> pidsLimit,
        int blkioWeight,
        List<DeviceWeight> blkioWeightDevice,
        List<DeviceRate> blkioDeviceReadBps,
        List<DeviceRate> blkioDeviceWriteBps,
        List<DeviceRate> blkioDeviceReadIops,
        List<DeviceRate> blkioDeviceWriteIops,
        List<Device> devices,
        List<String> deviceCgroupRules,
        List<Ulimit> ulimits,
        String cgroupParent,
        int oomScoreAdj) {

    /// @param path device node on the host
    public record DeviceWeight(String path, int weight) {}

    /// @param rate bytes or operations per second
    public record DeviceRate(String path, long rate) {}

    /// @param permissions some of r, w, m
    public record Device(String hostPath, String containerPath, String permissions) {}

    /// @param name as in setrlimit(2) without RLIMIT_, lower case; -1 is unlimited
    public record Ulimit(String name, long soft, long hard) {}

    /// As a container keeps it: Docker limits swap to as much as the memory unless it is said
    /// otherwise, and no limit of processes has one spelling.
    public ResourceSpec settled() {
        return with(limits -> {
            limits.memorySwap = memory > 0 && memorySwap == 0 ? 2 * memory : memorySwap;
            limits.pidsLimit = pidsLimit.filter(pids -> pids > 0);
        });
    }

    /// Limits that builds and settling change; each begins as the spec's own.
    public static final class Limits {
        public long memory;
        public long memorySwap;
        public long cpuShares;
        public long cpuPeriod;
        public long cpuQuota;
        public String cpusetCpus;
        public String cpusetMems;
        public Optional<Long> pidsLimit;
        public List<Ulimit> ulimits;
        public String cgroupParent;

        private Limits(ResourceSpec of) {
            memory = of.memory;
            memorySwap = of.memorySwap;
            cpuShares = of.cpuShares;
            cpuPeriod = of.cpuPeriod;
            cpuQuota = of.cpuQuota;
            cpusetCpus = of.cpusetCpus;
            cpusetMems = of.cpusetMems;
            pidsLimit = of.pidsLimit;
            ulimits = of.ulimits;
            cgroupParent = of.cgroupParent;
        }
    }

    /// This spec with some limits changed.
    public ResourceSpec with(Consumer<Limits> change) {
        Limits limits = new Limits(this);
        change.accept(limits);
        return new ResourceSpec(
                limits.memory,
                memoryReservation,
                limits.memorySwap,
                memorySwappiness,
                oomKillDisable,
                limits.cpuShares,
                nanoCpus,
                limits.cpuPeriod,
                limits.cpuQuota,
                cpuRealtimePeriod,
                cpuRealtimeRuntime,
                limits.cpusetCpus,
                limits.cpusetMems,
                limits.pidsLimit,
                blkioWeight,
                blkioWeightDevice,
                blkioDeviceReadBps,
                blkioDeviceWriteBps,
                blkioDeviceReadIops,
                blkioDeviceWriteIops,
                devices,
                deviceCgroupRules,
                limits.ulimits,
                limits.cgroupParent,
                oomScoreAdj);
    }

    /// Nothing limited.
    public static ResourceSpec none() {
        return new ResourceSpec(
                0,
                0,
                0,
                -1,
                false,
                0,
                0,
                0,
                0,
                0,
                0,
                "",
                "",
                Optional.empty(),
                0,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                "",
                0);
    }
}
