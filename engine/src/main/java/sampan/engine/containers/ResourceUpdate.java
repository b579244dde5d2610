package sampan.engine.containers;

import java.util.List;
import sampan.errors.SampanException;

/// What an update makes of a container's limits.
public final class ResourceUpdate {
    private ResourceUpdate() {}

    /// What is given replaces what was there; 0 and empty leave it. CONFLICT, in Docker's words,
    /// where what is given cannot stand beside what was there.
    public static ResourceSpec merge(ResourceSpec old, ResourceSpec now) {
        check(old, now);
        return new ResourceSpec(
                either(now.memory(), old.memory()),
                either(now.memoryReservation(), old.memoryReservation()),
                either(now.memorySwap(), old.memorySwap()),
                now.memorySwappiness() == -1 ? old.memorySwappiness() : now.memorySwappiness(),
                now.oomKillDisable() || old.oomKillDisable(),
                either(now.cpuShares(), old.cpuShares()),
                either(now.nanoCpus(), old.nanoCpus()),
                either(now.cpuPeriod(), old.cpuPeriod()),
                either(now.cpuQuota(), old.cpuQuota()),
                either(now.cpuRealtimePeriod(), old.cpuRealtimePeriod()),
                either(now.cpuRealtimeRuntime(), old.cpuRealtimeRuntime()),
                either(now.cpusetCpus(), old.cpusetCpus()),
                either(now.cpusetMems(), old.cpusetMems()),
                now.pidsLimit().map(pids -> Math.max(0, pids)).or(old::pidsLimit),
                now.blkioWeight() == 0 ? old.blkioWeight() : now.blkioWeight(),
                either(now.blkioWeightDevice(), old.blkioWeightDevice()),
                either(now.blkioDeviceReadBps(), old.blkioDeviceReadBps()),
                either(now.blkioDeviceWriteBps(), old.blkioDeviceWriteBps()),
                either(now.blkioDeviceReadIops(), old.blkioDeviceReadIops()),
                either(now.blkioDeviceWriteIops(), old.blkioDeviceWriteIops()),
                old.devices(),
                old.deviceCgroupRules(),
                old.ulimits(),
                old.cgroupParent(),
                old.oomScoreAdj());
    }

    private static void check(ResourceSpec old, ResourceSpec now) {
        refuse(
                now.nanoCpus() > 0 && old.cpuPeriod() > 0,
                "Conflicting options: Nano CPUs cannot be updated as CPU Period has already been"
                        + " set");
        refuse(
                now.nanoCpus() > 0 && old.cpuQuota() > 0,
                "Conflicting options: Nano CPUs cannot be updated as CPU Quota has already been"
                        + " set");
        refuse(
                now.cpuPeriod() > 0 && old.nanoCpus() > 0,
                "Conflicting options: CPU Period cannot be updated as NanoCPUs has already been"
                        + " set");
        refuse(
                now.cpuQuota() > 0 && old.nanoCpus() > 0,
                "Conflicting options: CPU Quota cannot be updated as NanoCPUs has already been"
                        + " set");
        // Docker refuses it beside unlimited swap too, which no memory limit can exceed.
        refuse(
                now.memorySwap() == 0 && old.memorySwap() >= 0 && now.memory() > old.memorySwap(),
                "Memory limit should be smaller than already set memoryswap limit, update the"
                        + " memoryswap at the same time");
    }

    private static void refuse(boolean conflict, String message) {
        if (conflict) {
            throw SampanException.conflict(message);
        }
    }

    private static long either(long now, long old) {
        return now == 0 ? old : now;
    }

    private static String either(String now, String old) {
        return now.isEmpty() ? old : now;
    }

    private static <T> List<T> either(List<T> now, List<T> old) {
        return now.isEmpty() ? old : now;
    }
}
