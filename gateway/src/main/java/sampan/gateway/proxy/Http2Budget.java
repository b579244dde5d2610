package sampan.gateway.proxy;

/// What a peer may send that brings nothing: pings, settings, empty frames, streams that it takes
/// back. Useful frames earn, so that a busy connection never runs dry and a flood does at once.
final class Http2Budget {
    /// For a stream that is taken back: opening it earned one, and it has cost us much more.
    static final int RESET_COST = 6;

    private static final int MAX = 1000;
    private static final int PER_SECOND = 50;
    private static final long SECOND = 1_000_000_000L;

    private int left;
    private long since;

    void begin(long now) {
        left = MAX;
        since = now;
    }

    /// Whether there was enough.
    boolean spend(long now, int cost) {
        left -= cost;
        if (left < 0) {
            long earned = Math.min(MAX, (now - since) * PER_SECOND / SECOND);
            since = now;
            left += (int) earned;
        }
        return left >= 0;
    }

    void earn(int gain) {
        left = Math.min(MAX, left + gain);
    }
}
