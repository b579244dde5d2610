package sampan.system;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/// What a load was told by the daemon before it was killed, as that which a daemon after it must
/// therefore still hold true.
final class Ledger {
    /// @param what for the message
    /// @param holds looks at the new daemon, throws AssertionError where it does not, and cleans up
    record Promise(String what, Runnable holds) {}

    private final ConcurrentHashMap<String, Promise> promises = new ConcurrentHashMap<>();

    /// Replaces what was noted under the same key: things have gone on.
    void note(String key, String what, Runnable holds) {
        promises.put(key, new Promise(key + ", " + what, holds));
    }

    /// All promises, which are forgotten by this.
    List<Promise> take() {
        List<Promise> all = new ArrayList<>(promises.values());
        promises.clear();
        return all;
    }
}
