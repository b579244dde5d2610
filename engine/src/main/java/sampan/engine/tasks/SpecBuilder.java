package sampan.engine.tasks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import sampan.engine.containers.ContainerRecord;
import sampan.engine.containers.ContainerSpec;
import sampan.engine.containers.DefaultPaths;
import sampan.engine.containers.NamespaceSpec;
import sampan.engine.containers.ProcessSpec;
import sampan.engine.containers.ResourceSpec;
import sampan.engine.containers.SecurityOptions;
import sampan.linux.capabilities.CapabilitySet;
import sampan.oci.spec.Capabilities;
import sampan.oci.spec.ContainerProcess;
import sampan.oci.spec.IdMapping;
import sampan.oci.spec.Linux;
import sampan.oci.spec.LinuxBuilder;
import sampan.oci.spec.Namespace;
import sampan.oci.spec.Rlimit;
import sampan.oci.spec.Root;
import sampan.oci.spec.Spec;
import sampan.runtime.compile.LimitCeiling;

/// From a container to the OCI document that says what runs: every default that Docker has is put
/// in here, and nowhere below.
///
/// Not in it are the limits, which are written when the cgroup is made ([Limits]), and the system
/// call filter, which goes to the launcher compiled ([SystemCallFilters]). Pure but for the devices
/// that a container asks for, which are looked up on the host.
public final class SpecBuilder {
    private final CapabilitySet available;

    /// @param available capabilities that the daemon may give
    public SpecBuilder(CapabilitySet available) {
        this.available = available;
    }

    /// INVALID for what the container asks of this host in vain.
    public Spec build(LaunchPlace place) {
        ContainerRecord record = place.record();
        ContainerSpec spec = record.spec();
        boolean ownNames = !spec.namespaces().uts().equals("host");
        return Spec.builder()
                .process(process(place))
                .root(new Root("rootfs", spec.security().readonlyRootfs()))
                .hostname(ownNames ? place.hostname() : "")
                .domainname(ownNames ? spec.namespaces().domainname() : "")
                .mounts(SpecMounts.of(place))
                .annotations(spec.annotations())
                .linux(linux(place))
                .build();
    }

    /// Fails for what a container asks for in words that mean nothing; called when it is made.
    public static void check(ContainerSpec spec) {
        SpecCapabilities.of(spec.security(), CapabilitySet.ALL);
        spec.resources().deviceCgroupRules().forEach(SpecDevices::parse);
        spec.storage().tmpfs().forEach(SpecMounts::tmpfs);
        UserNamespaces.mappings(spec.namespaces().userns());
        NetworkWiring.ports(spec.network());
        SystemCallFilters.check(spec);
    }

    private ContainerProcess process(LaunchPlace place) {
        ContainerRecord record = place.record();
        ContainerSpec spec = record.spec();
        ProcessSpec wanted = spec.process();
        List<String> arguments =
                Stream.concat(
                                Stream.of(record.origin().path()),
                                record.origin().arguments().stream())
                        .toList();
        ContainerProcess.Builder process =
                ContainerProcess.builder(arguments)
                        .terminal(wanted.tty())
                        .user(place.user())
                        .env(
                                Environment.withHome(
                                        Environment.ofContainer(
                                                place.hostname(), wanted.tty(), wanted.env()),
                                        place.home()))
                        .cwd(wanted.workingDir().isEmpty() ? "/" : wanted.workingDir())
                        .capabilities(Capabilities.of(capabilities(spec, false).names()))
                        .rlimits(rlimits(spec.resources()))
                        .noNewPrivileges(SecurityOptions.parse(spec.security()).noNewPrivileges());
        if (wanted.tty() && wanted.rows() > 0 && wanted.columns() > 0) {
            process.consoleSize(wanted.rows(), wanted.columns());
        }
        if (spec.resources().oomScoreAdj() != 0) {
            process.oomScoreAdj(spec.resources().oomScoreAdj());
        }
        return process.build();
    }

    /// The capabilities of a process: as the container has them, or all in a privileged exec.
    CapabilitySet capabilities(ContainerSpec spec, boolean privileged) {
        return privileged ? available : SpecCapabilities.of(spec.security(), available);
    }

    /// How far limits go: the default one is a wish, what the container asked for is not.
    static LimitCeiling ceiling(LimitCeiling daemon, ResourceSpec resources) {
        boolean asked =
                resources.ulimits().stream().anyMatch(u -> u.name().equalsIgnoreCase("nofile"));
        return asked ? daemon.strict() : daemon;
    }

    static List<Rlimit> rlimits(ResourceSpec resources) {
        Map<String, Rlimit> limits = new LinkedHashMap<>();
        limits.put(
                "RLIMIT_NOFILE",
                Rlimit.of("RLIMIT_NOFILE", DefaultSpec.NOFILE_SOFT, DefaultSpec.NOFILE_HARD));
        for (ResourceSpec.Ulimit wanted : resources.ulimits()) {
            String name = "RLIMIT_" + wanted.name().toUpperCase(Locale.ROOT);
            limits.put(name, Rlimit.of(name, wanted.soft(), wanted.hard()));
        }
        return List.copyOf(limits.values());
    }

    private Linux linux(LaunchPlace place) {
        ContainerSpec spec = place.record().spec();
        boolean privileged = spec.security().privileged();
        SecurityOptions options = SecurityOptions.parse(spec.security());
        LinuxBuilder linux =
                Linux.builder()
                        .namespaces(namespaces(place))
                        .devices(SpecDevices.of(spec).nodes())
                        .sysctl(sysctls(place))
                        .rootfsPropagation(propagation(place));
        if (!privileged && !options.systemPathsUnconfined()) {
            linux.maskedPaths(spec.security().maskedPaths().orElse(DefaultPaths.MASKED));
            linux.readonlyPaths(spec.security().readonlyPaths().orElse(DefaultPaths.READ_ONLY));
        }
        List<IdMapping> maps = UserNamespaces.mappings(spec.namespaces().userns());
        if (!maps.isEmpty()) {
            linux.uidMappings(maps).gidMappings(maps);
        }
        return linux.build();
    }

    private static List<Namespace> namespaces(LaunchPlace place) {
        NamespaceSpec names = place.record().spec().namespaces();
        List<Namespace> list = new ArrayList<>();
        list.add(Namespace.create(Namespace.MOUNT));
        if (place.ownNetwork()) {
            list.add(Namespace.create(Namespace.NETWORK));
        }
        joinable(list, place, Namespace.NETWORK, "net");
        if (!names.uts().equals("host")) {
            list.add(Namespace.create(Namespace.UTS));
        }
        if (own(names.pid())) {
            list.add(Namespace.create(Namespace.PID));
        }
        joinable(list, place, Namespace.PID, "pid");
        if (own(names.ipc())) {
            list.add(Namespace.create(Namespace.IPC));
        }
        joinable(list, place, Namespace.IPC, "ipc");
        if (!names.cgroup().equals("host")) {
            list.add(Namespace.create(Namespace.CGROUP));
        }
        if (!UserNamespaces.mappings(names.userns()).isEmpty()) {
            list.add(new Namespace(Namespace.USER, place.userNamespace().orElse("")));
        }
        return list;
    }

    private static boolean own(String mode) {
        return !mode.equals("host") && !mode.startsWith("container:");
    }

    private static void joinable(
            List<Namespace> list, LaunchPlace place, String type, String file) {
        Integer pid = place.peers().get(type);
        if (pid != null) {
            list.add(new Namespace(type, "/proc/" + pid + "/ns/" + file));
        }
    }

    private static Map<String, String> sysctls(LaunchPlace place) {
        ContainerSpec spec = place.record().spec();
        Map<String, String> values = new LinkedHashMap<>();
        boolean ownUsers = UserNamespaces.mappings(spec.namespaces().userns()).isEmpty();
        if (place.ownNetwork() && ownUsers) {
            values.put("net.ipv4.ip_unprivileged_port_start", "0");
            values.put("net.ipv4.ping_group_range", "0 2147483647");
        }
        values.putAll(spec.security().sysctls());
        return values;
    }

    private static String propagation(LaunchPlace place) {
        boolean shared = false;
        boolean slave = false;
        for (var mount : place.record().origin().mounts()) {
            shared |= mount.propagation().endsWith("shared");
            slave |= mount.propagation().endsWith("slave");
        }
        return shared ? "shared" : slave ? "rslave" : "";
    }
}
