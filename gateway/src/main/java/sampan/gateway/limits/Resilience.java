package sampan.gateway.limits;

/// How a service is asked once more, and how much at once.
///
/// @param budgetPercent what retries and hedges together may add to its requests
public record Resilience(Retrying retrying, Hedging hedging, Adaptive adaptive, int budgetPercent) {
    /// Which failures of a request that may be repeated are worth another try.
    ///
    /// @param statuses of an answer: bit n is 500 + n
    /// @param reset a connection that ends before the answer
    /// @param timeout no answer in time
    public record Retrying(int statuses, boolean reset, boolean timeout) {
        public static final Retrying NONE = new Retrying(0, false, false);

        private static final int FIRST = 500;

        boolean isOn() {
            return reset || timeout || statuses != 0;
        }

        /// Whether an answer of that status is worth another try.
        public boolean takes(int status) {
            int bit = status - FIRST;
            return bit >= 0 && bit < Integer.SIZE && (statuses >>> bit & 1) != 0;
        }

        /// The same for one more status, from 500 on.
        public Retrying with(int status) {
            return new Retrying(statuses | 1 << status - FIRST, reset, timeout);
        }
    }

    /// When a second target is asked beside the first.
    ///
    /// @param afterNanos without an answer, 0 for never
    /// @param percentile of the answers' times after which it is asked, if that is later; 0 for
    ///   none
    public record Hedging(long afterNanos, int percentile) {
        public static final Hedging NONE = new Hedging(0, 0);

        public boolean isOn() {
            return afterNanos > 0;
        }
    }

    /// The bounds of a limit of concurrent requests that is found by itself, 0 for none.
    public record Adaptive(int min, int max) {
        public static final Adaptive NONE = new Adaptive(0, 0);

        boolean isOn() {
            return max > 0;
        }
    }

    public static final Resilience NONE =
            new Resilience(Retrying.NONE, Hedging.NONE, Adaptive.NONE, 20);

    /// Whether a request has to be kept until its answer is there.
    public boolean repeats() {
        return retrying.isOn() || hedging.isOn();
    }
}
