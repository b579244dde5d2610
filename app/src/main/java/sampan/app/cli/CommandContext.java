package sampan.app.cli;

import java.io.PrintStream;
import sampan.app.session.Caller;
import sampan.app.settings.Settings;
import sampan.engine.services.Engine;

/// What a command works with.
public record CommandContext(Caller caller, Engine engine, Settings settings, Style style) {
    public PrintStream out() {
        return caller.out();
    }

    public PrintStream err() {
        return caller.err();
    }
}
