package sampan.app.runc.verbs;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sampan.app.cli.ExitException;
import sampan.app.runc.RuncContext;
import sampan.app.runc.RuncWords;
import sampan.errors.SampanException;
import sampan.linux.sockets.UnixSocket;
import sampan.oci.json.Json;
import sampan.oci.spec.Capabilities;
import sampan.oci.spec.ContainerProcess;
import sampan.oci.spec.User;
import sampan.runtime.lifecycle.Bundle;
import sampan.runtime.lifecycle.Container;
import sampan.runtime.lifecycle.ContainerExec;
import sampan.runtime.lifecycle.ProcessStdio;
import sampan.runtime.lifecycle.SubCgroups;

/// `exec`.
@Command(description = "execute new process inside the container")
public final class ExecVerb extends Launching implements Callable<Integer> {
    private static final int STATUS_FAILED = 255;

    @Option(names = "--cwd", paramLabel = "DIR", description = "current working directory")
    private String cwd = "";

    @Option(
            names = {"-e", "--env"},
            paramLabel = "NAME=VALUE",
            description = "set environment variables")
    private List<String> env = new ArrayList<>();

    @Option(
            names = {"-t", "--tty"},
            description = "allocate a pseudo-TTY")
    private boolean tty;

    @Option(
            names = {"-u", "--user"},
            paramLabel = "UID[:GID]",
            description = "UID (format: <uid>[:<gid>])")
    private String user = "";

    @Option(
            names = {"-g", "--additional-gids"},
            paramLabel = "GID",
            description = "additional gids")
    private List<Integer> gids = new ArrayList<>();

    @Option(
            names = {"-p", "--process"},
            paramLabel = "FILE",
            description = "path to the process.json")
    private String process = "";

    @Option(
            names = {"-d", "--detach"},
            description = "detach from the container's process")
    private boolean detach;

    @Option(names = "--process-label", paramLabel = "LABEL", description = "SELinux label")
    private String processLabel = "";

    @Option(names = "--apparmor", paramLabel = "PROFILE", description = "AppArmor profile")
    private String apparmor = "";

    @Option(names = "--no-new-privs", description = "set no new privileges for the process")
    private boolean noNewPrivs;

    @Option(
            names = {"-c", "--cap"},
            paramLabel = "CAP",
            description = "add a capability to the bounding set for the process")
    private List<String> capabilities = new ArrayList<>();

    @Option(
            names = "--cgroup",
            paramLabel = "PATH",
            description =
                    "run the process in an (existing) sub-cgroup(s). Format is"
                            + " [<controller>:]<cgroup>.")
    private List<String> cgroups = new ArrayList<>();

    @Option(names = "--ignore-paused", description = "allow exec in a paused container")
    private boolean ignorePaused;

    @Parameters(index = "0", paramLabel = "<container-id>")
    private String id = "";

    @Parameters(index = "1..*", paramLabel = "<command> [command options]")
    private List<String> command = new ArrayList<>();

    public ExecVerb(RuncContext context) {
        super(context);
    }

    @Override
    public Integer call() {
        try {
            return exec();
        } catch (SampanException e) {
            throw new ExitException(STATUS_FAILED, "exec failed: " + RuncWords.of(e));
        }
    }

    private int exec() {
        Container container = context.container(id);
        ContainerProcess wanted =
                process.isEmpty()
                        ? fromOptions(container)
                        : Json.read(context.read(process), ContainerProcess.class);
        Bundle.check(wanted);
        checkConsole(detach, wanted.terminal());
        int listenFds = listenFds();
        checkPassed(listenFds);
        Optional<UnixSocket> console = console();
        try {
            ProcessStdio stdio = stdio(wanted.terminal(), console);
            if (stdio instanceof ProcessStdio.Terminal && context.caller().stdinIsTerminal()) {
                context.caller().rawTerminalInput();
            }
            return attend(
                    wanted.terminal(),
                    ContainerExec.start(
                            container,
                            new ContainerExec.Request(
                                    announced(wanted, listenFds),
                                    stdio,
                                    detach,
                                    listenFds + preserveFds,
                                    SubCgroups.parse(cgroups),
                                    ignorePaused,
                                    context.caller(),
                                    context.caller().pid(),
                                    context::connect)));
        } finally {
            console.ifPresent(UnixSocket::close);
        }
    }

    private int attend(boolean terminal, ContainerExec.Running running) {
        try (var monitor = running.monitor()) {
            running.warnings().forEach(context.log()::warning);
            announce(running.pid());
            return detach ? 0 : attend(running.pid(), terminal, monitor, running.end());
        }
    }

    private static ContainerProcess announced(ContainerProcess process, int listenFds) {
        if (listenFds == 0) {
            return process;
        }
        List<String> all = new ArrayList<>(process.env());
        all.add("LISTEN_FDS=" + listenFds);
        all.add("LISTEN_PID=1");
        return process.toBuilder().env(all).build();
    }

    private ContainerProcess fromOptions(Container container) {
        if (command.isEmpty()) {
            throw SampanException.invalid("exec args cannot be empty");
        }
        ContainerProcess own = container.spec().process().orElseThrow();
        List<String> all = new ArrayList<>(own.env());
        all.addAll(env);
        ContainerProcess.Builder wanted =
                own.toBuilder()
                        .args(command)
                        .env(all)
                        .terminal(tty)
                        .user(user(own.user()))
                        .noNewPrivileges(noNewPrivs || own.noNewPrivileges());
        if (!cwd.isEmpty()) {
            wanted.cwd(cwd);
        }
        if (!apparmor.isEmpty()) {
            wanted.apparmorProfile(apparmor);
        }
        if (!processLabel.isEmpty()) {
            wanted.selinuxLabel(processLabel);
        }
        if (!capabilities.isEmpty()) {
            wanted.capabilities(with(own.capabilities().orElse(Capabilities.of(List.of()))));
        }
        return wanted.build();
    }

    private Capabilities with(Capabilities own) {
        return new Capabilities(
                joined(own.bounding()),
                joined(own.effective()),
                own.inheritable(),
                joined(own.permitted()),
                own.ambient());
    }

    private List<String> joined(List<String> own) {
        List<String> all = new ArrayList<>(own);
        all.addAll(capabilities);
        return all;
    }

    private User user(User own) {
        long uid = own.uid();
        long gid = own.gid();
        if (!user.isEmpty()) {
            int colon = user.indexOf(':');
            uid = number("uid", colon < 0 ? user : user.substring(0, colon));
            gid = colon < 0 ? gid : number("gid", user.substring(colon + 1));
        }
        List<Long> groups = new ArrayList<>(own.additionalGids());
        gids.forEach(group -> groups.add((long) group));
        return new User(uid, gid, own.umask(), groups);
    }

    private static long number(String what, String text) {
        if (!text.matches("[0-9]{1,10}")) {
            throw SampanException.invalid(
                    "bad " + what + ": strconv.Atoi: parsing \"" + text + "\": invalid syntax");
        }
        return Long.parseLong(text);
    }
}
