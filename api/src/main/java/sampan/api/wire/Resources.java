package sampan.api.wire;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Limits: part of a create request's HostConfig, and the body of update.
public record Resources(
        @JsonProperty("CpuShares") long cpuShares,
        @JsonProperty("Memory") long memory,
        @JsonProperty("CgroupParent") @Nullable String cgroupParent,
        @JsonProperty("BlkioWeight") int blkioWeight,
        @JsonProperty("BlkioWeightDevice") @Nullable List<@Nullable WeightDevice> blkioWeightDevice,
        @JsonProperty("BlkioDeviceReadBps")
                @Nullable List<@Nullable ThrottleDevice> blkioDeviceReadBps,
        @JsonProperty("BlkioDeviceWriteBps")
                @Nullable List<@Nullable ThrottleDevice> blkioDeviceWriteBps,
        @JsonProperty("BlkioDeviceReadIOps")
                @Nullable List<@Nullable ThrottleDevice> blkioDeviceReadIops,
        @JsonProperty("BlkioDeviceWriteIOps")
                @Nullable List<@Nullable ThrottleDevice> blkioDeviceWriteIops,
        @JsonProperty("CpuPeriod") long cpuPeriod,
        @JsonProperty("CpuQuota") long cpuQuota,
        @JsonProperty("CpuRealtimePeriod") long cpuRealtimePeriod,
        @JsonProperty("CpuRealtimeRuntime") long cpuRealtimeRuntime,
        @JsonProperty("CpusetCpus") @Nullable String cpusetCpus,
        @JsonProperty("CpusetMems") @Nullable String cpusetMems,
        @JsonProperty("Devices") @Nullable List<@Nullable DeviceMapping> devices,
        @JsonProperty("DeviceCgroupRules") @Nullable List<@Nullable String> deviceCgroupRules,
        @JsonProperty("DeviceRequests") @Nullable List<@Nullable Object> deviceRequests,
        @JsonProperty("KernelMemory") long kernelMemory,
        @JsonProperty("KernelMemoryTCP") long kernelMemoryTCP,
        @JsonProperty("MemoryReservation") long memoryReservation,
        @JsonProperty("MemorySwap") long memorySwap,
        @JsonProperty("MemorySwappiness") @Nullable Long memorySwappiness,
        @JsonProperty("NanoCpus") long nanoCpus,
        @JsonProperty("OomKillDisable") @Nullable Boolean oomKillDisable,
        @JsonProperty("PidsLimit") @Nullable Long pidsLimit,
        @JsonProperty("Ulimits") @Nullable List<@Nullable Ulimit> ulimits,
        @JsonProperty("CpuCount") long cpuCount,
        @JsonProperty("CpuPercent") long cpuPercent,
        @JsonProperty("IOMaximumIOps") long ioMaximumIops,
        @JsonProperty("IOMaximumBandwidth") long ioMaximumBandwidth) {}
