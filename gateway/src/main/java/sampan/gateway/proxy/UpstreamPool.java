package sampan.gateway.proxy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A loop's idle connections to one target. The last used goes first, so that what is too many
/// grows old and is closed.
final class UpstreamPool {
    private @Nullable UpstreamConnection[] idle = new @Nullable UpstreamConnection[16];
    private int count;
    private final List<UpstreamCarrier> carriers = new ArrayList<>();

    /// One that can carry another request, null where there is none.
    @Nullable UpstreamCarrier carrier() {
        for (int i = 0; i < carriers.size(); i++) {
            if (carriers.get(i).session().hasRoom()) {
                return carriers.get(i);
            }
        }
        return null;
    }

    void add(UpstreamCarrier carrier) {
        carriers.add(carrier);
    }

    void forget(UpstreamCarrier carrier) {
        carriers.remove(carrier);
    }

    @Nullable UpstreamConnection take() {
        if (count == 0) {
            return null;
        }
        UpstreamConnection connection = idle[--count];
        idle[count] = null;
        if (connection != null) {
            connection.poolIndex = -1;
        }
        return connection;
    }

    void give(UpstreamConnection connection) {
        Loop loop = connection.loop;
        if (count >= loop.limits().idleUpstreamsMax()
                || loop.isDraining()
                || connection.target().isRetired()) {
            connection.close();
            return;
        }
        if (count == idle.length) {
            idle = Arrays.copyOf(idle, count * 2);
        }
        connection.poolIndex = count;
        idle[count++] = connection;
        loop.timers.set(connection, loop.now + loop.limits().upstreamIdleNanos());
    }

    void forget(UpstreamConnection connection) {
        int at = connection.poolIndex;
        UpstreamConnection last = idle[--count];
        idle[count] = null;
        connection.poolIndex = -1;
        if (last != null && last != connection) {
            idle[at] = last;
            last.poolIndex = at;
        }
    }

    void closeAll() {
        for (UpstreamConnection c = take(); c != null; c = take()) {
            c.close();
        }
        for (int i = carriers.size() - 1; i >= 0; i--) {
            carriers.get(i).session().expired(); // those that carry something end with it
        }
    }

    int size() {
        return count;
    }
}
