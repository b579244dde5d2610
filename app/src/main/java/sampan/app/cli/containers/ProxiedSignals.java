package sampan.app.cli.containers;

import java.util.Optional;
import java.util.function.Consumer;

/// Signals of a caller to the container that it starts. What comes before the container runs waits
/// for that: nobody's Ctrl-C is lost because it came early. Of several that wait the last one
/// counts. Thread-safe.
final class ProxiedSignals {
    private final Consumer<String> kill;
    private Optional<String> early = Optional.empty();
    private boolean started;

    /// @param kill sends a signal, by its name, to the running container
    ProxiedSignals(Consumer<String> kill) {
        this.kill = kill;
    }

    synchronized void send(String name) {
        if (started) {
            kill.accept(name);
        } else {
            early = Optional.of(name);
        }
    }

    /// The container runs, or ran.
    synchronized void started() {
        started = true;
        early.ifPresent(kill);
    }
}
