package sampan.linux.namespaces;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import sampan.errors.ErrnoException;
import sampan.linux.files.FileOps;
import sampan.linux.mounts.MountEntry;
import sampan.linux.mounts.MountTable;
import sampan.linux.process.ProcessEntry;
import sampan.linux.process.ProcessTable;
import sampan.linux.sys.Errno;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Kernel;
import sampan.linux.sys.Nr;
import sampan.linux.sys.Open;
import sampan.linux.users.User;
import sampan.linux.users.UserDatabase;

/// Which namespaces there are and who is in them.
public final class Namespaces {
    // linux/nsfs.h: _IO(0xb7, 1) and 2.
    private static final long NS_GET_USERNS = 0xB701;
    private static final long NS_GET_PARENT = 0xB702;

    private Namespaces() {}

    /// The namespaces of a process. Kinds that the kernel lacks, or that a zombie has left, are
    /// missing.
    ///
    /// @throws ErrnoException ENOENT where there is no such process
    public static Map<NamespaceKind, NamespaceId> of(int pid) {
        try (Fd dir = Fd.open("/proc/" + pid + "/ns", Open.PATH | Open.DIRECTORY)) {
            Map<NamespaceKind, NamespaceId> ids = new EnumMap<>(NamespaceKind.class);
            for (NamespaceKind kind : NamespaceKind.values()) {
                inode(dir, kind).ifPresent(inode -> ids.put(kind, new NamespaceId(kind, inode)));
            }
            return ids;
        }
    }

    /// A descriptor of a process's namespace, the caller's.
    public static Fd open(int pid, NamespaceKind kind) {
        return Fd.open("/proc/" + pid + "/ns/" + kind.procName(), Open.RDONLY);
    }

    /// Which namespace a descriptor of a /proc/PID/ns file is.
    public static NamespaceId of(Fd namespace) {
        return NamespaceId.parse(FileOps.readlinkAt(Fd.CWD, namespace.path()));
    }

    /// As [#list(Set)] of all kinds.
    public static List<NamespaceRow> list() {
        return list(EnumSet.allOf(NamespaceKind.class));
    }

    /// The namespaces that have processes, by ascending inode: the rows of lsns(8) 2.38.
    public static List<NamespaceRow> list(Set<NamespaceKind> kinds) {
        Map<NamespaceId, List<Integer>> found = new HashMap<>();
        for (int pid : ProcessTable.pids()) {
            visit(pid, kinds, found);
        }
        UserDatabase users = UserDatabase.host();
        Map<String, List<String>> bound = mountPoints();
        TreeMap<Long, NamespaceRow> rows = new TreeMap<>();
        found.forEach((id, pids) ->
                row(id, pids, users, bound.getOrDefault(id.toString(), List.of()))
                        .ifPresent(row -> rows.put(id.inode(), row)));
        return List.copyOf(rows.values());
    }

    private static void visit(
            int pid, Set<NamespaceKind> kinds, Map<NamespaceId, List<Integer>> found) {
        try (Fd dir = Fd.open("/proc/" + pid + "/ns", Open.PATH | Open.DIRECTORY)) {
            for (NamespaceKind kind : kinds) {
                inode(dir, kind)
                        .map(inode -> new NamespaceId(kind, inode))
                        .ifPresent(
                                id -> found.computeIfAbsent(id, _ -> new ArrayList<>()).add(pid));
            }
        } catch (ErrnoException e) {
            gone(e);
        }
    }

    private static Optional<Long> inode(Fd dir, NamespaceKind kind) {
        try {
            String link = FileOps.readlinkAt(dir, kind.procName());
            return Optional.of(NamespaceId.parse(link).inode());
        } catch (ErrnoException e) {
            // A zombie has left its namespaces; those of others may not be ours to see.
            return gone(e);
        }
    }

    private static <T> Optional<T> gone(ErrnoException e) {
        if (e.errno() == Errno.ENOENT || e.errno() == Errno.ESRCH || e.isDenied()) {
            return Optional.empty();
        }
        throw e;
    }

    // Pids are ascending, so the first that still runs is the lowest.
    private static Optional<NamespaceRow> row(
            NamespaceId id, List<Integer> pids, UserDatabase users, List<String> mountPoints) {
        for (int pid : pids) {
            Optional<ProcessEntry> process = ProcessTable.of(pid);
            if (process.isEmpty()) {
                continue;
            }
            try (Fd namespace = open(pid, id.kind())) {
                ProcessEntry lowest = process.get();
                int uid = FileOps.statAt(Fd.CWD, "/proc/" + pid).uid();
                return Optional.of(
                        new NamespaceRow(
                                id,
                                pids.size(),
                                pid,
                                lowest.ppid(),
                                uid,
                                users.user(uid).map(User::name).orElse(Integer.toString(uid)),
                                lowest.cmdline().isEmpty()
                                        ? lowest.comm()
                                        : String.join(" ", lowest.cmdline()),
                                id.kind().hierarchical()
                                        ? related(namespace, NS_GET_PARENT)
                                        : Optional.empty(),
                                related(namespace, NS_GET_USERNS),
                                id.kind() == NamespaceKind.NET
                                        ? netnsId(namespace)
                                        : Optional.empty(),
                                mountPoints));
            } catch (ErrnoException e) {
                gone(e);
            }
        }
        return Optional.empty();
    }

    /// The user namespace that owns another namespace (ioctl_ns(2)).
    ///
    /// @throws ErrnoException EPERM where it is outside of what our own namespaces contain
    public static Fd owner(Fd namespace) {
        return Fd.own(
                Kernel.call(
                        "ioctl", "NS_GET_USERNS", Nr.IOCTL, namespace.number(), NS_GET_USERNS, 0));
    }

    // EPERM: it is outside of what our own namespaces contain.
    private static Optional<Long> related(Fd namespace, long request) {
        long fd = Kernel.raw(Nr.IOCTL, namespace.number(), request, 0);
        if (fd < 0) {
            return Optional.empty();
        }
        try (Fd other = Fd.own(fd)) {
            return Optional.of(FileOps.stat(other).ino());
        }
    }

    /// The id that this process's network namespace has given to another (rtnetlink(7),
    /// RTM_GETNSID); empty where it has given none.
    public static Optional<Integer> netnsId(Fd network) {
        return NetnsIds.of(network);
    }

    private static Map<String, List<String>> mountPoints() {
        Map<String, List<String>> points = new HashMap<>();
        for (MountEntry entry : MountTable.self().entries()) {
            if (entry.type().equals("nsfs")) {
                points.computeIfAbsent(entry.root(), _ -> new ArrayList<>())
                        .add(entry.mountPoint());
            }
        }
        return points;
    }
}
