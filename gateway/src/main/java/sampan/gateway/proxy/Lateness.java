package sampan.gateway.proxy;

/// How long what a loop finds ready has waited for it, of late: the time of a turn, and of those
/// before it that could not take all that was ready.
final class Lateness {
    private static final int SMOOTHING_SHIFT = 1;
    // Who has waited so long for something to do is not late.
    private static final long IDLE_NANOS = 10_000_000L;

    private long since;
    private long ended;
    private boolean full;
    private long smoothed;

    /// A turn is over.
    ///
    /// @param all whether it took as much as it can, so that there may be more
    long turn(long begun, long end, boolean all) {
        if (!full) {
            since = begun;
        }
        if (begun - ended > IDLE_NANOS) {
            smoothed = 0;
        }
        long late = end - since;
        smoothed += late - smoothed >> SMOOTHING_SHIFT;
        full = all;
        ended = end;
        return smoothed;
    }
}
