package sampan.runtime.compile;

import java.util.Map;
import sampan.linux.namespaces.NamespaceId;
import sampan.linux.namespaces.NamespaceKind;
import sampan.linux.namespaces.Namespaces;

/// In which namespaces a process lives that are not ours.
public final class JoinedNamespaces {
    private JoinedNamespaces() {}

    /// CLONE_NEW* bits of the kinds that differ.
    ///
    /// @param pid a process that the caller holds by a pidfd, so that the pid stays its own
    /// @throws sampan.errors.ErrnoException ENOENT where the process is gone
    public static long of(int pid) {
        return of(pid, (int) ProcessHandle.current().pid());
    }

    /// The same as seen from another process, which will be the launcher's parent.
    public static long of(int pid, int from) {
        Map<NamespaceKind, NamespaceId> own = Namespaces.of(from);
        long kinds = 0;
        for (NamespaceId id : Namespaces.of(pid).values()) {
            if (!id.equals(own.get(id.kind()))) {
                kinds |= id.kind().flag();
            }
        }
        return kinds;
    }
}
