package sampan.runtime.compile;

import static sampan.runtime.plan.Flags.*;
import static sampan.runtime.plan.PlanWriter.CWD;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sampan.errors.SampanException;
import sampan.oci.spec.Device;
import sampan.runtime.plan.Node;
import sampan.runtime.plan.PlanWriter;

/// Nodes and links below /dev. The six that every container has come first, unless the spec has its
/// own of the same path. Inside a user namespace nobody may make nodes: the host's are bound.
final class DeviceSteps {
    private static final int TARGET_MODE = 0666;
    private static final int DEFAULT_MODE = 0666;
    private static final int PERMISSIONS = 07777;
    private static final List<Device> DEFAULTS =
            List.of(
                    character("/dev/null", 1, 3),
                    character("/dev/random", 1, 8),
                    character("/dev/full", 1, 7),
                    character("/dev/tty", 5, 0),
                    character("/dev/zero", 1, 5),
                    character("/dev/urandom", 1, 9));
    private static final String[][] LINKS = {
        {"/proc/self/fd", "/dev/fd"},
        {"/proc/self/fd/0", "/dev/stdin"},
        {"/proc/self/fd/1", "/dev/stdout"},
        {"/proc/self/fd/2", "/dev/stderr"},
        {"pts/ptmx", "/dev/ptmx"},
    };

    private final Launch launch;
    private final PlanWriter plan;
    private final List<Device> devices;

    DeviceSteps(Launch launch, boolean ownsDev) {
        this.launch = launch;
        this.plan = launch.plan;
        this.devices = ownsDev ? all(launch.linux.devices()) : List.of();
    }

    private static Device character(String path, long major, long minor) {
        return new Device(
                path,
                "c",
                major,
                minor,
                Optional.of(DEFAULT_MODE),
                Optional.of(0L),
                Optional.of(0L));
    }

    private static List<Device> all(List<Device> own) {
        if (own.isEmpty()) {
            return DEFAULTS;
        }
        List<Device> all = new ArrayList<>(DEFAULTS.size() + own.size());
        for (Device device : DEFAULTS) {
            if (own.stream().noneMatch(other -> other.path().equals(device.path()))) {
                all.add(device);
            }
        }
        own.stream().filter(device -> !isLink(device.path())).forEach(all::add);
        return all;
    }

    /// What we make a link cannot be a node of the host's as well: `/dev/ptmx` above all.
    private static boolean isLink(String path) {
        for (String[] link : LINKS) {
            if (link[1].equals(path)) {
                return true;
            }
        }
        return false;
    }

    private boolean binds() {
        return launch.namespaces.hasUser() || launch.has(LaunchOption.ROOTLESS);
    }

    /// In the child.
    void make() {
        for (Device device : devices) {
            String path = ContainerPath.clean(device.path());
            Node node = node(device);
            if (!binds()) {
                plan.mknod(launch.root, node, path);
            } else {
                int host = plan.slot();
                int at = plan.slot();
                plan.openTree(host, CWD, OPEN_TREE_CLONE, path);
                plan.ensureFile(at, launch.root, TARGET_MODE, path);
                plan.moveMount(host, at, MOVE_F_EMPTY_PATH, "");
                plan.close(at);
                plan.close(host);
            }
        }
    }

    /// In the child: the links that programs expect.
    void link() {
        for (String[] link : LINKS) {
            plan.symlink(launch.root, link[0], link[1]);
        }
        if (launch.context.host().exists("/proc/kcore")) {
            plan.symlink(launch.root, "/proc/kcore", "/dev/core");
        }
    }

    private static Node node(Device device) {
        int type =
                switch (device.type()) {
                    case "c", "u" -> Node.CHARACTER;
                    case "b" -> Node.BLOCK;
                    case "p" -> Node.FIFO;
                    default ->
                            throw SampanException.invalid(
                                    "device "
                                            + device.path()
                                            + " has the type \""
                                            + device.type()
                                            + "\": give c, u, b or p");
                };
        return new Node(
                type | (device.fileMode().orElse(DEFAULT_MODE) & PERMISSIONS),
                type == Node.FIFO
                        ? 0
                        : sampan.linux.files.Device.of(device.major(), device.minor()),
                device.uid().orElse(0L),
                device.gid().orElse(0L));
    }
}
