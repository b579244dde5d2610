package sampan.app;

import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Deque;

/// What is to be closed in the end, the last first; one that fails does not keep the others open.
final class Closing implements AutoCloseable {
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final System.Logger log;

    Closing(System.Logger log) {
        this.log = log;
    }

    void push(AutoCloseable part) {
        open.push(part);
    }

    @Override
    public void close() {
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (Exception e) {
                log.log(Level.WARNING, "closing: " + e.getMessage());
            }
        }
    }
}
