package sampan.engine.images.transfer;

/// One layer's progress in Docker's words. Unpacking runs beside the download; it is told of once
/// that is done, so that no reader sees a layer go back and forth. Thread-safe.
final class LayerReport {
    private static final long STEP_BYTES = 512 << 10;

    private final PullProgress progress;
    private final String id;
    private final long size;
    private boolean downloaded;
    private boolean done;
    private long told;

    LayerReport(PullProgress progress, String id, long size) {
        this.progress = progress;
        this.id = id;
        this.size = size;
    }

    synchronized void say(String status) {
        progress.report(id, status, 0, 0);
    }

    synchronized void downloading(long bytes) {
        if (isWorthTelling(bytes)) {
            progress.report(id, "Downloading", bytes, size);
        }
    }

    synchronized void downloaded() {
        say("Verifying Checksum");
        say("Download complete");
        downloaded = true;
        told = 0;
    }

    synchronized void here() {
        downloaded = true;
    }

    synchronized void extracting(long bytes) {
        if (downloaded && !done && isWorthTelling(bytes)) {
            progress.report(id, "Extracting", bytes, size);
        }
    }

    synchronized void complete() {
        done = true;
        say("Pull complete");
    }

    private boolean isWorthTelling(long bytes) {
        if (bytes < size && bytes - told < STEP_BYTES) {
            return false;
        }
        told = bytes;
        return true;
    }
}
