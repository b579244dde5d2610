package sampan.engine.testing;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import sampan.engine.images.transfer.PullProgress;

/// Remembers what a transfer told.
public final class Told implements PullProgress {
    private final List<String> lines = new CopyOnWriteArrayList<>();

    @Override
    public void report(String id, String status, long current, long total) {
        lines.add(id + ": " + status);
    }

    @Override
    public void message(String id, String text) {
        lines.add(id.isEmpty() ? text : id + ": " + text);
    }

    public List<String> lines() {
        return List.copyOf(lines);
    }

    public long count(String status) {
        return lines.stream().filter(line -> line.endsWith(": " + status)).count();
    }
}
