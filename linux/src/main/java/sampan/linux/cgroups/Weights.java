package sampan.linux.cgroups;

/// The scales of the two versions, brought to each other so that the least, the usual and the
/// greatest value of one are those of the other: shares 2, 1024, 262144 are weights 1, 100, 10000.
final class Weights {
    private static final long SHARES_MIN = 2;
    private static final long SHARES_MAX = 262_144;
    private static final long WEIGHT_MAX = 10_000;

    private Weights() {}

    /// cpu.weight for cpu.shares: ten to the power of a quadratic function of the logarithm that
    /// meets the three points, rounded up. The field agreed on it in 2025 (runc 1.4, crun 1.23).
    static long weightOf(long shares) {
        if (shares <= SHARES_MIN) {
            return 1;
        }
        if (shares >= SHARES_MAX) {
            return WEIGHT_MAX;
        }
        double log = Math.log((double) shares) / Math.log(2);
        double exponent = (log * log + 125 * log) / 612.0 - 7.0 / 34.0;
        return (long) Math.ceil(Math.pow(10, exponent));
    }

    /// The least cpu.shares that [#weightOf] brings to that weight or above.
    static long sharesOf(long weight) {
        long low = SHARES_MIN;
        long high = SHARES_MAX;
        while (low < high) {
            long middle = (low + high) >>> 1;
            if (weightOf(middle) >= weight) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /// io.weight (1..10000) for blkio.weight (10..1000), linear.
    static long ioWeightOf(long blkioWeight) {
        return 1 + (blkioWeight - 10) * 9999 / 990;
    }
}
