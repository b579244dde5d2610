package sampan.app.cli.containers;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import sampan.app.cli.CommandContext;
import sampan.app.cli.ExitException;
import sampan.app.session.Caller;
import sampan.engine.services.Descriptors;
import sampan.engine.services.StreamService.AttachSession;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.process.Signals;
import sampan.linux.sys.Errno;

/// A caller that watches a container: its descriptors belong to the monitor meanwhile; terminal
/// size, signals and, on a terminal, keys go through here.
final class Foreground implements AutoCloseable {
    private static final int STATUS_ENGINE = 125;

    /// What is watched, container or exec.
    interface Watched {
        void resize(int rows, int columns);

        void signal(String name);
    }

    private final CommandContext context;
    private final CompletableFuture<Integer> end = new CompletableFuture<>();
    private final boolean terminal;
    private final ProxiedSignals signals;
    private Optional<TerminalInput> input = Optional.empty();

    /// @param terminal the process has a pty and the caller's stdin is a terminal
    /// @param proxySignals signals go to the process
    Foreground(CommandContext context, boolean terminal, boolean proxySignals, Watched watched) {
        this.context = context;
        this.terminal = terminal;
        this.signals = new ProxiedSignals(name -> quietly(() -> watched.signal(name)));
        Caller caller = context.caller();
        caller.onResize(() -> quietly(() -> watched.resize(caller.rows(), caller.columns())));
        caller.onSignal(number -> {
            if (number == Signals.HUP) {
                // The caller's end is no signal for a container that others may watch too.
                end.complete(STATUS_ENGINE);
            } else if (proxySignals && !terminal) {
                signals.send("SIG" + Signals.name(number).replace("SIG", ""));
            } else if (!terminal && (number == Signals.INT || number == Signals.TERM)) {
                end.complete(128 + number);
            }
        });
        if (terminal) {
            caller.rawTerminal(true);
        }
    }

    private static void quietly(Runnable action) {
        try {
            action.run();
        } catch (SampanException e) {
            // It ended meanwhile; its exit code is on the way.
        }
    }

    /// What is watched runs, or ran: the signals that came early are due.
    void started() {
        signals.started();
    }

    /// The caller's descriptors as the monitor may have them: keys of a terminal stay here.
    Descriptors descriptors(boolean stdin, boolean stdout, boolean stderr) {
        Caller caller = context.caller();
        return new Descriptors(
                stdin && !terminal ? Optional.of(caller.stdin()) : Optional.empty(),
                stdout ? Optional.of(caller.stdout()) : Optional.empty(),
                stderr ? Optional.of(caller.stderr()) : Optional.empty(),
                this::outputFailed);
    }

    /// Nobody reads the caller's output any more: it ends as of SIGPIPE, what it watched goes on.
    void outputFailed(int errno) {
        if (errno == Errno.EPIPE) {
            context.caller().dieOf(Signals.PIPE);
        }
        end.complete(STATUS_ENGINE);
    }

    /// Carries keys to the session until it closes or the detach keys are typed.
    void carryKeys(AttachSession session, DetachKeys keys) {
        input =
                Optional.of(
                        new TerminalInput(
                                context.caller().stdin(),
                                session,
                                keys,
                                () ->
                                        end.completeExceptionally(
                                                new ExitException(0, "read escape sequence"))));
    }

    /// Waits for the process's end, the detach keys or the caller's end.
    int await(CompletableFuture<Integer> exit) throws InterruptedException {
        var _ =
                exit.whenComplete((code, failure) -> {
                    if (failure != null) {
                        end.completeExceptionally(failure);
                    } else {
                        end.complete(code);
                    }
                });
        try {
            return end.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ExitException detached) {
                context.caller().rawTerminal(false);
                throw detached;
            }
            throw new SampanException(ErrorCode.INTERNAL, String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public void close() {
        input.ifPresent(TerminalInput::close);
        if (terminal) {
            context.caller().rawTerminal(false);
        }
    }
}
