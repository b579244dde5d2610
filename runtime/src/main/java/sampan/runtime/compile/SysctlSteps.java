package sampan.runtime.compile;

import static sampan.runtime.plan.PlanWriter.CWD;

import java.util.Map;
import java.util.Set;
import sampan.errors.SampanException;
import sampan.oci.spec.Namespace;

/// Kernel parameters: only those that belong to a namespace of the container's own.
final class SysctlSteps {
    private static final Set<String> IPC =
            Set.of(
                    "kernel/msgmax",
                    "kernel/msgmnb",
                    "kernel/msgmni",
                    "kernel/sem",
                    "kernel/shmall",
                    "kernel/shmmax",
                    "kernel/shmmni",
                    "kernel/shm_rmid_forced");

    private final Launch launch;

    SysctlSteps(Launch launch) {
        this.launch = launch;
    }

    void write() {
        for (Map.Entry<String, String> sysctl : launch.linux.sysctl().entrySet()) {
            String path = path(sysctl.getKey());
            check(sysctl.getKey(), path);
            launch.plan.purpose("write sysctl key " + sysctl.getKey() + ": open /proc/sys/" + path);
            launch.plan.writeFile(CWD, "/proc/sys/" + path, sysctl.getValue());
        }
        launch.plan.purpose("");
    }

    /// `net.ipv4.ip_forward` and `net/ipv4/ip_forward` are the same; whichever separator comes
    /// first separates, the other belongs to the names.
    static String path(String name) {
        int dot = name.indexOf('.');
        int slash = name.indexOf('/');
        if (slash >= 0 && (dot < 0 || slash < dot)) {
            return name;
        }
        StringBuilder path = new StringBuilder(name.length());
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            path.append(c == '.' ? '/' : c == '/' ? '.' : c);
        }
        return path.toString();
    }

    private void check(String name, String path) {
        if (path.contains("//") || ("/" + path + "/").contains("/../")) {
            throw SampanException.invalid("sysctl \"" + name + "\" is no name of a parameter");
        }
        NamespaceSteps namespaces = launch.namespaces;
        boolean own;
        if (IPC.contains(path) || path.startsWith("fs/mqueue/")) {
            own = namespaces.has(Namespace.IPC);
        } else if (path.startsWith("net/")) {
            own = namespaces.has(Namespace.NETWORK);
        } else if (path.equals("kernel/domainname") || path.equals("kernel/hostname")) {
            own = namespaces.has(Namespace.UTS);
            clash(name, path);
        } else {
            throw SampanException.invalid(
                    "sysctl \"" + name + "\" is not in a separate kernel namespace");
        }
        if (!own) {
            throw SampanException.invalid(
                    "sysctl \"" + name + "\" is not allowed in the hosts namespace");
        }
    }

    private void clash(String name, String path) {
        boolean hostname = path.equals("kernel/hostname");
        if (!(hostname ? launch.spec.hostname() : launch.spec.domainname()).isEmpty()) {
            throw SampanException.invalid(
                    "sysctl \""
                            + name
                            + "\" is not allowed as it conflicts with the OCI \""
                            + (hostname ? "hostname" : "domainname")
                            + "\" field");
        }
    }
}
