package sampan.engine.build.execute;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import sampan.engine.services.BuildListener.BuildEvent;
import sampan.engine.services.StageListener;

/// Carries events to a listener at once.
final class LiveEvents implements StageEvents {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    private final StageListener listener;
    private final Set<Integer> running;
    private boolean failed;

    LiveEvents(StageListener listener, List<Integer> stages) {
        this.listener = listener;
        this.running = new HashSet<>(stages);
    }

    @Override
    public void say(int stage, BuildEvent event) {
        lock.lock();
        try {
            listener.on(stage, event);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void failed(int stage, Throwable cause) {
        lock.lock();
        try {
            listener.failed(stage, cause);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void done(int stage, boolean success) {
        lock.lock();
        try {
            running.remove(stage);
            failed |= !success;
            ended.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void deliver() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!running.isEmpty() && !failed) {
                ended.await();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void drain() {
        // nothing waits
    }

    @Override
    public boolean apart() {
        return true;
    }
}
