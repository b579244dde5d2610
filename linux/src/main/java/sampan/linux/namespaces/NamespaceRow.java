package sampan.linux.namespaces;

import java.util.List;
import java.util.Optional;

/// A namespace and who is in it: a row of lsns(8).
///
/// @param processes how many are in it
/// @param pid the lowest of them; `ppid`, `uid` and `command` are that process's
/// @param uid the owner of /proc/PID, as lsns has it
/// @param user name of `uid` in /etc/passwd, the number where it has none
/// @param command its arguments in one line, its name where it has none
/// @param parent inode of the namespace that it is nested in (pid, user); empty for others, for the
///   outermost, and where it is not ours to see
/// @param owner inode of the user namespace that owns it; empty where it is not ours to see
/// @param netnsId as [Namespaces#netnsId]; only for net
/// @param mountPoints where it is bound to a file, in this process's mount namespace
public record NamespaceRow(
        NamespaceId id,
        int processes,
        int pid,
        int ppid,
        int uid,
        String user,
        String command,
        Optional<Long> parent,
        Optional<Long> owner,
        Optional<Integer> netnsId,
        List<String> mountPoints) {
    public NamespaceRow {
        mountPoints = List.copyOf(mountPoints);
    }
}
