package sampan.oci.spec;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Fills a [Linux] field by field. For one thread.
public final class LinuxBuilder {
    private List<IdMapping> uidMappings = List.of();
    private List<IdMapping> gidMappings = List.of();
    private Map<String, String> sysctl = Map.of();
    private Optional<Resources> resources = Optional.empty();
    private String cgroupsPath = "";
    private List<Namespace> namespaces = List.of();
    private List<Device> devices = List.of();
    private Map<String, Linux.NetDevice> netDevices = Map.of();
    private Optional<Seccomp> seccomp = Optional.empty();
    private String rootfsPropagation = "";
    private List<String> maskedPaths = List.of();
    private List<String> readonlyPaths = List.of();
    private String mountLabel = "";
    private Optional<Linux.IntelRdt> intelRdt = Optional.empty();
    private Optional<Linux.MemoryPolicy> memoryPolicy = Optional.empty();
    private Optional<Linux.Personality> personality = Optional.empty();
    private Map<String, Linux.TimeOffset> timeOffsets = Map.of();

    LinuxBuilder() {}

    public LinuxBuilder uidMappings(List<IdMapping> value) {
        uidMappings = value;
        return this;
    }

    public LinuxBuilder gidMappings(List<IdMapping> value) {
        gidMappings = value;
        return this;
    }

    public LinuxBuilder sysctl(Map<String, String> value) {
        sysctl = value;
        return this;
    }

    public LinuxBuilder resources(Optional<Resources> value) {
        resources = value;
        return this;
    }

    public LinuxBuilder cgroupsPath(String value) {
        cgroupsPath = value;
        return this;
    }

    public LinuxBuilder namespaces(List<Namespace> value) {
        namespaces = value;
        return this;
    }

    public LinuxBuilder devices(List<Device> value) {
        devices = value;
        return this;
    }

    public LinuxBuilder netDevices(Map<String, Linux.NetDevice> value) {
        netDevices = value;
        return this;
    }

    public LinuxBuilder seccomp(Optional<Seccomp> value) {
        seccomp = value;
        return this;
    }

    public LinuxBuilder rootfsPropagation(String value) {
        rootfsPropagation = value;
        return this;
    }

    public LinuxBuilder maskedPaths(List<String> value) {
        maskedPaths = value;
        return this;
    }

    public LinuxBuilder readonlyPaths(List<String> value) {
        readonlyPaths = value;
        return this;
    }

    public LinuxBuilder mountLabel(String value) {
        mountLabel = value;
        return this;
    }

    public LinuxBuilder intelRdt(Optional<Linux.IntelRdt> value) {
        intelRdt = value;
        return this;
    }

    public LinuxBuilder memoryPolicy(Optional<Linux.MemoryPolicy> value) {
        memoryPolicy = value;
        return this;
    }

    public LinuxBuilder personality(Optional<Linux.Personality> value) {
        personality = value;
        return this;
    }

    public LinuxBuilder timeOffsets(Map<String, Linux.TimeOffset> value) {
        timeOffsets = value;
        return this;
    }

    public Linux build() {
        return new Linux(
                uidMappings,
                gidMappings,
                sysctl,
                resources,
                cgroupsPath,
                namespaces,
                devices,
                netDevices,
                seccomp,
                rootfsPropagation,
                maskedPaths,
                readonlyPaths,
                mountLabel,
                intelRdt,
                memoryPolicy,
                personality,
                timeOffsets);
    }
}
