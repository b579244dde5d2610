package sampan.api.system;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import sampan.api.call.ApiVersion;
import sampan.api.translate.Times;
import sampan.api.wire.Doc;
import sampan.engine.services.SystemService.SystemView;

/// GET /info.
public final class InfoDoc {
    private static final String RUNTIME = "sampan-runc";
    private static final String REGISTRY = "https://index.docker.io/v1/";

    private InfoDoc() {}

    public static Doc of(SystemView view, Product product, ApiVersion version) {
        Doc doc = Doc.of();
        counts(doc, view);
        abilities(doc, view);
        host(doc, view, version);
        varying(doc, version);
        return doc.put("HttpProxy", "")
                .put("HttpsProxy", "")
                .put("NoProxy", "")
                .put("Name", view.name())
                .put("Labels", List.of())
                .put("ExperimentalBuild", false)
                .put("ServerVersion", product.version())
                .put("Runtimes", Map.of(RUNTIME, Doc.of().put("path", RUNTIME)))
                .put("DefaultRuntime", RUNTIME)
                .put("Swarm", swarm())
                .put("LiveRestoreEnabled", true)
                .put("Isolation", "")
                .put("InitBinary", "")
                .put("ContainerdCommit", Doc.of().put("ID", ""))
                .put("RuncCommit", commit(version))
                .put("InitCommit", Doc.of().put("ID", ""))
                .put("SecurityOptions", security(view.securityOptions(), version))
                .put("CDISpecDirs", List.of())
                .putOrNull("Warnings", view.warnings());
    }

    private static Doc commit(ApiVersion version) {
        Doc commit = Doc.of().put("ID", "");
        return version.atLeast(48) ? commit : commit.put("Expected", "");
    }

    /// Before 1.25 an option was its bare name.
    private static List<String> security(List<String> options, ApiVersion version) {
        return version.atLeast(25)
                ? options
                : options.stream()
                        .map(option -> option.replaceFirst("^name=([^,]*).*", "$1"))
                        .toList();
    }

    /// Fields that only some versions have.
    private static void varying(Doc doc, ApiVersion version) {
        if (!version.atLeast(50)) {
            doc.put("BridgeNfIptables", false).put("BridgeNfIp6tables", false);
        }
        if (version.atLeast(49)) {
            doc.put("FirewallBackend", Doc.of().put("Driver", "nftables"));
        }
        if (!version.atLeast(42)) {
            doc.put("KernelMemory", false);
        }
    }

    // By the first pair buildx and Compose know that an image of several platforms can be kept.
    private static List<List<String>> storage(SystemView view) {
        List<List<String>> pairs = new ArrayList<>();
        pairs.add(List.of("driver-type", "io.containerd.snapshotter.v1"));
        pairs.addAll(view.storageStatus());
        return pairs;
    }

    private static void counts(Doc doc, SystemView view) {
        doc.put("ID", view.id())
                .put("Containers", view.containers())
                .put("ContainersRunning", view.running())
                .put("ContainersPaused", view.paused())
                .put("ContainersStopped", view.stopped())
                .put("Images", view.images())
                .put("Driver", view.storageDriver())
                .put("DriverStatus", storage(view))
                .put(
                        "Plugins",
                        Doc.of()
                                .put("Volume", List.of("local"))
                                .put("Network", List.of("bridge", "host", "null"))
                                .put("Authorization", null)
                                .put("Log", List.of("json-file", "local")));
    }

    private static void abilities(Doc doc, SystemView view) {
        doc.put("MemoryLimit", view.memoryLimit())
                .put("SwapLimit", view.swapLimit())
                .put("CpuCfsPeriod", view.cpuCfs())
                .put("CpuCfsQuota", view.cpuCfs())
                .put("CPUShares", view.cpuShares())
                .put("CPUSet", view.cpuSet())
                .put("PidsLimit", view.pidsLimit())
                .put("IPv4Forwarding", view.ipv4Forwarding())
                .put("Debug", false)
                .put("NFd", view.openDescriptors())
                .put("OomKillDisable", view.oomKillDisable())
                .put("NGoroutines", view.threads())
                .put("SystemTime", Times.text(Instant.now()))
                .put("LoggingDriver", "json-file")
                .put("CgroupDriver", "cgroupfs")
                .put("CgroupVersion", view.cgroupVersion())
                .put("NEventsListener", view.eventListeners());
    }

    private static void host(Doc doc, SystemView view, ApiVersion version) {
        doc.put("KernelVersion", view.kernelVersion())
                .put("OperatingSystem", view.operatingSystem())
                .put("OSVersion", view.osVersion())
                .put("OSType", "linux")
                .put("Architecture", view.architecture())
                .put("IndexServerAddress", REGISTRY)
                .put("RegistryConfig", registries(version))
                .put("NCPU", view.cpus())
                .put("MemTotal", view.memory())
                .put("GenericResources", null)
                .put("DockerRootDir", view.root());
    }

    private static Doc registries(ApiVersion version) {
        Doc doc =
                Doc.of()
                        .put("InsecureRegistryCIDRs", List.of("::1/128", "127.0.0.0/8"))
                        .put(
                                "IndexConfigs",
                                Map.of(
                                        "docker.io",
                                        Doc.of()
                                                .put("Mirrors", List.of())
                                                .put("Name", "docker.io")
                                                .put("Official", true)
                                                .put("Secure", true)))
                        .put("Mirrors", null);
        return version.atLeast(47)
                ? doc
                : doc.put("AllowNondistributableArtifactsCIDRs", null)
                        .put("AllowNondistributableArtifactsHostnames", null);
    }

    private static Doc swarm() {
        return Doc.of()
                .put("NodeID", "")
                .put("NodeAddr", "")
                .put("LocalNodeState", "inactive")
                .put("ControlAvailable", false)
                .put("Error", "")
                .put("RemoteManagers", null);
    }
}
