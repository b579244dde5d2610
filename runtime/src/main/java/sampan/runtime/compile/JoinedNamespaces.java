package sampan.runtime.compile;

import static sampan.runtime.plan.Flags.*;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import sampan.errors.SampanException;

/// In which namespaces a process lives that are not ours.
public final class JoinedNamespaces {
    private static final Map<String, Long> KINDS =
            Map.of(
                    "user", CLONE_NEWUSER,
                    "mnt", CLONE_NEWNS,
                    "pid", CLONE_NEWPID,
                    "uts", CLONE_NEWUTS,
                    "ipc", CLONE_NEWIPC,
                    "net", CLONE_NEWNET,
                    "cgroup", CLONE_NEWCGROUP,
                    "time", CLONE_NEWTIME);

    private JoinedNamespaces() {}

    /// CLONE_NEW* bits of the kinds that differ.
    ///
    /// @param pid a process that the caller holds by a pidfd, so that the pid stays its own
    /// @throws SampanException NOT_FOUND where the process is gone
    public static long of(int pid) {
        long kinds = 0;
        for (Map.Entry<String, Long> kind : KINDS.entrySet()) {
            if (!link("self", kind.getKey()).equals(link(Integer.toString(pid), kind.getKey()))) {
                kinds |= kind.getValue();
            }
        }
        return kinds;
    }

    private static String link(String process, String kind) {
        Path link = Path.of("/proc", process, "ns", kind);
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            if (!Files.exists(Path.of("/proc", "self", "ns", kind))) {
                return ""; // a kernel without that kind
            }
            throw SampanException.notFound("process " + process + " is gone");
        }
    }
}
