package sampan.engine.containers;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;

/// Those who wait for a container to end or to vanish. Each registered future completes once;
/// cancelled ones are forgotten.
public final class StateWatch {
    /// What is waited for.
    public enum Until {
        EXIT,
        REMOVAL
    }

    private record Waiting(Until until, CompletableFuture<ContainerState.End> future) {}

    private final ReentrantLock lock = new ReentrantLock();
    private List<Waiting> waiting = new ArrayList<>();

    /// Completes at the next exit, or at the removal.
    public CompletableFuture<ContainerState.End> next(Until until) {
        CompletableFuture<ContainerState.End> future = new CompletableFuture<>();
        lock.lock();
        try {
            waiting.removeIf(w -> w.future().isDone());
            waiting.add(new Waiting(until, future));
        } finally {
            lock.unlock();
        }
        return future;
    }

    /// The task ended.
    public void exited(ContainerState.End end) {
        complete(List.of(Until.EXIT), end);
    }

    /// The container is gone: whoever still waits for an exit has it too.
    public void removed(ContainerState.End end) {
        complete(List.of(Until.EXIT, Until.REMOVAL), end);
    }

    private void complete(List<Until> kinds, ContainerState.End end) {
        List<Waiting> ready;
        lock.lock();
        try {
            ready = waiting.stream().filter(w -> kinds.contains(w.until())).toList();
            waiting = new ArrayList<>(waiting);
            waiting.removeAll(ready);
        } finally {
            lock.unlock();
        }
        ready.forEach(w -> w.future().complete(end));
    }
}
