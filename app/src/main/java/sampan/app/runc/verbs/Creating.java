package sampan.app.runc.verbs;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sampan.app.runc.CallerCgroups;
import sampan.app.runc.RuncContext;
import sampan.errors.ErrnoException;
import sampan.errors.SampanException;
import sampan.linux.sockets.UnixSocket;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;
import sampan.runtime.compile.LaunchOption;
import sampan.runtime.lifecycle.Bundle;
import sampan.runtime.lifecycle.ContainerCreation;
import sampan.runtime.lifecycle.CreateRequest;
import sampan.runtime.lifecycle.RuntimeHost;
import sampan.runtime.monitor.StepFailures;

/// What `create` and `run` have in common.
abstract class Creating extends Launching {
    @Option(
            names = {"-b", "--bundle"},
            paramLabel = "DIR",
            description = "root of the bundle directory, defaults to the current directory")
    private String bundle = ".";

    @Option(
            names = "--no-pivot",
            description = "do not use pivot root to jail the process inside the rootfs")
    private boolean noPivot;

    @Option(
            names = "--no-new-keyring",
            description = "do not create a new session keyring for the container")
    private boolean noNewKeyring;

    @Parameters(arity = "1", paramLabel = "<container-id>")
    String id = "";

    Creating(RuncContext context) {
        super(context);
    }

    /// Makes the container.
    ContainerCreation.Made make(CreateRequest.Mode mode) {
        context.requireRoot();
        context.requireOwnCgroups();
        sampan.runtime.state.StateDirectory.checkId(id);
        Bundle found = bundle();
        boolean terminal = found.spec().process().orElseThrow().terminal();
        checkConsole(mode != CreateRequest.Mode.FOREGROUND, terminal);
        int listenFds = listenFds();
        checkPassed(listenFds);
        Optional<UnixSocket> console = console();
        try {
            context.log().debug("creating container " + id + " of bundle " + found.path());
            return create(
                    context.host(),
                    new CreateRequest(
                            context.states(),
                            id,
                            found,
                            mode,
                            stdio(terminal, console),
                            options(),
                            listenFds + preserveFds,
                            listenFds,
                            context.caller(),
                            context.caller().pid(),
                            context::connect,
                            CallerCgroups.of(context.caller().pid())));
        } finally {
            console.ifPresent(UnixSocket::close);
        }
    }

    private ContainerCreation.Made create(RuntimeHost host, CreateRequest request) {
        boolean raw =
                request.stdio() instanceof sampan.runtime.lifecycle.ProcessStdio.Terminal
                        && context.caller().stdinIsTerminal();
        if (raw) {
            context.caller().rawTerminalInput();
        }
        ContainerCreation.Made made = ContainerCreation.create(host, request);
        made.warnings().forEach(context.log()::warning);
        context.log().debug("container " + id + " is made");
        return made;
    }

    private Set<LaunchOption> options() {
        Set<LaunchOption> options = EnumSet.noneOf(LaunchOption.class);
        if (noPivot) {
            options.add(LaunchOption.NO_PIVOT);
        }
        if (noNewKeyring) {
            options.add(LaunchOption.NO_NEW_KEYRING);
        }
        return options;
    }

    private Bundle bundle() {
        String path;
        try (Fd directory = context.caller().open(bundle, Open.PATH | Open.DIRECTORY, 0)) {
            path = resolved(Path.of(directory.path()));
        } catch (ErrnoException e) {
            throw new SampanException(
                    e.code(), "chdir " + bundle + ": " + StepFailures.text(e.errno()), e);
        }
        try {
            return Bundle.read(path, context.read(path + "/" + Bundle.DOCUMENT));
        } catch (ErrnoException e) {
            throw e.isMissing()
                    ? new SampanException(
                            e.code(),
                            "JSON specification file " + Bundle.DOCUMENT + " not found",
                            e)
                    : e;
        }
    }
}
