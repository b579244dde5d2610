package sampan.buildkit.control;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import sampan.buildkit.wire.Message;

/// The last builds, for as long as the daemon lives. Thread-safe.
final class History {
    private static final int BUILDS_MAX = 50;

    /// Of what one of them showed.
    private static final long SHOWN_BYTES_MAX = 64 << 10;

    private static final int COMPLETE = 1;
    private static final int CODE_UNKNOWN = 2;

    private final Deque<Entry> entries = new ArrayDeque<>();

    /// @param record BuildHistoryRecord
    /// @param progress what it showed, where that was not too much to keep
    private record Entry(String ref, Message record, Optional<Progress> progress) {}

    synchronized void add(Job job, Instant began, String error) {
        int total = job.progress.vertexes();
        Message record =
                new Message()
                        .text(1, job.request.ref())
                        .text(2, "dockerfile.v0")
                        .strings(3, job.request.attributes());
        for (SolveRequest.Exporter exporter : job.request.exporters()) {
            record.message(
                    4, new Message().text(1, exporter.type()).strings(2, exporter.attributes()));
        }
        if (!error.isEmpty()) {
            record.message(5, new Message().number(1, CODE_UNKNOWN).text(2, error));
        }
        record.time(6, began)
                .time(7, Instant.now())
                .number(15, job.progress.cachedVertexes())
                .number(16, total)
                .number(17, total);
        entries.removeIf(e -> e.ref().equals(job.request.ref()));
        entries.addFirst(new Entry(job.request.ref(), record, kept(job.progress)));
        if (entries.size() > BUILDS_MAX) {
            entries.removeLast();
        }
    }

    private static Optional<Progress> kept(Progress progress) {
        return progress.bytes() <= SHOWN_BYTES_MAX ? Optional.of(progress) : Optional.empty();
    }

    /// What a build showed.
    synchronized Optional<Progress> progress(String ref) {
        return entries.stream()
                .filter(e -> e.ref().equals(ref))
                .findFirst()
                .flatMap(Entry::progress);
    }

    /// Events that tell of them.
    ///
    /// @param ref of one; empty for all
    synchronized List<byte[]> events(String ref) {
        return entries.stream()
                .filter(e -> ref.isEmpty() || e.ref().equals(ref))
                .map(e -> new Message().number(1, COMPLETE).message(2, e.record()).bytes())
                .toList();
    }

    synchronized boolean remove(String ref) {
        return entries.removeIf(e -> e.ref().equals(ref));
    }
}
