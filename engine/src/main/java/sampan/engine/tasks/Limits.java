package sampan.engine.tasks;

import java.util.List;
import sampan.engine.containers.ResourceSpec;
import sampan.engine.containers.ResourceSpec.DeviceRate;
import sampan.errors.ErrnoException;
import sampan.errors.SampanException;
import sampan.linux.cgroups.CgroupLimits;
import sampan.linux.cgroups.CgroupLimits.Rate;
import sampan.linux.cgroups.DeviceRule;
import sampan.linux.files.Device;
import sampan.linux.files.FileOps;
import sampan.linux.files.FileType;
import sampan.linux.files.Stat;
import sampan.linux.sys.Fd;

/// From a container's limits to a cgroup's.
public final class Limits {
    /// Microseconds; what a share of CPUs is counted in unless the period is given.
    private static final long PERIOD = 100_000;

    private static final long BILLION = 1_000_000_000L;

    private Limits() {}

    /// @param devices the device filter, complete; empty leaves the present one
    public static CgroupLimits of(ResourceSpec wanted, List<DeviceRule> devices) {
        CgroupLimits.Builder limits = CgroupLimits.builder().devices(devices);
        limits.cpuShares(wanted.cpuShares());
        if (wanted.nanoCpus() > 0) {
            limits.cpuPeriod(PERIOD).cpuQuota(wanted.nanoCpus() * PERIOD / BILLION);
        } else {
            limits.cpuPeriod(wanted.cpuPeriod()).cpuQuota(wanted.cpuQuota());
        }
        limits.realtimePeriod(wanted.cpuRealtimePeriod())
                .realtimeRuntime(wanted.cpuRealtimeRuntime());
        if (!wanted.cpusetCpus().isEmpty()) {
            limits.cpus(wanted.cpusetCpus());
        }
        if (!wanted.cpusetMems().isEmpty()) {
            limits.mems(wanted.cpusetMems());
        }
        memory(wanted, limits);
        wanted.pidsLimit().ifPresent(pids -> limits.pids(pids <= 0 ? -1 : pids));
        blocks(wanted, limits);
        return limits.build();
    }

    private static void memory(ResourceSpec wanted, CgroupLimits.Builder limits) {
        limits.memoryMax(wanted.memory()).memoryReservation(wanted.memoryReservation());
        if (wanted.memorySwap() != 0) {
            limits.memoryAndSwap(wanted.memorySwap());
        }
        if (wanted.memorySwappiness() >= 0) {
            limits.swappiness(wanted.memorySwappiness());
        }
        if (wanted.oomKillDisable()) {
            limits.oomKillDisable(true);
        }
    }

    private static void blocks(ResourceSpec wanted, CgroupLimits.Builder limits) {
        limits.ioWeight(wanted.blkioWeight());
        for (ResourceSpec.DeviceWeight weight : wanted.blkioWeightDevice()) {
            long device = blockDevice(weight.path());
            limits.deviceWeight(
                    new CgroupLimits.DeviceWeight(
                            Device.major(device),
                            Device.minor(device),
                            java.util.OptionalLong.of(weight.weight()),
                            java.util.OptionalLong.empty()));
        }
        throttles(limits, Rate.READ_BYTES, wanted.blkioDeviceReadBps());
        throttles(limits, Rate.WRITE_BYTES, wanted.blkioDeviceWriteBps());
        throttles(limits, Rate.READ_OPERATIONS, wanted.blkioDeviceReadIops());
        throttles(limits, Rate.WRITE_OPERATIONS, wanted.blkioDeviceWriteIops());
    }

    private static void throttles(
            CgroupLimits.Builder limits, Rate rate, List<DeviceRate> devices) {
        for (DeviceRate entry : devices) {
            long device = blockDevice(entry.path());
            limits.throttle(rate, Device.major(device), Device.minor(device), entry.rate());
        }
    }

    private static long blockDevice(String path) {
        Stat stat;
        try {
            stat = FileOps.statAt(Fd.CWD, path, 0);
        } catch (ErrnoException e) {
            throw new SampanException(
                    sampan.errors.ErrorCode.INVALID, "no such device: " + path, e);
        }
        if (stat.type() != FileType.BLOCK_DEVICE) {
            throw SampanException.invalid("not a block device: " + path);
        }
        return stat.rdev();
    }
}
