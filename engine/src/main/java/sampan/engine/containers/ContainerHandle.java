package sampan.engine.containers;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;

/// One container that the engine has. Readers take the current picture at any time; changes are
/// made in its [Turn].
public final class ContainerHandle {
    /// How long a changed state may stay unwritten: a container that lives shorter never touches
    /// the disk for it.
    public static final Duration WRITE_DELAY = Duration.ofMillis(200);

    private final ContainerFiles files;
    private final Path directory;
    private final Turn turn = new Turn();
    private final StateWatch watch = new StateWatch();
    private final ReentrantLock writing = new ReentrantLock();
    private final AtomicBoolean writeDue = new AtomicBoolean();
    private volatile ContainerRecord record;
    private volatile Container view;
    private volatile boolean retired;
    private volatile boolean gone;

    ContainerHandle(ContainerFiles files, ContainerRecord record) {
        this.files = files;
        this.directory = files.directory(record.id());
        this.record = record;
        this.view = record.view(directory);
    }

    public ContainerId id() {
        return record.id();
    }

    public Container view() {
        return view;
    }

    public ContainerRecord record() {
        return record;
    }

    public ContainerState state() {
        return record.state();
    }

    public Path directory() {
        return directory;
    }

    public Turn turn() {
        return turn;
    }

    public StateWatch watch() {
        return watch;
    }

    /// Whether it was removed while the caller waited for its turn.
    public boolean gone() {
        return gone;
    }

    void markGone() {
        retire();
        gone = true;
    }

    /// From now on nothing of it is written any more: its files are about to be deleted.
    public void retire() {
        writing.lock();
        try {
            retired = true;
        } finally {
            writing.unlock();
        }
    }

    /// Changes the record; only in its turn. The state is written a little later, so that a
    /// container that ends at once and is removed costs no write.
    public void change(UnaryOperator<ContainerRecord> change) {
        ContainerRecord next = change.apply(record);
        record = next;
        view = next.view(directory);
        if (writeDue.compareAndSet(false, true)) {
            Thread.ofVirtual().name("state ", 0).start(this::writeLater);
        }
    }

    /// Changes name or spec, and writes it before it shows.
    void changeSpec(UnaryOperator<ContainerRecord> change) {
        ContainerRecord next = change.apply(record);
        files.replaceSpec(next);
        record = next;
        view = next.view(directory);
    }

    private void writeLater() {
        try {
            Thread.sleep(WRITE_DELAY);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        writeNow();
    }

    /// Writes the state at once, where it is due.
    public void writeNow() {
        writing.lock();
        try {
            if (writeDue.getAndSet(false) && !retired) {
                files.writeState(record);
            }
        } finally {
            writing.unlock();
        }
    }
}
