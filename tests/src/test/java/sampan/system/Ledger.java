package sampan.system;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/// What a load was told by the daemon before it was killed, and what a daemon after it must
/// therefore still know.
final class Ledger {
    /// How far a container came, as far as we were told. ASKED: the answer never came.
    enum Told {
        CREATE_ASKED,
        CREATED,
        START_ASKED,
        STARTED,
        REMOVE_ASKED,
        REMOVED
    }

    /// A container of the load.
    ///
    /// @param status its exit status, when it runs
    record Entry(String name, int status, Told told) {}

    private final ConcurrentHashMap<String, Entry> entries = new ConcurrentHashMap<>();

    void note(String name, int status, Told told) {
        entries.put(name, new Entry(name, status, told));
    }

    /// All entries, which are forgotten by this.
    List<Entry> take() {
        List<Entry> all = new ArrayList<>(entries.values());
        entries.clear();
        return all;
    }
}
