package sampan.engine.networks;

import java.util.List;

/// Keeps networks across restarts of the daemon.
public interface NetworkStore {
    /// All that are kept.
    List<Network> load();

    /// Keeps or replaces one, whole or not at all.
    void save(Network network);

    /// Forgets one; harmless where it is not kept.
    void delete(String id);
}
