package sampan.gateway.proxy;

import org.jspecify.annotations.Nullable;

/// Deadlines of connections, in a wheel of ticks. Moving a deadline back costs a field: a
/// connection whose tick comes before its deadline is laid in again then.
final class Timers {
    static final long NEVER = Long.MAX_VALUE;

    private static final int SLOTS = 1024;
    private static final long TICK_NANOS = 50_000_000;
    private static final int MILLISECOND = 1_000_000;

    private final @Nullable Connection[] slots = new @Nullable Connection[SLOTS];
    private final long[] used = new long[SLOTS / Long.SIZE];
    private final long begin;
    private long tick;

    Timers(long now) {
        begin = now;
    }

    /// Sets the one deadline of a connection.
    ///
    /// @param deadline in nanoseconds of the loop's clock, or [#NEVER]
    void set(Connection connection, long deadline) {
        connection.deadline = deadline;
        if (deadline == NEVER) {
            return; // found out when its tick comes
        }
        long wanted = Math.max(tick + 1, (deadline - begin) / TICK_NANOS + 1);
        wanted = Math.min(wanted, tick + SLOTS - 1);
        if (connection.timerTick >= 0) {
            if (connection.timerTick <= wanted) {
                return;
            }
            unlink(connection);
        }
        link(connection, wanted);
    }

    void remove(Connection connection) {
        if (connection.timerTick >= 0) {
            unlink(connection);
        }
        connection.deadline = NEVER;
    }

    private void link(Connection connection, long at) {
        int slot = (int) (at % SLOTS);
        Connection first = slots[slot];
        connection.timerTick = at;
        connection.timerPrevious = null;
        connection.timerNext = first;
        if (first != null) {
            first.timerPrevious = connection;
        }
        slots[slot] = connection;
        used[slot / Long.SIZE] |= 1L << slot;
    }

    private void unlink(Connection connection) {
        int slot = (int) (connection.timerTick % SLOTS);
        Connection next = connection.timerNext;
        Connection previous = connection.timerPrevious;
        if (previous == null) {
            slots[slot] = next;
        } else {
            previous.timerNext = next;
        }
        if (next != null) {
            next.timerPrevious = previous;
        }
        if (slots[slot] == null) {
            used[slot / Long.SIZE] &= ~(1L << slot);
        }
        connection.timerTick = -1;
        connection.timerNext = null;
        connection.timerPrevious = null;
    }

    /// Ends what is overdue.
    void advance(long now) {
        long to = (now - begin) / TICK_NANOS;
        // After a long sleep one turn of the wheel sees everything.
        tick = Math.max(tick, to - SLOTS);
        while (tick < to) {
            tick++;
            int slot = (int) (tick % SLOTS);
            for (Connection c = slots[slot]; c != null; c = slots[slot]) {
                unlink(c);
                if (c.deadline != NEVER) {
                    if (c.deadline - now <= 0) {
                        c.deadline = NEVER;
                        c.expired();
                    } else {
                        set(c, c.deadline);
                    }
                }
            }
        }
    }

    /// Milliseconds to the next tick that somebody waits for, -1 where nobody does.
    int waitMillis(long now) {
        for (int i = 1; i < SLOTS; ) {
            int slot = (int) ((tick + i) % SLOTS);
            long word = used[slot / Long.SIZE] >>> slot;
            if (word == 0) {
                i += Long.SIZE - slot % Long.SIZE;
                continue;
            }
            long at = tick + i + Long.numberOfTrailingZeros(word);
            long nanos = begin + at * TICK_NANOS - now;
            return (int) Math.max(0, nanos / MILLISECOND + 1);
        }
        return -1;
    }
}
