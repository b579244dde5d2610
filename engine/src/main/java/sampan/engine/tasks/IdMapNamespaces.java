package sampan.engine.tasks;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import sampan.linux.netlink.NetNamespace;
import sampan.linux.sys.Fd;
import sampan.oci.spec.IdMapping;
import sampan.runtime.compile.IdMap;
import sampan.runtime.monitor.MappedNamespace;

/// User namespaces that exist only for their maps: mounts with id maps are made by descriptor of
/// one. Each is made once by a process that never runs a program, and kept. Thread-safe.
public final class IdMapNamespaces implements AutoCloseable {
    /// Different maps that are kept; the eldest goes first.
    public static final int KEPT_MAX = 64;

    private static final long CLONE_NEWUSER = 0x1000_0000L;
    private static final long CLONE_NEWNET = 0x4000_0000L;
    private static final long SPARE_ID = 1L << 30;

    private final TaskLauncher launcher;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<IdMap, Fd> kept = new LinkedHashMap<>();

    public IdMapNamespaces(TaskLauncher launcher) {
        this.launcher = launcher;
    }

    /// A descriptor of a namespace with these maps, the caller's to close.
    Fd open(IdMap map) {
        lock.lock();
        try {
            Fd known = kept.get(map);
            if (known == null) {
                known = make(map);
                kept.put(map, known);
                if (kept.size() > KEPT_MAX) {
                    Fd eldest = kept.remove(kept.keySet().iterator().next());
                    if (eldest != null) {
                        eldest.close();
                    }
                }
            }
            return known.duplicate();
        } finally {
            lock.unlock();
        }
    }

    private Fd make(IdMap map) {
        return MappedNamespace.make(
                launcher::launch, CLONE_NEWUSER, lines(map.uids()), lines(map.gids()), "user");
    }

    /// A new network namespace that belongs to a new user namespace with these maps, for one
    /// container: what its root may do there ends with it. The caller's to close.
    NetNamespace network(IdMap map) {
        return NetNamespace.adopt(
                MappedNamespace.make(
                        launcher::launch,
                        CLONE_NEWUSER | CLONE_NEWNET,
                        map.uidLines(),
                        map.gidLines(),
                        "net"));
    }

    // Overlayfs makes its scratch files as who mounts it: the host's root, which the maps of most
    // containers leave out. It gets an id that no file has, or the mount would be read-only.
    private static String lines(List<IdMapping> maps) {
        StringBuilder text = new StringBuilder();
        boolean free = true;
        for (IdMapping map : maps) {
            line(text, map);
            free &= map.hostID() > 0 && map.containerID() + map.size() <= SPARE_ID;
        }
        if (free) {
            line(text, new IdMapping(SPARE_ID, 0, 1));
        }
        return text.toString();
    }

    private static void line(StringBuilder text, IdMapping map) {
        text.append(map.containerID())
                .append(' ')
                .append(map.hostID())
                .append(' ')
                .append(map.size())
                .append('\n');
    }

    @Override
    public void close() {
        lock.lock();
        try {
            kept.values().forEach(Fd::close);
            kept.clear();
        } finally {
            lock.unlock();
        }
    }
}
