package sampan.api.images;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import sampan.api.call.Call;
import sampan.api.call.LateBody;
import sampan.api.wire.Doc;
import sampan.engine.services.RegistryService.Progress;
import sampan.errors.SampanException;

/// The progress of a transfer as lines of JSON, each sent at once. Used by one thread.
final class ProgressLines implements Progress {
    /// Reports closer together than this, of the same thing, are dropped: nobody sees them.
    private static final long PAUSE_NANOS = 100_000_000;

    private static final int BAR = 50;

    private final LateBody body;
    private final boolean verbose;
    private final Map<String, Long> lastTimes = new HashMap<>();

    ProgressLines(LateBody body, boolean verbose) {
        this.body = body;
        this.verbose = verbose;
    }

    @Override
    public void report(String id, String status, long current, long total) {
        long now = System.nanoTime();
        boolean last = total > 0 && current >= total;
        if (!verbose || (total > 0 && !last && isSoon(id, now))) {
            return;
        }
        Doc doc = Doc.of().put("status", status);
        if (total > 0) {
            doc.put("progressDetail", Doc.of().put("current", current).put("total", total))
                    .put("progress", bar(current, total));
        } else {
            doc.put("progressDetail", Doc.of());
        }
        try {
            line(doc.putUnlessEmpty("id", id));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean isSoon(String id, long now) {
        Long before = lastTimes.get(id);
        if (before != null && now - before < PAUSE_NANOS) {
            return true;
        }
        lastTimes.put(id, now);
        return false;
    }

    @Override
    public void message(String id, String text) {
        try {
            line(Doc.of().put("status", text).putUnlessEmpty("id", id));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String bar(long current, long total) {
        int filled = (int) Math.min(BAR, current * BAR / total);
        String head = filled < BAR ? ">" : "";
        return "["
                + "=".repeat(filled)
                + head
                + " ".repeat(Math.max(0, BAR - filled - head.length()))
                + "]  "
                + size(current)
                + "/"
                + size(total);
    }

    private static String size(long bytes) {
        String[] units = {"B", "kB", "MB", "GB", "TB"};
        double value = bytes;
        int unit = 0;
        while (value >= 1000 && unit < units.length - 1) {
            value /= 1000;
            unit++;
        }
        return "%.4g".formatted(value).replaceAll("\\.?0+$", "") + units[unit];
    }

    void stream(String text) throws IOException {
        line(Doc.of().put("stream", text));
    }

    void line(Doc doc) throws IOException {
        body.write(Call.line(doc));
        body.flush();
    }

    /// Once a line was sent, the status cannot tell: the failure becomes the last line.
    private void failOrThrow(SampanException e) throws IOException {
        if (!body.begun()) {
            throw e;
        }
        line(
                Doc.of()
                        .put("errorDetail", Doc.of().put("message", e.getMessage()))
                        .put("error", e.getMessage()));
    }

    /// What sends lines.
    interface Work {
        void run() throws IOException;
    }

    /// Does the work and ends the answer; a failure of it, the disk's too, is told as any other.
    void telling(Work work) throws IOException {
        try {
            work.run();
        } catch (SampanException e) {
            failOrThrow(e);
        } catch (UncheckedIOException e) {
            failOrThrow(SampanException.storage(e));
        }
        close();
    }

    private void close() throws IOException {
        body.close();
    }
}
