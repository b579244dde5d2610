package sampan.engine.tasks;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import sampan.engine.containers.ContainerId;
import sampan.errors.ErrnoException;
import sampan.linux.netlink.NetNamespace;
import sampan.linux.process.Pidfd;
import sampan.linux.sys.Errno;
import sampan.runtime.monitor.AttachClient;

/// The tasks that live, and the clients that wait for one. Look-ups never block.
public final class TaskTable {
    /// Clients that wait for one container's start.
    public static final int PENDING_MAX = 32;

    private final ConcurrentHashMap<ContainerId, Task> tasks = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<ContainerId, List<PendingAttach>> pending =
            new ConcurrentHashMap<>();

    /// The network namespace in which a container's first process lives now; empty where it does
    /// not run. The caller closes it.
    public Optional<NetNamespace> network(String containerId) {
        return find(new ContainerId(containerId)).flatMap(TaskTable::network);
    }

    // The number may have passed to another process by now: it must be one of the container's, and
    // the same one when its namespace is open.
    private static Optional<NetNamespace> network(Task task) {
        int pid = task.pid();
        if (pid == 0) {
            return Optional.empty();
        }
        try (Pidfd process = Pidfd.open(pid)) {
            if (!task.cgroup().processes().contains(pid)) {
                return Optional.empty();
            }
            NetNamespace namespace = NetNamespace.ofProcess(pid);
            if (process.sendSignal(0)) {
                return Optional.of(namespace);
            }
            namespace.close();
            return Optional.empty();
        } catch (ErrnoException e) {
            if (e.errno() == Errno.ESRCH || e.errno() == Errno.ENOENT) {
                return Optional.empty();
            }
            throw e;
        }
    }

    public Optional<Task> find(ContainerId id) {
        return Optional.ofNullable(tasks.get(id));
    }

    public List<Task> all() {
        return new ArrayList<>(tasks.values());
    }

    void add(Task task) {
        tasks.put(task.handle().id(), task);
    }

    void remove(Task task) {
        tasks.remove(task.handle().id(), task);
    }

    /// Waits for the next start; in the container's turn, so that none comes in between.
    public PendingAttach await(ContainerId id, AttachClient.Wish wish) {
        PendingAttach client = new PendingAttach(wish);
        pending.compute(
                id,
                (_, present) -> {
                    List<PendingAttach> list =
                            new ArrayList<>(present == null ? List.of() : present);
                    list.removeIf(PendingAttach::done);
                    if (list.size() >= PENDING_MAX) {
                        throw new sampan.errors.SampanException(
                                sampan.errors.ErrorCode.UNAVAILABLE,
                                "more than " + PENDING_MAX + " clients wait for container " + id);
                    }
                    list.add(client);
                    return list;
                });
        return client;
    }

    /// Takes those who wait, in the container's turn.
    List<PendingAttach> takePending(ContainerId id) {
        List<PendingAttach> list = pending.remove(id);
        return list == null ? List.of() : list.stream().filter(p -> !p.done()).toList();
    }

    /// Nobody will be connected any more: the container is removed or could not be started.
    public void cancelPending(ContainerId id) {
        takePending(id).forEach(PendingAttach::cancel);
    }
}
