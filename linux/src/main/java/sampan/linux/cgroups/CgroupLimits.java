package sampan.linux.cgroups;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import sampan.errors.SampanException;

/// What a cgroup may use, stated once and translated to the files of either version. Whatever is
/// empty is left as it is: for a new cgroup the kernel's default, in an update the present value.
///
/// Amounts of memory are bytes, times microseconds unless said otherwise; -1 means no limit
/// wherever a limit can be none.
///
/// @param pids how many tasks may exist in it at once; -1 no limit, 0 counts as 1 because the first
///   process exists already
/// @param hugetlb bytes by page size as the kernel writes it (`2MB`, `1GB`)
/// @param rdma by device name
/// @param devices the device filter, complete and in order; empty leaves the present filter
/// @param unified files of version 2 with their values, written as they are after everything else;
///   refused where there is no version 2
public record CgroupLimits(
        Cpu cpu,
        Memory memory,
        Io io,
        OptionalLong pids,
        Map<String, Long> hugetlb,
        Map<String, Rdma> rdma,
        Network network,
        List<DeviceRule> devices,
        Map<String, String> unified) {
    /// No limit at all.
    public static final CgroupLimits NONE = new Builder().build();

    private static final long SHARES_MIN = 2;
    private static final long SHARES_MAX = 262_144;

    /// Processor time and places.
    ///
    /// @param shares relative weight, 2..262144, 1024 being usual (version 1's scale)
    /// @param weight the same on version 2's scale, 1..10000, 100 being usual; wins over shares
    /// @param quota run time per period, -1 none
    /// @param period 1000..1000000
    /// @param burst what may be saved up from periods not used to the full
    /// @param idle 1 for SCHED_IDLE as a whole, 0 not
    /// @param realtimeRuntime run time of real-time tasks per realtimePeriod; version 1 only
    /// @param cpus list as in `0-3,8`
    /// @param mems the same of memory nodes
    public record Cpu(
            OptionalLong shares,
            OptionalLong weight,
            OptionalLong quota,
            OptionalLong period,
            OptionalLong burst,
            OptionalLong idle,
            OptionalLong realtimeRuntime,
            OptionalLong realtimePeriod,
            Optional<String> cpus,
            Optional<String> mems) {}

    /// Memory.
    ///
    /// @param max hard limit
    /// @param high above it tasks are slowed and reclaimed from; version 2 only
    /// @param reservation what is kept from reclaim: memory.low of version 2, the soft limit of
    ///   version 1
    /// @param swap swap alone, as in version 2; version 1 gets the sum with max
    /// @param swappiness 0..100; version 1 only, without effect in version 2
    /// @param oomKillDisable tasks wait instead of being killed; version 1 only, without effect in
    ///   version 2
    /// @param kernel accepted and without effect: the kernel gave this limit up in 5.4
    /// @param kernelTcp socket buffers; version 1 only
    /// @param checkBeforeUpdate refuse a max below the present use, as version 1 always does,
    ///   instead of letting the kernel kill for it
    public record Memory(
            OptionalLong max,
            OptionalLong high,
            OptionalLong reservation,
            OptionalLong swap,
            OptionalLong swappiness,
            Optional<Boolean> oomKillDisable,
            OptionalLong kernel,
            OptionalLong kernelTcp,
            boolean checkBeforeUpdate) {}

    /// Block devices.
    ///
    /// @param weight 10..1000, 500 being usual (version 1's scale)
    /// @param leafWeight the same for the tasks of this cgroup against those below; version 1 with
    ///   CFQ only
    public record Io(
            OptionalLong weight,
            OptionalLong leafWeight,
            List<DeviceWeight> deviceWeights,
            List<Throttle> throttles) {}

    /// A weight for one device, on the scale of [Io#weight].
    public record DeviceWeight(
            long major, long minor, OptionalLong weight, OptionalLong leafWeight) {
        String device() {
            return major + ":" + minor;
        }
    }

    /// What a throttle limits, with the file of version 1 and the key in io.max of version 2.
    public enum Rate {
        READ_BYTES("blkio.throttle.read_bps_device", "rbps"),
        WRITE_BYTES("blkio.throttle.write_bps_device", "wbps"),
        READ_OPERATIONS("blkio.throttle.read_iops_device", "riops"),
        WRITE_OPERATIONS("blkio.throttle.write_iops_device", "wiops");

        private final String v1File;
        private final String v2Key;

        Rate(String v1File, String v2Key) {
            this.v1File = v1File;
            this.v2Key = v2Key;
        }

        String v1File() {
            return v1File;
        }

        String v2Key() {
            return v2Key;
        }
    }

    /// A limit per second for one device; 0 takes it away.
    public record Throttle(Rate rate, long major, long minor, long perSecond) {
        String device() {
            return major + ":" + minor;
        }
    }

    /// What may be held of an RDMA device.
    public record Rdma(OptionalLong handles, OptionalLong objects) {}

    /// Marks for packets; version 1 only.
    ///
    /// @param priorities by interface name
    public record Network(OptionalLong classId, Map<String, Long> priorities) {}

    public CgroupLimits {
        hugetlb = Map.copyOf(hugetlb);
        rdma = Map.copyOf(rdma);
        devices = List.copyOf(devices);
        unified = Map.copyOf(unified);
    }

    public static Builder builder() {
        return new Builder();
    }

    /// Collects limits; [#build] checks what can be checked without the kernel. Where 0 means
    /// nothing to the kernel it means "not set", as in the OCI specification. Not for use by
    /// several threads.
    public static final class Builder {
        private static final OptionalLong UNSET = OptionalLong.empty();
        private OptionalLong cpuShares = UNSET;
        private OptionalLong cpuWeight = UNSET;
        private OptionalLong cpuQuota = UNSET;
        private OptionalLong cpuPeriod = UNSET;
        private OptionalLong cpuBurst = UNSET;
        private OptionalLong cpuIdle = UNSET;
        private OptionalLong realtimeRuntime = UNSET;
        private OptionalLong realtimePeriod = UNSET;
        private OptionalLong memoryMax = UNSET;
        private OptionalLong memoryHigh = UNSET;
        private OptionalLong memoryReservation = UNSET;
        private OptionalLong swap = UNSET;
        private OptionalLong memoryAndSwap = UNSET;
        private OptionalLong swappiness = UNSET;
        private OptionalLong kernelMemory = UNSET;
        private OptionalLong kernelTcpMemory = UNSET;
        private OptionalLong pids = UNSET;
        private OptionalLong ioWeight = UNSET;
        private OptionalLong ioLeafWeight = UNSET;
        private OptionalLong netClassId = UNSET;
        private Optional<String> cpus = Optional.empty();
        private Optional<String> mems = Optional.empty();
        private Optional<Boolean> oomKillDisable = Optional.empty();
        private boolean checkBeforeUpdate;
        private final List<DeviceWeight> deviceWeights = new ArrayList<>();
        private final List<Throttle> throttles = new ArrayList<>();
        private final Map<String, Long> hugetlb = new TreeMap<>();
        private final Map<String, Rdma> rdma = new TreeMap<>();
        private final Map<String, Long> netPriorities = new TreeMap<>();
        private final List<DeviceRule> devices = new ArrayList<>();
        private final Map<String, String> unified = new TreeMap<>();

        private Builder() {}

        private static OptionalLong unlessZero(long value) {
            return value == 0 ? UNSET : OptionalLong.of(value);
        }

        public Builder cpuShares(long value) {
            cpuShares = unlessZero(value);
            return this;
        }

        public Builder cpuWeight(long value) {
            cpuWeight = OptionalLong.of(value);
            return this;
        }

        public Builder cpuQuota(long value) {
            cpuQuota = unlessZero(value);
            return this;
        }

        public Builder cpuPeriod(long value) {
            cpuPeriod = unlessZero(value);
            return this;
        }

        public Builder cpuBurst(long value) {
            cpuBurst = OptionalLong.of(value);
            return this;
        }

        public Builder cpuIdle(long value) {
            cpuIdle = OptionalLong.of(value);
            return this;
        }

        public Builder realtimeRuntime(long value) {
            realtimeRuntime = unlessZero(value);
            return this;
        }

        public Builder realtimePeriod(long value) {
            realtimePeriod = unlessZero(value);
            return this;
        }

        public Builder memoryMax(long value) {
            memoryMax = unlessZero(value);
            return this;
        }

        public Builder memoryHigh(long value) {
            memoryHigh = OptionalLong.of(value);
            return this;
        }

        public Builder memoryReservation(long value) {
            memoryReservation = unlessZero(value);
            return this;
        }

        public Builder swap(long value) {
            swap = OptionalLong.of(value);
            return this;
        }

        /// Memory and swap together, as Docker and the OCI specification state it: -1 no limit on
        /// swap, 0 not set. Wins over [#swap].
        public Builder memoryAndSwap(long total) {
            memoryAndSwap = OptionalLong.of(total);
            return this;
        }

        public Builder swappiness(long value) {
            swappiness = OptionalLong.of(value);
            return this;
        }

        public Builder kernelMemory(long value) {
            kernelMemory = unlessZero(value);
            return this;
        }

        public Builder kernelTcpMemory(long value) {
            kernelTcpMemory = unlessZero(value);
            return this;
        }

        public Builder pids(long value) {
            pids = OptionalLong.of(value);
            return this;
        }

        public Builder ioWeight(long value) {
            ioWeight = unlessZero(value);
            return this;
        }

        public Builder ioLeafWeight(long value) {
            ioLeafWeight = unlessZero(value);
            return this;
        }

        public Builder netClassId(long value) {
            netClassId = OptionalLong.of(value);
            return this;
        }

        public Builder cpus(String list) {
            cpus = Optional.of(list);
            return this;
        }

        public Builder mems(String list) {
            mems = Optional.of(list);
            return this;
        }

        public Builder oomKillDisable(boolean value) {
            oomKillDisable = Optional.of(value);
            return this;
        }

        public Builder checkBeforeUpdate(boolean value) {
            checkBeforeUpdate = value;
            return this;
        }

        public Builder deviceWeight(DeviceWeight weight) {
            deviceWeights.add(weight);
            return this;
        }

        public Builder throttle(Rate rate, long major, long minor, long perSecond) {
            throttles.add(new Throttle(rate, major, minor, perSecond));
            return this;
        }

        public Builder hugetlb(String pageSize, long bytes) {
            hugetlb.put(pageSize, bytes);
            return this;
        }

        public Builder rdma(String device, Rdma limit) {
            rdma.put(device, limit);
            return this;
        }

        public Builder netPriority(String link, long priority) {
            netPriorities.put(link, priority);
            return this;
        }

        public Builder device(DeviceRule rule) {
            devices.add(rule);
            return this;
        }

        public Builder devices(List<DeviceRule> rules) {
            devices.addAll(rules);
            return this;
        }

        /// A file of version 2 and what to write to it.
        public Builder unified(String file, String value) {
            unified.put(file, value);
            return this;
        }

        /// @throws SampanException INVALID for values that contradict one another or lie outside of
        ///   the ranges that no kernel accepts
        public CgroupLimits build() {
            check();
            return new CgroupLimits(
                    new Cpu(
                            cpuShares,
                            cpuWeight,
                            cpuQuota,
                            cpuPeriod,
                            cpuBurst,
                            cpuIdle,
                            realtimeRuntime,
                            realtimePeriod,
                            cpus,
                            mems),
                    new Memory(
                            memoryMax,
                            memoryHigh,
                            memoryReservation,
                            swapAlone(),
                            swappiness,
                            oomKillDisable,
                            kernelMemory,
                            kernelTcpMemory,
                            checkBeforeUpdate),
                    new Io(
                            ioWeight,
                            ioLeafWeight,
                            List.copyOf(deviceWeights),
                            List.copyOf(throttles)),
                    pids,
                    hugetlb,
                    rdma,
                    new Network(netClassId, Map.copyOf(netPriorities)),
                    devices,
                    unified);
        }

        private void check() {
            if (cpuShares.orElse(SHARES_MIN) < SHARES_MIN) {
                throw SampanException.invalid("the minimum allowed cpu-shares is " + SHARES_MIN);
            }
            if (cpuShares.orElse(SHARES_MIN) > SHARES_MAX) {
                throw SampanException.invalid("the maximum allowed cpu-shares is " + SHARES_MAX);
            }
            range("cpu weight", cpuWeight, 1, 10_000);
            range("cpu idle", cpuIdle, 0, 1);
            range("memory swappiness", swappiness, 0, 100);
            range("io weight", ioWeight, 10, 1000);
            range("io leaf weight", ioLeafWeight, 10, 1000);
            for (String file : unified.keySet()) {
                if (file.indexOf('/') >= 0 || file.indexOf('.') <= 0) {
                    throw SampanException.invalid(
                            "unified setting \"" + file + "\" is no name of a cgroup file");
                }
            }
        }

        private static void range(String setting, OptionalLong value, long min, long max) {
            if (value.isPresent() && (value.getAsLong() < min || value.getAsLong() > max)) {
                throw SampanException.invalid(
                        setting + " " + value.getAsLong() + " is not in " + min + ".." + max);
            }
        }

        private OptionalLong swapAlone() {
            long max = memoryMax.orElse(0);
            long total = memoryAndSwap.orElse(0);
            if (total == 0) {
                // A request for unlimited memory lifts the limit on swap too.
                return max == -1 && swap.isEmpty() ? OptionalLong.of(-1) : swap;
            }
            if (total == -1) {
                return OptionalLong.of(-1);
            }
            if (max <= 0) {
                throw SampanException.invalid(
                        "unable to set swap limit without memory limit: set memory too");
            }
            if (total < max) {
                throw SampanException.invalid(
                        "memory+swap limit " + total + " should be >= memory limit " + max);
            }
            return OptionalLong.of(total - max);
        }
    }
}
