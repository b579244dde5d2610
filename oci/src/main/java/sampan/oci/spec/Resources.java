package sampan.oci.spec;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Limits, in the units of cgroup v1 (as the specification states them): bytes, microseconds,
/// shares. -1 is unlimited where a number may be negative.
///
/// @param unified files of cgroup v2 and what is written to them
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Resources(
        List<DeviceRule> devices,
        Optional<Memory> memory,
        Optional<Cpu> cpu,
        Optional<Pids> pids,
        Optional<BlockIo> blockIO,
        List<HugepageLimit> hugepageLimits,
        Optional<Network> network,
        Map<String, Rdma> rdma,
        Map<String, String> unified) {
    public static final Resources NONE =
            new Resources(
                    List.of(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    List.of(),
                    Optional.empty(),
                    Map.of(),
                    Map.of());

    public Resources {
        devices = Absent.list(devices);
        memory = Absent.optional(memory);
        cpu = Absent.optional(cpu);
        pids = Absent.optional(pids);
        blockIO = Absent.optional(blockIO);
        hugepageLimits = Absent.list(hugepageLimits);
        network = Absent.optional(network);
        rdma = Absent.map(rdma);
        unified = Absent.map(unified);
    }

    /// @param type `a`, `c` or `b`; empty is `a`
    /// @param major empty: any
    /// @param access some of r, w, m
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record DeviceRule(
            boolean allow, String type, Optional<Long> major, Optional<Long> minor, String access) {
        public DeviceRule {
            type = Absent.text(type);
            major = Absent.optional(major);
            minor = Absent.optional(minor);
            access = Absent.text(access);
        }
    }

    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Memory(
            Optional<Long> limit,
            Optional<Long> reservation,
            Optional<Long> swap,
            Optional<Long> kernel,
            Optional<Long> kernelTCP,
            Optional<Long> swappiness,
            Optional<Boolean> disableOOMKiller,
            Optional<Boolean> useHierarchy,
            Optional<Boolean> checkBeforeUpdate) {
        public static final Memory NONE =
                new Memory(
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty());

        public Memory {
            limit = Absent.optional(limit);
            reservation = Absent.optional(reservation);
            swap = Absent.optional(swap);
            kernel = Absent.optional(kernel);
            kernelTCP = Absent.optional(kernelTCP);
            swappiness = Absent.optional(swappiness);
            disableOOMKiller = Absent.optional(disableOOMKiller);
            useHierarchy = Absent.optional(useHierarchy);
            checkBeforeUpdate = Absent.optional(checkBeforeUpdate);
        }
    }

    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Cpu(
            Optional<Long> shares,
            Optional<Long> quota,
            Optional<Long> burst,
            Optional<Long> period,
            Optional<Long> realtimeRuntime,
            Optional<Long> realtimePeriod,
            String cpus,
            String mems,
            Optional<Long> idle) {
        public static final Cpu NONE =
                new Cpu(
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        "",
                        "",
                        Optional.empty());

        public Cpu {
            shares = Absent.optional(shares);
            quota = Absent.optional(quota);
            burst = Absent.optional(burst);
            period = Absent.optional(period);
            realtimeRuntime = Absent.optional(realtimeRuntime);
            realtimePeriod = Absent.optional(realtimePeriod);
            cpus = Absent.text(cpus);
            mems = Absent.text(mems);
            idle = Absent.optional(idle);
        }
    }

    /// @param limit absent: untouched
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Pids(Optional<Long> limit) {
        public Pids {
            limit = Absent.optional(limit);
        }
    }

    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record BlockIo(
            Optional<Integer> weight,
            Optional<Integer> leafWeight,
            List<WeightDevice> weightDevice,
            List<Throttle> throttleReadBpsDevice,
            List<Throttle> throttleWriteBpsDevice,
            @JsonProperty("throttleReadIOPSDevice") List<Throttle> throttleReadIopsDevice,
            @JsonProperty("throttleWriteIOPSDevice") List<Throttle> throttleWriteIopsDevice) {
        public BlockIo {
            weight = Absent.optional(weight);
            leafWeight = Absent.optional(leafWeight);
            weightDevice = Absent.list(weightDevice);
            throttleReadBpsDevice = Absent.list(throttleReadBpsDevice);
            throttleWriteBpsDevice = Absent.list(throttleWriteBpsDevice);
            throttleReadIopsDevice = Absent.list(throttleReadIopsDevice);
            throttleWriteIopsDevice = Absent.list(throttleWriteIopsDevice);
        }
    }

    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record WeightDevice(
            long major, long minor, Optional<Integer> weight, Optional<Integer> leafWeight) {
        public WeightDevice {
            weight = Absent.optional(weight);
            leafWeight = Absent.optional(leafWeight);
        }
    }

    /// @param rate bytes or operations per second
    public record Throttle(long major, long minor, BigInteger rate) {
        public Throttle {
            rate = Absent.or(rate, BigInteger.ZERO);
        }
    }

    /// @param pageSize as in the files of the controller: `2MB`
    public record HugepageLimit(String pageSize, BigInteger limit) {
        public HugepageLimit {
            pageSize = Absent.text(pageSize);
            limit = Absent.or(limit, BigInteger.ZERO);
        }
    }

    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Network(Optional<Long> classID, List<InterfacePriority> priorities) {
        public Network {
            classID = Absent.optional(classID);
            priorities = Absent.list(priorities);
        }
    }

    public record InterfacePriority(String name, long priority) {
        public InterfacePriority {
            name = Absent.text(name);
        }
    }

    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Rdma(Optional<Long> hcaHandles, Optional<Long> hcaObjects) {
        public Rdma {
            hcaHandles = Absent.optional(hcaHandles);
            hcaObjects = Absent.optional(hcaObjects);
        }
    }
}
