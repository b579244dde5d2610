package sampan.gateway.routes;

/// When a target that fails gets no requests for a while.
///
/// @param failuresMax failures in a row after which it is ejected
/// @param ejectNanos for how long, times how often it was of late
/// @param ejectNanosMax the longest
/// @param percentMax of a service's targets that may be ejected, ill ones included
/// @param serverErrors whether every 5xx is a failure, not only what says that there was no answer
///   (502, 503, 504)
public record Outlier(
        int failuresMax,
        long ejectNanos,
        long ejectNanosMax,
        int percentMax,
        boolean serverErrors) {
    private static final int SERVER_ERROR = 500;

    /// After so many in a row for so long, at most ten times that, and never more than half.
    public static Outlier of(int failuresMax, long ejectNanos) {
        return new Outlier(failuresMax, ejectNanos, 10 * ejectNanos, 50, false);
    }

    /// Whether an answer is a failure of its target.
    ///
    /// @param status none of 502, 503 and 504, which always are
    public boolean counts(int status) {
        return serverErrors && status >= SERVER_ERROR;
    }

    boolean allows(int ejected, int targets) {
        return (ejected + 1) * 100 <= targets * percentMax;
    }

    /// @param times how often it was ejected of late, with this time
    long nanos(int times) {
        return Math.min(ejectNanosMax, ejectNanos * times);
    }
}
