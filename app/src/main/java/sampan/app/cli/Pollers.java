package sampan.app.cli;

import sampan.linux.poll.Poller;

/// The poller that terminals share; started with the first terminal, never on a daemon that has
/// none.
public final class Pollers {
    private static final class Holder {
        private static final Poller POLLER = Poller.start("terminal-poller");
    }

    private Pollers() {}

    public static Poller shared() {
        return Holder.POLLER;
    }
}
