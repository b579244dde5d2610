package sampan.gateway.limits;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// A circuit breaker: closed while enough calls go well, open for a while after that, then
/// half-open with a few probes, of which one failure opens it again.
///
/// It counts in a ring of one-second cells, so a burst of failures is forgotten after
/// [#WINDOW_SECONDS]. A call belongs to the state in which it was let through: how one goes that
/// was begun before the breaker opened says nothing of the service as it is now.
public final class Breaker {
    public static final int WINDOW_SECONDS = 10;

    /// Most probes of one half-open turn.
    public static final int PROBES_MAX = 1000;

    /// What [#enter] says where a call may not be made.
    public static final int REFUSED = -1;

    private static final long SECOND = 1_000_000_000L;
    private static final int PERCENT = 100;
    // One word: generation, state, probes let through, probes gone well.
    private static final int STATE_SHIFT = 30;
    private static final int ISSUED_SHIFT = 15;
    private static final int COUNT_MASK = (1 << 15) - 1;
    private static final State[] STATES = State.values();

    public enum State {
        CLOSED,
        OPEN,
        HALF_OPEN
    }

    /// @param failurePercent of the calls in the window that opens it
    /// @param slowPercent of the answers in the window, if they took longer than slowNanos, that
    ///   opens it; 0 where these count as failures
    /// @param callsMin calls in the window below which neither opens it
    /// @param openNanos how long it stays open
    /// @param probes calls that are let through half-open, all of which must go well
    /// @param slowNanos an answer that takes longer is slow
    /// @param outstandingMax calls without an answer, over which it opens; 0 for any number
    public record Settings(
            int failurePercent,
            int slowPercent,
            int callsMin,
            long openNanos,
            int probes,
            long slowNanos,
            int outstandingMax) {}

    private static final class Cell {
        private final AtomicLong second = new AtomicLong(-1);
        private final AtomicInteger calls = new AtomicInteger();
        private final AtomicInteger failures = new AtomicInteger();
        private final AtomicInteger slow = new AtomicInteger();
    }

    private final Cell[] cells = new Cell[WINDOW_SECONDS];
    private final AtomicLong word = new AtomicLong();
    private final AtomicInteger outstanding = new AtomicInteger();
    private final AtomicLong opened = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private volatile long openUntil;
    private volatile Settings settings;

    public Breaker(Settings settings) {
        this.settings = settings;
        for (int i = 0; i < cells.length; i++) {
            cells[i] = new Cell();
        }
    }

    /// Other settings from now on; the state stays.
    public void configure(Settings settings) {
        this.settings = settings;
    }

    public State state() {
        return state(word.get());
    }

    /// How often it has opened.
    public long opened() {
        return opened.get();
    }

    /// Calls that it has refused.
    public long refused() {
        return refused.get();
    }

    private static State state(long word) {
        return STATES[(int) (word >>> STATE_SHIFT) & 3];
    }

    private static int generation(long word) {
        return (int) (word >>> Integer.SIZE) & Integer.MAX_VALUE;
    }

    private static int issued(long word) {
        return (int) (word >>> ISSUED_SHIFT) & COUNT_MASK;
    }

    private static int passed(long word) {
        return (int) word & COUNT_MASK;
    }

    private static long word(int generation, State state, int issued, int passed) {
        return (long) generation << Integer.SIZE
                | (long) state.ordinal() << STATE_SHIFT
                | (long) issued << ISSUED_SHIFT
                | passed;
    }

    /// Asks to make a call. Who may says how it went, with what was told here: [#succeeded],
    /// [#failed] or [#abandoned], once.
    ///
    /// @return [#REFUSED], or what to tell with the call's end
    public int enter(long now) {
        Settings by = settings;
        while (true) {
            long was = word.get();
            int generation = generation(was);
            switch (state(was)) {
                case CLOSED -> {
                    if (by.outstandingMax() == 0) {
                        return generation;
                    }
                    if (outstanding.incrementAndGet() <= by.outstandingMax()) {
                        return generation;
                    }
                    outstanding.decrementAndGet();
                    open(was, now);
                    return refuse();
                }
                case OPEN -> {
                    if (now - openUntil < 0) {
                        return refuse();
                    }
                    int next = generation + 1 & Integer.MAX_VALUE;
                    if (word.compareAndSet(was, word(next, State.HALF_OPEN, 1, 0))) {
                        return next;
                    }
                }
                case HALF_OPEN -> {
                    int issued = issued(was);
                    if (issued >= by.probes()) {
                        return refuse();
                    }
                    long next = word(generation, State.HALF_OPEN, issued + 1, passed(was));
                    if (word.compareAndSet(was, next)) {
                        return generation;
                    }
                }
            }
        }
    }

    private int refuse() {
        refused.incrementAndGet();
        return REFUSED;
    }

    private void open(long was, long now) {
        openUntil = now + settings.openNanos();
        int next = generation(was) + 1 & Integer.MAX_VALUE;
        if (word.compareAndSet(was, word(next, State.OPEN, 0, 0))) {
            opened.incrementAndGet();
        }
    }

    private void close(long was) {
        for (Cell cell : cells) {
            cell.second.set(-1);
        }
        outstanding.set(0);
        int next = generation(was) + 1 & Integer.MAX_VALUE;
        word.compareAndSet(was, word(next, State.CLOSED, 0, 0));
    }

    /// Nanoseconds until probes are let through, at least one.
    public long waitNanos(long now) {
        return Math.max(1, openUntil - now);
    }

    private void decided(long was) {
        if (state(was) == State.CLOSED && settings.outstandingMax() > 0) {
            outstanding.updateAndGet(n -> Math.max(0, n - 1));
        }
    }

    /// @param call what [#enter] told
    public void succeeded(int call, long now, long tookNanos) {
        long was = word.get();
        if (generation(was) != call) {
            return;
        }
        Settings by = settings;
        boolean slow = tookNanos > by.slowNanos();
        if (slow && (by.slowPercent() == 0 || state(was) == State.HALF_OPEN)) {
            failed(call, now);
            return;
        }
        decided(was);
        if (state(was) == State.CLOSED) {
            Cell cell = cell(now);
            cell.calls.incrementAndGet();
            if (slow) {
                cell.slow.incrementAndGet();
                openIfOver(was, now);
            }
            return;
        }
        while (generation(was) == call && state(was) == State.HALF_OPEN) {
            int passed = passed(was) + 1;
            if (passed >= by.probes()) {
                close(was);
                return;
            }
            if (word.compareAndSet(was, word(call, State.HALF_OPEN, issued(was), passed))) {
                return;
            }
            was = word.get();
        }
    }

    /// @param call what [#enter] told
    public void failed(int call, long now) {
        long was = word.get();
        if (generation(was) != call) {
            return;
        }
        decided(was);
        if (state(was) == State.CLOSED) {
            Cell cell = cell(now);
            cell.calls.incrementAndGet();
            cell.failures.incrementAndGet();
            openIfOver(was, now);
            return;
        }
        while (generation(was) == call && state(was) == State.HALF_OPEN) {
            open(was, now);
            was = word.get();
        }
    }

    /// The caller went away before anything was known: a probe's place is free again.
    ///
    /// @param call what [#enter] told
    public void abandoned(int call) {
        long was = word.get();
        if (generation(was) == call) {
            decided(was);
        }
        while (generation(was) == call && state(was) == State.HALF_OPEN) {
            long next = word(call, State.HALF_OPEN, Math.max(0, issued(was) - 1), passed(was));
            if (word.compareAndSet(was, next)) {
                return;
            }
            was = word.get();
        }
    }

    private void openIfOver(long was, long now) {
        Settings by = settings;
        long second = now / SECOND;
        long calls = 0;
        long failures = 0;
        long slow = 0;
        for (Cell cell : cells) {
            long age = second - cell.second.get();
            if (age >= 0 && age < WINDOW_SECONDS) {
                calls += cell.calls.get();
                failures += cell.failures.get();
                slow += cell.slow.get();
            }
        }
        boolean over =
                failures * PERCENT >= calls * by.failurePercent()
                        || by.slowPercent() > 0 && slow * PERCENT >= calls * by.slowPercent();
        if (calls >= by.callsMin() && over) {
            open(was, now);
        }
    }

    private Cell cell(long now) {
        long second = now / SECOND;
        Cell cell = cells[(int) Math.floorMod(second, (long) WINDOW_SECONDS)];
        long was = cell.second.get();
        if (was != second && cell.second.compareAndSet(was, second)) {
            cell.calls.set(0);
            cell.failures.set(0);
            cell.slow.set(0);
        }
        return cell;
    }
}
