package sampan.engine.images.transfer;

/// Told while images go over a network, by several threads; each call is short.
public interface PullProgress extends TransferProgress {
    PullProgress SILENT =
            new PullProgress() {
                @Override
                public void report(String id, String status, long current, long total) {
                    // nobody listens
                }

                @Override
                public void message(String id, String text) {
                    // nobody listens
                }
            };

    /// A line that is no step of a layer's progress.
    ///
    /// @param id of what it is about, or empty
    void message(String id, String text);
}
