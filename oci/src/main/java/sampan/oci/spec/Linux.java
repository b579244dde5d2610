package sampan.oci.spec;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What only Linux has.
///
/// @param netDevices host interface to what becomes of it in the container's network namespace
/// @param cgroupsPath absolute from the cgroup root, or relative to the runtime's choice
/// @param rootfsPropagation `shared slave private unbindable`, each also with a leading r
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Linux(
        List<IdMapping> uidMappings,
        List<IdMapping> gidMappings,
        Map<String, String> sysctl,
        Optional<Resources> resources,
        String cgroupsPath,
        List<Namespace> namespaces,
        List<Device> devices,
        Map<String, NetDevice> netDevices,
        Optional<Seccomp> seccomp,
        String rootfsPropagation,
        List<String> maskedPaths,
        List<String> readonlyPaths,
        String mountLabel,
        Optional<IntelRdt> intelRdt,
        Optional<MemoryPolicy> memoryPolicy,
        Optional<Personality> personality,
        Map<String, TimeOffset> timeOffsets) {
    static final Linux NONE = new LinuxBuilder().build();

    public Linux {
        uidMappings = Absent.list(uidMappings);
        gidMappings = Absent.list(gidMappings);
        sysctl = Absent.map(sysctl);
        resources = Absent.optional(resources);
        cgroupsPath = Absent.text(cgroupsPath);
        namespaces = Absent.list(namespaces);
        devices = Absent.list(devices);
        netDevices = Absent.map(netDevices);
        seccomp = Absent.optional(seccomp);
        rootfsPropagation = Absent.text(rootfsPropagation);
        maskedPaths = Absent.list(maskedPaths);
        readonlyPaths = Absent.list(readonlyPaths);
        mountLabel = Absent.text(mountLabel);
        intelRdt = Absent.optional(intelRdt);
        memoryPolicy = Absent.optional(memoryPolicy);
        personality = Absent.optional(personality);
        timeOffsets = Absent.map(timeOffsets);
    }

    /// @param name in the container; empty: unchanged
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record NetDevice(String name) {
        public NetDevice {
            name = Absent.text(name);
        }
    }

    /// Cache and bandwidth classes of resctrl.
    ///
    /// @param schemata lines, as they are written to the group's file
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record IntelRdt(
            String closID,
            List<String> schemata,
            String l3CacheSchema,
            String memBwSchema,
            boolean enableMonitoring) {
        public IntelRdt {
            closID = Absent.text(closID);
            schemata = Absent.list(schemata);
            l3CacheSchema = Absent.text(l3CacheSchema);
            memBwSchema = Absent.text(memBwSchema);
        }
    }

    /// NUMA policy of set_mempolicy(2).
    ///
    /// @param mode `MPOL_BIND` and so on
    /// @param nodes a list such as `0-3,7`
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record MemoryPolicy(String mode, String nodes, List<String> flags) {
        public MemoryPolicy {
            mode = Absent.text(mode);
            nodes = Absent.text(nodes);
            flags = Absent.list(flags);
        }
    }

    /// @param domain `LINUX` or `LINUX32`
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Personality(String domain, List<String> flags) {
        public Personality {
            domain = Absent.text(domain);
            flags = Absent.list(flags);
        }
    }

    /// What a clock of the time namespace differs by.
    public record TimeOffset(long secs, long nanosecs) {}

    /// The path of the namespace of that kind: empty when the container has none of its own, an
    /// empty text when it has a new one.
    public Optional<String> namespace(String type) {
        for (int i = 0; i < namespaces.size(); i++) {
            Namespace namespace = namespaces.get(i);
            if (namespace.type().equals(type)) {
                return Optional.of(namespace.path());
            }
        }
        return Optional.empty();
    }

    public static LinuxBuilder builder() {
        return new LinuxBuilder();
    }

    public LinuxBuilder toBuilder() {
        return new LinuxBuilder()
                .uidMappings(uidMappings)
                .gidMappings(gidMappings)
                .sysctl(sysctl)
                .resources(resources)
                .cgroupsPath(cgroupsPath)
                .namespaces(namespaces)
                .devices(devices)
                .netDevices(netDevices)
                .seccomp(seccomp)
                .rootfsPropagation(rootfsPropagation)
                .maskedPaths(maskedPaths)
                .readonlyPaths(readonlyPaths)
                .mountLabel(mountLabel)
                .intelRdt(intelRdt)
                .memoryPolicy(memoryPolicy)
                .personality(personality)
                .timeOffsets(timeOffsets);
    }
}
