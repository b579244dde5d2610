package sampan.engine.store;

/// Whether a write survives a power cut once it returned.
public enum Durability {
    /// It survives the daemon's death; a power cut may take it back to what was there before.
    DAEMON,
    /// File and directory are synced: it survives a power cut too.
    POWER
}
