package sampan.engine.images.transfer;

/// Told while a transfer goes on, on the transferring thread.
public interface TransferProgress {
    TransferProgress SILENT = (id, status, current, total) -> {};

    /// @param id of the layer or image, or empty
    /// @param total bytes, 0 when unknown
    void report(String id, String status, long current, long total);
}
