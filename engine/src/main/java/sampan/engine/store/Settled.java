package sampan.engine.store;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/// Tells what lasts from what is only on its way: between the look into a directory and the look
/// into an index, things come and go.
public final class Settled {
    /// Looks that must agree.
    public static final int LOOKS = 4;

    private static final long PAUSE_NANOS = 25_000_000;

    private Settled() {}

    /// What every look finds; one look is enough where it finds nothing.
    public static <T> List<T> of(Supplier<? extends Collection<T>> look) {
        Set<T> found = new LinkedHashSet<>(look.get());
        for (int i = 1; i < LOOKS && !found.isEmpty(); i++) {
            LockSupport.parkNanos(PAUSE_NANOS);
            found.retainAll(Set.copyOf(look.get()));
        }
        return List.copyOf(found);
    }
}
