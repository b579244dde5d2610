package sampan.gateway.proxy;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Instants that [Timers] are too coarse for, the next first. One that is no longer wanted rings
/// all the same: its ticket says that it is old.
final class Alarms {
    /// Most that are set at once.
    static final int ALARMS_MAX = 1 << 16;

    /// Who is told.
    @FunctionalInterface
    interface Sleeper {
        void ring(long ticket);
    }

    private static final int MILLISECOND = 1_000_000;

    private long[] times = new long[16];
    private long[] tickets = new long[16];
    private @Nullable Sleeper[] sleepers = new @Nullable Sleeper[16];
    private int count;

    /// False where there are too many.
    boolean set(long at, Sleeper sleeper, long ticket) {
        if (count == ALARMS_MAX) {
            return false;
        }
        if (count == times.length) {
            times = Arrays.copyOf(times, count * 2);
            tickets = Arrays.copyOf(tickets, count * 2);
            sleepers = Arrays.copyOf(sleepers, count * 2);
        }
        int hole = count++;
        while (hole > 0 && times[(hole - 1) / 2] - at > 0) {
            move((hole - 1) / 2, hole);
            hole = (hole - 1) / 2;
        }
        put(hole, at, sleeper, ticket);
        return true;
    }

    private void move(int from, int to) {
        times[to] = times[from];
        tickets[to] = tickets[from];
        sleepers[to] = sleepers[from];
    }

    private void put(int at, long time, @Nullable Sleeper sleeper, long ticket) {
        times[at] = time;
        tickets[at] = ticket;
        sleepers[at] = sleeper;
    }

    /// Wakes who is due.
    void ring(long now) {
        while (count > 0 && times[0] - now <= 0) {
            Sleeper due = sleepers[0];
            long ticket = tickets[0];
            removeFirst();
            if (due != null) {
                due.ring(ticket);
            }
        }
    }

    private void removeFirst() {
        int last = --count;
        long time = times[last];
        long ticket = tickets[last];
        Sleeper sleeper = sleepers[last];
        sleepers[last] = null;
        if (last == 0) {
            return;
        }
        int hole = 0;
        while (true) {
            int child = hole * 2 + 1;
            if (child + 1 < count && times[child + 1] - times[child] < 0) {
                child++;
            }
            if (child >= count || times[child] - time >= 0) {
                break;
            }
            move(child, hole);
            hole = child;
        }
        put(hole, time, sleeper, ticket);
    }

    /// Milliseconds until the next, or so many where that is sooner or there is none; -1 is never.
    int waitMillis(long now, int otherwise) {
        if (count == 0) {
            return otherwise;
        }
        long millis = Math.max(0, (times[0] - now + MILLISECOND - 1) / MILLISECOND);
        return otherwise < 0
                ? (int) Math.min(Integer.MAX_VALUE, millis)
                : (int) Math.min(otherwise, millis);
    }
}
