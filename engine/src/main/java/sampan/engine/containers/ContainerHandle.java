package sampan.engine.containers;

import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import sampan.errors.SampanException;

/// One container that the engine has. Readers take the current picture at any time; changes are
/// made in its [Turn].
public final class ContainerHandle {
    /// How long a changed state may stay unwritten: a container that lives shorter never touches
    /// the disk for it.
    public static final Duration WRITE_DELAY = Duration.ofMillis(200);

    /// Between two tries to write it to a disk that does not take it.
    static final Duration RETRY_DELAY = Duration.ofSeconds(2);

    private static final System.Logger LOG = System.getLogger(ContainerHandle.class.getName());

    private final ContainerFiles files;
    private final Path directory;
    private final Turn turn = new Turn();
    private final StateWatch watch = new StateWatch();
    private final ReentrantLock writing = new ReentrantLock();
    private final AtomicBoolean writeDue = new AtomicBoolean();
    private volatile ContainerRecord record;
    private volatile Container view;
    private volatile boolean retired;
    private volatile boolean unwritten;
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
            writeIn(WRITE_DELAY);
        }
    }

    private void writeIn(Duration delay) {
        Thread.ofVirtual().name("state ", 0).start(() -> writeLater(delay));
    }

    /// Changes name or spec, and writes it before it shows.
    void changeSpec(UnaryOperator<ContainerRecord> change) {
        ContainerRecord next = change.apply(record);
        files.replaceSpec(next);
        record = next;
        view = next.view(directory);
    }

    private void writeLater(Duration delay) {
        try {
            Thread.sleep(delay);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        try {
            writeNow();
        } catch (UncheckedIOException _) {
            // Told where it happened first; the next try is due already.
        }
    }

    /// Writes the state at once, where it is due. Where the disk does not take it, it is tried
    /// again until it does: the state that counts is in memory.
    public void writeNow() {
        writing.lock();
        try {
            if (writeDue.getAndSet(false) && !retired) {
                files.writeState(record);
                unwritten = false;
            }
        } catch (UncheckedIOException e) {
            if (!unwritten) {
                LOG.log(Level.ERROR, "state of " + SampanException.storage(e).getMessage());
            }
            unwritten = true;
            if (writeDue.compareAndSet(false, true)) {
                writeIn(RETRY_DELAY);
            }
            throw e;
        } finally {
            writing.unlock();
        }
    }
}
