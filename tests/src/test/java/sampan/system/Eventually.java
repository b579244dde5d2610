package sampan.system;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// Waits for what another process will do and nobody tells us of: looks again and again, with a
/// deadline.
public final class Eventually {
    private static final Duration USUAL = Duration.ofSeconds(20);
    private static final long PAUSE_NANOS = 5_000_000;

    private Eventually() {}

    public static void await(String what, BooleanSupplier seen) {
        await(what, USUAL, seen);
    }

    public static void await(String what, Duration within, BooleanSupplier seen) {
        long deadline = System.nanoTime() + within.toNanos();
        while (!seen.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not seen within " + within + ": " + what);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }
}
