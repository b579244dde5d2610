package sampan.engine.disk;

import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import sampan.engine.events.Event;
import sampan.engine.events.EventLog;
import sampan.errors.SampanException;

/// Keeps the disk below its marks, on a thread of its own: looks every [#PERIOD] and whenever
/// something came ([#nudge]). A pass removes at most [#REMOVALS_MAX] things, and the next follows
/// while there is more to free.
public final class DiskPolicy implements AutoCloseable {
    /// Between two looks at the disk.
    public static final Duration PERIOD = Duration.ofSeconds(30);

    /// Things that one pass removes at most.
    public static final int REMOVALS_MAX = 256;

    /// Decisions that are kept for people to look at.
    public static final int DECISIONS_MAX = 200;

    private static final System.Logger LOG = System.getLogger(DiskPolicy.class.getName());
    private static final Duration COMPLAINT_EVERY = Duration.ofHours(1);
    private static final Duration QUIET = Duration.ofMillis(500);

    private final Parts parts;
    private final Semaphore nudges = new Semaphore(0);
    private final ReentrantLock passing = new ReentrantLock();
    private final Deque<Decision> decisions = new ArrayDeque<>();
    private volatile boolean closed;
    private Instant complained = Instant.EPOCH;

    /// What it works with.
    ///
    /// @param root the daemon's data
    public record Parts(Path root, DiskSettings settings, List<Source> sources, EventLog events) {}

    public DiskPolicy(Parts parts) {
        this.parts = parts;
    }

    /// Begins to watch the disk, until it is closed.
    public DiskPolicy start() {
        if (parts.settings().high().isPresent()) {
            Thread.ofVirtual().name("disk policy").start(this::watch);
            nudge();
        }
        return this;
    }

    /// Something was written: the disk is looked at soon. Never blocks.
    public void nudge() {
        if (nudges.availablePermits() == 0) {
            nudges.release();
        }
    }

    private void watch() {
        while (!closed) {
            try {
                if (nudges.tryAcquire(PERIOD.toMillis(), TimeUnit.MILLISECONDS)) {
                    Thread.sleep(QUIET); // what came together is looked at once
                    nudges.drainPermits();
                }
            } catch (InterruptedException e) {
                return;
            }
            try {
                while (!closed && isAboveHigh() && !pass().isEmpty()) {
                    // the next bounded pass
                }
            } catch (SampanException | UncheckedIOException e) {
                LOG.log(Level.WARNING, "disk policy: " + e.getMessage());
            }
        }
    }

    private boolean isAboveHigh() {
        DiskState disk = state();
        return parts.settings().high().filter(mark -> disk.used() > mark.of(disk)).isPresent();
    }

    public DiskState state() {
        return DiskState.of(parts.root());
    }

    public DiskSettings settings() {
        return parts.settings();
    }

    /// The last decisions, the newest first.
    public List<Decision> decisions() {
        synchronized (decisions) {
            return new ArrayList<>(decisions);
        }
    }

    /// What would go now to come under the low mark, in this order; their sizes are what each would
    /// free at most.
    public List<Candidate> plan() {
        long need = need();
        List<Candidate> planned = new ArrayList<>();
        for (Candidate candidate : candidates()) {
            if (need <= 0) {
                break;
            }
            planned.add(candidate);
            need -= candidate.bytes();
        }
        return planned;
    }

    private long need() {
        DiskState disk = state();
        return disk.used() - parts.settings().low().of(disk);
    }

    private List<Candidate> candidates() {
        Instant now = Instant.now();
        List<Candidate> all = new ArrayList<>();
        parts.sources().forEach(source -> all.addAll(source.candidates(now)));
        all.sort(Comparator.comparing(Candidate::kind)); // stable: the order within a kind stays
        return all;
    }

    /// Frees space down to the low mark, whatever the high mark says. One pass at a time.
    ///
    /// @return what went; nothing where the disk is below the mark, or nothing may go
    public List<Decision> pass() {
        passing.lock();
        try {
            List<Decision> done = new ArrayList<>();
            long before = state().used();
            // Looked for anew by kind: what one kind held may be another's now.
            for (Candidate.Kind kind : Candidate.Kind.values()) {
                for (Candidate candidate : need() > 0 ? candidates() : List.<Candidate>of()) {
                    if (closed || need() <= 0 || done.size() == REMOVALS_MAX) {
                        break;
                    }
                    if (candidate.kind() == kind) {
                        remove(candidate).ifPresent(done::add);
                    }
                }
            }
            tell(done, before);
            return done;
        } finally {
            passing.unlock();
        }
    }

    private Optional<Decision> remove(Candidate candidate) {
        long freed;
        try {
            freed = candidate.removal().run();
        } catch (SampanException | UncheckedIOException e) {
            LOG.log(
                    Level.DEBUG,
                    "disk policy: " + candidate.subject() + " stays: " + e.getMessage());
            return Optional.empty();
        }
        if (freed <= 0) {
            return Optional.empty();
        }
        Decision decision =
                new Decision(
                        Instant.now(),
                        candidate.kind(),
                        candidate.subject(),
                        candidate.reason(),
                        freed);
        synchronized (decisions) {
            decisions.addFirst(decision);
            if (decisions.size() > DECISIONS_MAX) {
                decisions.removeLast();
            }
        }
        LOG.log(
                Level.INFO,
                "disk policy: removed {0} {1} ({2} bytes): {3}",
                candidate.kind().words(),
                candidate.subject(),
                Long.toString(freed),
                candidate.reason());
        return Optional.of(decision);
    }

    private void tell(List<Decision> done, long before) {
        DiskState now = state();
        if (!done.isEmpty()) {
            long freed = done.stream().mapToLong(Decision::bytes).sum();
            parts.events()
                    .publish(
                            new Event(
                                    "daemon",
                                    "gc",
                                    "",
                                    Map.of(
                                            "removed", Integer.toString(done.size()),
                                            "reclaimed", Long.toString(freed),
                                            "used", Long.toString(now.used()),
                                            "low", parts.settings().low().toString()),
                                    Instant.now()));
        } else if (need() > 0 && complained.plus(COMPLAINT_EVERY).isBefore(Instant.now())) {
            complained = Instant.now();
            LOG.log(
                    Level.WARNING,
                    "disk policy: {0} of {1} bytes are in use, above the low mark {2}, and nothing"
                            + " more may go: see sampan system df -v",
                    Long.toString(before),
                    Long.toString(now.usable()),
                    parts.settings().low());
        }
    }

    /// Ends the watch; a removal that goes on comes to its end.
    @Override
    public void close() {
        closed = true;
        nudge();
        passing.lock();
        try {
            closed = true; // what went on has ended
        } finally {
            passing.unlock();
        }
    }
}
