package sampan.gateway.routes;

import java.util.List;
import org.jspecify.annotations.Nullable;
import sampan.gateway.wire.Octets;
import sampan.linux.net.Memory;

/// A service's targets by what stands for them in its cookie.
final class Stickiness {
    private static final int DIGIT_BITS = 4;

    private final StickyCookie cookie;
    private final Target[] targets;
    private final long[] ids;
    private final byte[][] lines;

    Stickiness(StickyCookie cookie, String service, List<Target> targets) {
        this.cookie = cookie;
        this.targets = targets.toArray(Target[]::new);
        ids = targets.stream().mapToLong(t -> cookie.id(service, t.name())).toArray();
        lines = new byte[ids.length][];
        for (int i = 0; i < ids.length; i++) {
            lines[i] = cookie.line(ids[i]);
        }
    }

    /// The target that the request's cookie names, null where it names none that there is.
    @Nullable Target find(RequestView view) {
        if (!view.findCookie(cookie.octets())
                || view.foundEnd() - view.foundAt() != StickyCookie.VALUE_BYTES) {
            return null;
        }
        long id = 0;
        for (long at = view.foundAt(); at < view.foundEnd(); at++) {
            int digit = Octets.hex(Memory.get(at));
            if (digit < 0) {
                return null;
            }
            id = id << DIGIT_BITS | digit;
        }
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] == id) {
                return targets[i];
            }
        }
        return null;
    }

    /// The line that sets the cookie to a target; null for one that is no longer among them.
    byte @Nullable [] line(Target target) {
        for (int i = 0; i < targets.length; i++) {
            if (targets[i] == target) {
                return lines[i];
            }
        }
        return null;
    }
}
