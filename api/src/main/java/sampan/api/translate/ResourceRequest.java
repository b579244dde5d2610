package sampan.api.translate;

import static sampan.api.translate.Values.each;
import static sampan.api.translate.Values.list;
import static sampan.api.translate.Values.text;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import sampan.api.wire.Resources;
import sampan.api.wire.ThrottleDevice;
import sampan.engine.containers.ResourceSpec;
import sampan.engine.containers.ResourceSpec.Device;
import sampan.engine.containers.ResourceSpec.DeviceRate;
import sampan.engine.containers.ResourceSpec.DeviceWeight;
import sampan.errors.SampanException;

/// Limits of a create or an update request.
public final class ResourceRequest {
    private ResourceRequest() {}

    public static ResourceSpec read(Resources wire, int oomScoreAdj) {
        refuse(wire);
        return new ResourceSpec(
                wire.memory(),
                wire.memoryReservation(),
                wire.memorySwap(),
                wire.memorySwappiness() == null ? -1 : wire.memorySwappiness(),
                Boolean.TRUE.equals(wire.oomKillDisable()),
                wire.cpuShares(),
                wire.nanoCpus(),
                wire.cpuPeriod(),
                wire.cpuQuota(),
                wire.cpuRealtimePeriod(),
                wire.cpuRealtimeRuntime(),
                text(wire.cpusetCpus()),
                text(wire.cpusetMems()),
                Optional.ofNullable(wire.pidsLimit()),
                wire.blkioWeight(),
                each("BlkioWeightDevice", wire.blkioWeightDevice()).stream()
                        .map(d -> new DeviceWeight(text(d.path()), d.weight()))
                        .toList(),
                rates("BlkioDeviceReadBps", wire.blkioDeviceReadBps()),
                rates("BlkioDeviceWriteBps", wire.blkioDeviceWriteBps()),
                rates("BlkioDeviceReadIOps", wire.blkioDeviceReadIops()),
                rates("BlkioDeviceWriteIOps", wire.blkioDeviceWriteIops()),
                devices(wire),
                list("DeviceCgroupRules", wire.deviceCgroupRules()),
                each("Ulimits", wire.ulimits()).stream()
                        .map(u -> new ResourceSpec.Ulimit(text(u.name()), u.soft(), u.hard()))
                        .toList(),
                text(wire.cgroupParent()),
                oomScoreAdj);
    }

    private static List<DeviceRate> rates(
            String field, @Nullable List<@Nullable ThrottleDevice> wire) {
        return each(field, wire).stream()
                .map(d -> new DeviceRate(text(d.path()), d.rate()))
                .toList();
    }

    private static List<Device> devices(Resources wire) {
        return each("Devices", wire.devices()).stream()
                .map(d ->
                        new Device(
                                text(d.pathOnHost()),
                                text(d.pathInContainer()),
                                text(d.cgroupPermissions())))
                .toList();
    }

    private static void refuse(Resources wire) {
        if (!each("DeviceRequests", wire.deviceRequests()).isEmpty()) {
            throw SampanException.invalid(
                    "could not select device driver: DeviceRequests (--gpus) are not supported yet");
        }
        if (wire.kernelMemory() != 0 || wire.kernelMemoryTCP() != 0) {
            throw SampanException.invalid(
                    "KernelMemory is not supported: kernels ignore it, use Memory");
        }
        if (wire.cpuCount() != 0
                || wire.cpuPercent() != 0
                || wire.ioMaximumIops() != 0
                || wire.ioMaximumBandwidth() != 0) {
            throw SampanException.invalid(
                    "CpuCount, CpuPercent, IOMaximumIOps and IOMaximumBandwidth are supported on"
                            + " windows only");
        }
    }
}
