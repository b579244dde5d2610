package sampan.engine.containers;

import java.util.Optional;
import java.util.Set;

/// Which kernel settings belong to a namespace and may be set for a container (namespaces(7),
/// ipc_namespaces(7), network_namespaces(7)).
final class Sysctls {
    private static final Set<String> IPC =
            Set.of(
                    "kernel.msgmax",
                    "kernel.msgmnb",
                    "kernel.msgmni",
                    "kernel.sem",
                    "kernel.shmall",
                    "kernel.shmmax",
                    "kernel.shmmni",
                    "kernel.shm_rmid_forced");

    private Sysctls() {}

    /// Why the setting cannot be given to this container, or absent.
    static Optional<String> problem(String name, NamespaceSpec namespaces, String networkMode) {
        String dotted = name.replace('/', '.');
        if (IPC.contains(dotted) || dotted.startsWith("fs.mqueue.")) {
            return namespaces.ipc().equals("host")
                    ? Optional.of(
                            "sysctl '" + name + "' is not allowed: host IPC namespace is used")
                    : Optional.empty();
        }
        if (dotted.startsWith("net.")) {
            return networkMode.equals("host")
                    ? Optional.of(
                            "sysctl '" + name + "' is not allowed: host network namespace is used")
                    : Optional.empty();
        }
        if (dotted.equals("kernel.domainname")) {
            return namespaces.uts().equals("host")
                    ? Optional.of(
                            "sysctl '" + name + "' is not allowed: host UTS namespace is used")
                    : Optional.empty();
        }
        return Optional.of("sysctl '" + name + "' is not whitelisted");
    }
}
