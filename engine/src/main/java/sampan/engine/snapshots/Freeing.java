package sampan.engine.snapshots;

/// Files that are being deleted in the background.
public interface Freeing {
    /// Nothing to delete.
    Freeing NOTHING = () -> 0;

    /// Bytes on disk that they took, as du(1) counts; waits until they are gone.
    long bytes();
}
