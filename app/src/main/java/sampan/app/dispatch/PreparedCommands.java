package sampan.app.dispatch;

import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import sampan.app.cli.CommandContext;
import sampan.app.session.Caller;
import sampan.app.settings.Settings;
import sampan.engine.services.Engine;

/// Commands that have served and wait for their next caller.
final class PreparedCommands {
    /// Of one verb; more callers at one time get commands of their own.
    private static final int WAITING_MAX = 4;

    private final Engine engine;
    private final Settings settings;
    private final Map<Verb, BlockingQueue<PreparedCommand>> waiting = new ConcurrentHashMap<>();

    PreparedCommands(Engine engine, Settings settings) {
        this.engine = engine;
        this.settings = settings;
    }

    /// One that is the caller's until [#giveBack].
    PreparedCommand take(Verb verb, Caller caller) {
        PreparedCommand prepared = of(verb).poll();
        if (prepared == null) {
            return new PreparedCommand(verb, new CommandContext(caller, engine, settings));
        }
        prepared.context().serve(caller);
        return prepared;
    }

    void giveBack(Verb verb, PreparedCommand prepared) {
        var _ = of(verb).offer(prepared);
    }

    private BlockingQueue<PreparedCommand> of(Verb verb) {
        return waiting.computeIfAbsent(verb, _ -> new ArrayBlockingQueue<>(WAITING_MAX));
    }
}
