package sampan.gateway.limits;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/// A circuit breaker: closed while enough calls go well, open for a while after that, then
/// half-open with a few probes, of which one failure opens it again.
///
/// It counts in a ring of one-second cells, so a burst of failures is forgotten after
/// [#WINDOW_SECONDS].
public final class Breaker {
    public static final int WINDOW_SECONDS = 10;

    private static final long SECOND = 1_000_000_000L;

    public enum State {
        CLOSED,
        OPEN,
        HALF_OPEN
    }

    /// @param failurePercent of the calls in the window that opens it
    /// @param callsMin calls in the window below which it never opens
    /// @param openNanos how long it stays open
    /// @param probes calls that are let through half-open, all of which must go well
    /// @param slowNanos an answer that takes longer counts as a failure
    public record Settings(
            int failurePercent, int callsMin, long openNanos, int probes, long slowNanos) {}

    private static final class Cell {
        private final AtomicLong second = new AtomicLong(-1);
        private final AtomicInteger calls = new AtomicInteger();
        private final AtomicInteger failures = new AtomicInteger();
    }

    private final Cell[] cells = new Cell[WINDOW_SECONDS];
    private final AtomicReference<State> state = new AtomicReference<>(State.CLOSED);
    private final AtomicInteger permits = new AtomicInteger();
    private final AtomicInteger passed = new AtomicInteger();
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
        return state.get();
    }

    /// Whether a call may be made. Who got true says how it went: [#succeeded], [#failed] or
    /// [#abandoned].
    public boolean permits(long now) {
        State was = state.get();
        if (was == State.CLOSED) {
            return true;
        }
        if (was == State.OPEN) {
            if (now - openUntil < 0) {
                return false;
            }
            if (state.compareAndSet(State.OPEN, State.HALF_OPEN)) {
                passed.set(0);
                permits.set(settings.probes());
            }
        }
        while (true) {
            int left = permits.get();
            if (left <= 0) {
                return false;
            }
            if (permits.compareAndSet(left, left - 1)) {
                return true;
            }
        }
    }

    /// Nanoseconds until probes are let through, at least one.
    public long waitNanos(long now) {
        return Math.max(1, openUntil - now);
    }

    public void succeeded(long now, long tookNanos) {
        if (tookNanos > settings.slowNanos()) {
            failed(now);
            return;
        }
        cell(now).calls.incrementAndGet();
        if (state.get() == State.HALF_OPEN && passed.incrementAndGet() >= settings.probes()) {
            for (Cell cell : cells) {
                cell.second.set(-1);
            }
            state.compareAndSet(State.HALF_OPEN, State.CLOSED);
        }
    }

    public void failed(long now) {
        Cell cell = cell(now);
        cell.calls.incrementAndGet();
        cell.failures.incrementAndGet();
        State was = state.get();
        if (was == State.HALF_OPEN || was == State.CLOSED && isOverBound(now)) {
            openUntil = now + settings.openNanos();
            state.compareAndSet(was, State.OPEN);
        }
    }

    /// The caller went away before anything was known: a probe's place is free again.
    public void abandoned() {
        if (state.get() == State.HALF_OPEN) {
            permits.incrementAndGet();
        }
    }

    private boolean isOverBound(long now) {
        long second = now / SECOND;
        long calls = 0;
        long failures = 0;
        for (Cell cell : cells) {
            long age = second - cell.second.get();
            if (age >= 0 && age < WINDOW_SECONDS) {
                calls += cell.calls.get();
                failures += cell.failures.get();
            }
        }
        return calls >= settings.callsMin() && failures * 100 >= calls * settings.failurePercent();
    }

    private Cell cell(long now) {
        long second = now / SECOND;
        Cell cell = cells[(int) Math.floorMod(second, (long) WINDOW_SECONDS)];
        long was = cell.second.get();
        if (was != second && cell.second.compareAndSet(was, second)) {
            cell.calls.set(0);
            cell.failures.set(0);
        }
        return cell;
    }
}
