package sampan.api.translate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import sampan.api.wire.Doc;
import sampan.engine.containers.Container;
import sampan.engine.containers.ContainerSpec;
import sampan.engine.containers.DefaultPaths;
import sampan.engine.containers.LifecycleSpec;
import sampan.engine.containers.NamespaceSpec;
import sampan.engine.containers.NetworkSpec;
import sampan.engine.containers.ResourceSpec;
import sampan.engine.containers.SecuritySpec;
import sampan.engine.containers.StorageSpec;
import sampan.engine.containers.StorageSpec.MountRequest;
import sampan.engine.containers.StorageSpec.Origin;

/// `HostConfig` of inspect: every field of the create request comes back.
final class HostConfigDoc {
    private static final long SHM_BYTES = 64L << 20;

    private HostConfigDoc() {}

    static Doc of(Container container) {
        ContainerSpec spec = container.spec();
        Doc doc = Doc.of();
        lifecycle(doc, container);
        security(doc, spec);
        resources(doc, spec.resources());
        StorageSpec storage = spec.storage();
        List<Doc> mounts =
                storage.mounts().stream()
                        .filter(m -> m.origin() == Origin.MOUNTS)
                        .map(HostConfigDoc::mount)
                        .toList();
        return doc.putUnlessEmpty("Mounts", mounts)
                .put("MaskedPaths", shown(spec, spec.security().maskedPaths(), DefaultPaths.MASKED))
                .put(
                        "ReadonlyPaths",
                        shown(spec, spec.security().readonlyPaths(), DefaultPaths.READ_ONLY))
                .putUnlessEmpty("Init", spec.lifecycle().init());
    }

    /// A privileged container has no such paths unless it was given some.
    private static @Nullable List<String> shown(
            ContainerSpec spec, Optional<List<String>> given, List<String> standard) {
        return given.orElse(spec.security().privileged() ? null : standard);
    }

    private static void lifecycle(Doc doc, Container container) {
        ContainerSpec spec = container.spec();
        LifecycleSpec life = spec.lifecycle();
        NetworkSpec network = spec.network();
        String driver = life.logDriver();
        doc.put("Binds", binds(spec.storage()))
                .put("ContainerIDFile", life.containerIdFile())
                .put(
                        "LogConfig",
                        Doc.of()
                                .put("Type", driver.isEmpty() ? "json-file" : driver)
                                .put("Config", Doc.sorted(life.logOptions())))
                .put("NetworkMode", NetworkDoc.mode(container))
                .put("PortBindings", portBindings(network.portBindings()))
                .put(
                        "RestartPolicy",
                        Doc.of()
                                .put("Name", life.restart().name())
                                .put("MaximumRetryCount", life.restart().maximumRetryCount()))
                .put("AutoRemove", life.autoRemove())
                .put("VolumeDriver", spec.storage().volumeDriver())
                .putOrNull("VolumesFrom", spec.storage().volumesFrom())
                .put("ConsoleSize", List.of(spec.process().rows(), spec.process().columns()))
                .putUnlessEmpty("Annotations", Doc.sorted(spec.annotations()));
    }

    private static void security(Doc doc, ContainerSpec spec) {
        SecuritySpec security = spec.security();
        NamespaceSpec namespaces = spec.namespaces();
        NetworkSpec network = spec.network();
        StorageSpec storage = spec.storage();
        String ipc = namespaces.ipc();
        String cgroup = namespaces.cgroup();
        doc.putOrNull("CapAdd", security.capAdd())
                .putOrNull("CapDrop", security.capDrop())
                .put("CgroupnsMode", cgroup.isEmpty() ? "private" : cgroup)
                .put("Dns", network.dns())
                .put("DnsOptions", network.dnsOptions())
                .put("DnsSearch", network.dnsSearch())
                .putOrNull("ExtraHosts", network.extraHosts())
                .putOrNull("GroupAdd", security.groupAdd())
                .put("IpcMode", ipc.isEmpty() ? "private" : ipc)
                .put("Cgroup", "")
                .putOrNull("Links", network.links())
                .put("OomScoreAdj", spec.resources().oomScoreAdj())
                .put("PidMode", namespaces.pid())
                .put("Privileged", security.privileged())
                .put("PublishAllPorts", network.publishAll())
                .put("ReadonlyRootfs", security.readonlyRootfs())
                .putOrNull("SecurityOpt", security.options())
                .putUnlessEmpty("StorageOpt", Doc.sorted(storage.options()))
                .putUnlessEmpty("Tmpfs", Doc.sorted(storage.tmpfs()))
                .put("UTSMode", namespaces.uts())
                .put("UsernsMode", namespaces.userns())
                .put("ShmSize", storage.shmSize() == 0 ? SHM_BYTES : storage.shmSize())
                .putUnlessEmpty("Sysctls", Doc.sorted(security.sysctls()))
                .put(
                        "Runtime",
                        spec.lifecycle().runtime().isEmpty()
                                ? "sampan-runc"
                                : spec.lifecycle().runtime())
                .put("Isolation", "");
    }

    private static void resources(Doc doc, ResourceSpec r) {
        doc.put("CpuShares", r.cpuShares())
                .put("Memory", r.memory())
                .put("NanoCpus", r.nanoCpus())
                .put("CgroupParent", r.cgroupParent())
                .put("BlkioWeight", r.blkioWeight())
                .put(
                        "BlkioWeightDevice",
                        r.blkioWeightDevice().stream()
                                .map(d -> Doc.of().put("Path", d.path()).put("Weight", d.weight()))
                                .toList())
                .put("BlkioDeviceReadBps", rates(r.blkioDeviceReadBps()))
                .put("BlkioDeviceWriteBps", rates(r.blkioDeviceWriteBps()))
                .put("BlkioDeviceReadIOps", rates(r.blkioDeviceReadIops()))
                .put("BlkioDeviceWriteIOps", rates(r.blkioDeviceWriteIops()))
                .put("CpuPeriod", r.cpuPeriod())
                .put("CpuQuota", r.cpuQuota())
                .put("CpuRealtimePeriod", r.cpuRealtimePeriod())
                .put("CpuRealtimeRuntime", r.cpuRealtimeRuntime())
                .put("CpusetCpus", r.cpusetCpus())
                .put("CpusetMems", r.cpusetMems())
                .put("Devices", r.devices().stream().map(HostConfigDoc::device).toList())
                .putOrNull("DeviceCgroupRules", r.deviceCgroupRules())
                .put("DeviceRequests", null)
                .put("MemoryReservation", r.memoryReservation())
                .put("MemorySwap", r.memorySwap())
                .put("MemorySwappiness", r.memorySwappiness() < 0 ? null : r.memorySwappiness())
                .put("OomKillDisable", r.oomKillDisable())
                .put("PidsLimit", r.pidsLimit().orElse(null))
                .put("Ulimits", r.ulimits().stream().map(HostConfigDoc::ulimit).toList())
                .put("CpuCount", 0)
                .put("CpuPercent", 0)
                .put("IOMaximumIOps", 0)
                .put("IOMaximumBandwidth", 0);
    }

    private static List<Doc> rates(List<ResourceSpec.DeviceRate> rates) {
        return rates.stream()
                .map(d -> Doc.of().put("Path", d.path()).put("Rate", d.rate()))
                .toList();
    }

    private static Doc device(ResourceSpec.Device device) {
        return Doc.of()
                .put("PathOnHost", device.hostPath())
                .put("PathInContainer", device.containerPath())
                .put("CgroupPermissions", device.permissions());
    }

    private static Doc ulimit(ResourceSpec.Ulimit limit) {
        return Doc.of()
                .put("Name", limit.name())
                .put("Hard", limit.hard())
                .put("Soft", limit.soft());
    }

    private static @Nullable List<String> binds(StorageSpec storage) {
        List<String> binds = new ArrayList<>();
        for (MountRequest mount : storage.mounts()) {
            if (mount.origin() == Origin.BINDS) {
                String mode = mount.mode().isEmpty() ? "" : ":" + mount.mode();
                binds.add(mount.source() + ":" + mount.target() + mode);
            }
        }
        return binds.isEmpty() ? null : binds;
    }

    static Map<String, Object> portBindings(Map<String, List<NetworkSpec.PortBinding>> bindings) {
        Map<String, Object> result = new TreeMap<>();
        bindings.forEach((port, places) ->
                result.put(port, places.stream().map(HostConfigDoc::place).toList()));
        return result;
    }

    private static Doc place(NetworkSpec.PortBinding place) {
        return Doc.of().put("HostIp", place.hostAddress()).put("HostPort", place.hostPort());
    }

    private static Doc mount(MountRequest mount) {
        Doc doc =
                Doc.of()
                        .put("Type", mount.type().name().toLowerCase(java.util.Locale.ROOT))
                        .putUnlessEmpty("Source", mount.source())
                        .put("Target", mount.target())
                        .putUnlessEmpty("ReadOnly", mount.readOnly());
        return switch (mount.type()) {
            case BIND ->
                    doc.putUnlessEmpty(
                            "BindOptions",
                            Doc.of()
                                    .putUnlessEmpty("Propagation", mount.propagation())
                                    .putUnlessEmpty("NonRecursive", mount.nonRecursive())
                                    .putUnlessEmpty("CreateMountpoint", mount.createSource())
                                    .fields());
            case VOLUME -> doc.putUnlessEmpty("VolumeOptions", volumeOptions(mount).fields());
            case TMPFS -> doc.putUnlessEmpty("TmpfsOptions", tmpfsOptions(mount).fields());
            case IMAGE ->
                    doc.putUnlessEmpty(
                            "ImageOptions",
                            Doc.of().putUnlessEmpty("Subpath", mount.subpath()).fields());
        };
    }

    private static Doc volumeOptions(MountRequest mount) {
        Map<String, String> labels = new TreeMap<>();
        Map<String, String> driver = new TreeMap<>();
        mount.options()
                .forEach((name, value) -> {
                    if (name.startsWith("label:")) {
                        labels.put(name.substring("label:".length()), value);
                    } else {
                        driver.put(name, value);
                    }
                });
        Doc doc =
                Doc.of()
                        .putUnlessEmpty("NoCopy", mount.noCopy())
                        .putUnlessEmpty("Labels", labels)
                        .putUnlessEmpty("Subpath", mount.subpath());
        return driver.isEmpty() ? doc : doc.put("DriverConfig", Doc.of().put("Options", driver));
    }

    private static Doc tmpfsOptions(MountRequest mount) {
        Map<String, String> rest = new LinkedHashMap<>(mount.options());
        Optional<String> size = Optional.ofNullable(rest.remove("tmpfs-size"));
        Optional<String> mode = Optional.ofNullable(rest.remove("tmpfs-mode"));
        List<List<String>> others = new ArrayList<>();
        rest.forEach((name, value) ->
                others.add(value.isEmpty() ? List.of(name) : List.of(name, value)));
        return Doc.of()
                .putUnlessEmpty("SizeBytes", size.map(Long::valueOf).orElse(0L))
                .putUnlessEmpty("Mode", mode.map(text -> Integer.valueOf(text, 8)).orElse(0))
                .putUnlessEmpty("Options", others);
    }
}
