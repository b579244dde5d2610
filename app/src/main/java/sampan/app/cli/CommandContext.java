package sampan.app.cli;

import java.io.PrintStream;
import sampan.app.session.Caller;
import sampan.app.settings.Settings;
import sampan.engine.services.Engine;

/// What a command works with: the engine, and the caller that it serves now. A command is kept for
/// later callers, one after the other; ask for the caller when it is needed, not in a constructor.
public final class CommandContext {
    private final Engine engine;
    private final Settings settings;
    private Caller caller;
    private Style style;

    public CommandContext(Caller caller, Engine engine, Settings settings) {
        this.engine = engine;
        this.settings = settings;
        this.caller = caller;
        this.style = Style.of(caller);
    }

    /// From now on it is this caller's.
    public void serve(Caller next) {
        caller = next;
        style = Style.of(next);
    }

    public Caller caller() {
        return caller;
    }

    public Engine engine() {
        return engine;
    }

    public Settings settings() {
        return settings;
    }

    public Style style() {
        return style;
    }

    public PrintStream out() {
        return caller.out();
    }

    public PrintStream err() {
        return caller.err();
    }
}
