package sampan.app.runc.verbs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Option;
import sampan.app.cli.ExitException;
import sampan.app.runc.RuncContext;
import sampan.app.session.Caller;
import sampan.errors.SampanException;
import sampan.linux.process.Pidfd;
import sampan.linux.sockets.UnixSocket;
import sampan.runtime.lifecycle.ProcessStdio;
import sampan.runtime.monitor.ExitRecord;
import sampan.runtime.monitor.Monitor;

/// What the verbs that start processes have in common.
abstract class Launching {
    static final int PASSED_MAX = 200;
    private static final int PASS_FROM = 3;
    private static final String PIDFD_MESSAGE = "pidfd";

    final RuncContext context;

    @Option(
            names = "--console-socket",
            paramLabel = "PATH",
            description = "socket that receives the master end of the console's pseudoterminal")
    String consoleSocket = "";

    @Option(
            names = "--pidfd-socket",
            paramLabel = "PATH",
            description = "socket that receives a file descriptor of the process")
    String pidfdSocket = "";

    @Option(
            names = "--pid-file",
            paramLabel = "FILE",
            description = "file to write the process id to")
    String pidFile = "";

    @Option(
            names = "--preserve-fds",
            paramLabel = "N",
            description = "pass N additional file descriptors to the container (default: 0)")
    int preserveFds;

    Launching(RuncContext context) {
        this.context = context;
    }

    /// The combinations that runc refuses, in its words.
    void checkConsole(boolean detached, boolean terminal) {
        if (detached && terminal && consoleSocket.isEmpty()) {
            throw SampanException.invalid(
                    "cannot allocate tty if runc will detach without setting console socket");
        }
        if ((!detached || !terminal) && !consoleSocket.isEmpty()) {
            throw SampanException.invalid(
                    "cannot use console socket if runc will not detach or allocate tty");
        }
        if (preserveFds < 0 || preserveFds > PASSED_MAX) {
            throw SampanException.invalid(
                    "--preserve-fds " + preserveFds + " is not in 0.." + PASSED_MAX);
        }
    }

    ProcessStdio stdio(boolean terminal, Optional<UnixSocket> console) {
        if (!terminal) {
            return new ProcessStdio.Inherited();
        }
        return console.isPresent()
                ? new ProcessStdio.ConsoleSocket(console.get().fd())
                : new ProcessStdio.Terminal(context.caller().rows(), context.caller().columns());
    }

    Optional<UnixSocket> console() {
        return consoleSocket.isEmpty()
                ? Optional.empty()
                : Optional.of(context.connect(consoleSocket));
    }

    /// How many sockets the caller hands down by sd_listen_fds(3).
    int listenFds() {
        String count = context.caller().environment().getOrDefault("LISTEN_FDS", "");
        String pid = context.caller().environment().getOrDefault("LISTEN_PID", "");
        boolean ours = pid.isEmpty() || pid.equals(Integer.toString(context.caller().pid()));
        return ours && count.matches("[0-9]{1,3}")
                ? Math.min(Integer.parseInt(count), PASSED_MAX)
                : 0;
    }

    /// Refuses descriptors that the caller does not have.
    void checkPassed(int listenFds) {
        for (int number = 0; number < listenFds + preserveFds; number++) {
            Path place = Path.of("/proc/" + context.caller().pid() + "/fd/" + (PASS_FROM + number));
            if (!Files.isSymbolicLink(place)) {
                String what =
                        number < listenFds
                                ? "the socket " + number + " (of LISTEN_FDS=" + listenFds + ")"
                                : "preserved-fd "
                                        + (number - listenFds)
                                        + " (of "
                                        + preserveFds
                                        + ")";
                throw SampanException.invalid(
                        "please check that "
                                + what
                                + " is present: stat /proc/self/fd/"
                                + (PASS_FROM + number)
                                + ": no such file or directory");
            }
        }
    }

    /// Tells who waits for it which process it is.
    void announce(int pid) {
        context.writePid(pidFile, pid);
        if (!pidfdSocket.isEmpty()) {
            try (UnixSocket socket = context.connect(pidfdSocket);
                    Pidfd process = Pidfd.open(pid)) {
                socket.send(
                        PIDFD_MESSAGE.getBytes(StandardCharsets.US_ASCII), List.of(process.fd()));
            }
        }
    }

    /// Stays with a process until its end; the caller's signals and terminal are its own meanwhile.
    int attend(
            int pid,
            boolean terminal,
            Monitor monitor,
            CompletableFuture<Optional<ExitRecord>> end) {
        Caller caller = context.caller();
        CompletableFuture<Optional<ExitRecord>> done = new CompletableFuture<>();
        Optional<Pidfd> process = Pidfd.openIfExists(pid);
        try {
            caller.onSignal(number -> {
                if (caller.isGone()) {
                    done.completeExceptionally(new ExitException(1, ""));
                } else {
                    process.ifPresent(p -> p.sendSignal(number));
                }
            });
            if (terminal) {
                caller.onResize(() -> resize(monitor));
                resize(monitor);
            }
            var _ = end.thenAccept(done::complete);
            return done.get()
                    .map(exit -> exit.status().code())
                    .orElseThrow(() -> new ExitException(1, "the container's monitor was killed"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ExitException(1, "");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof ExitException exit ? exit : new IllegalStateException(e);
        } finally {
            caller.onSignal(_ -> {});
            caller.onResize(() -> {});
            process.ifPresent(Pidfd::close);
        }
    }

    private void resize(Monitor monitor) {
        Caller caller = context.caller();
        if (caller.rows() > 0 && caller.columns() > 0) {
            try {
                monitor.resize(caller.rows(), caller.columns());
            } catch (SampanException e) {
                context.log().debug("resize: " + e.getMessage());
            }
        }
    }

    static String resolved(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
