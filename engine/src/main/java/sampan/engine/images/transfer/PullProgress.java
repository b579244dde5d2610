package sampan.engine.images.transfer;

/// Told while images go over a network, by several threads; each call is short.
public interface PullProgress extends TransferProgress {
    /// A line that is no step of a layer's progress.
    ///
    /// @param id of what it is about, or empty
    void message(String id, String text);
}
