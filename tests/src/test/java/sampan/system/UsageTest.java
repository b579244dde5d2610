package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What scripts read of a command that failed: exit status and words, as those of the docker
/// client, which says the same of a wrong command line without asking any engine.
@Tag("system")
@ExtendWith(DaemonExtension.class)
class UsageTest {
    private static final int SIGINT = 2;

    private final PrivateDaemon daemon;

    UsageTest(PrivateDaemon daemon) {
        this.daemon = daemon;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "ps --none; 125; unknown flag: --none",
                "ps --none=1; 125; unknown flag: --none",
                "run -Z busybox; 125; unknown shorthand flag: 'Z' in -Z",
                "run -itZ busybox; 125; unknown shorthand flag: 'Z' in -Z",
                "ps extra; 1; 'sampan ps' accepts no arguments",
                "run; 1; 'sampan run' requires at least 1 argument",
                "exec c; 1; 'sampan exec' requires at least 2 arguments",
                "logs; 1; 'sampan logs' requires 1 argument",
                "cp a; 1; 'sampan cp' requires 2 arguments",
                "images a b; 1; 'sampan images' requires at most 1 argument",
                "run --name; 125; flag needs an argument: --name",
                "run -m abc busybox; 125; invalid argument \"abc\" for \"-m, --memory\" flag",
                "run -c abc busybox; 125; invalid argument \"abc\" for \"-c, --cpu-shares\" flag",
                "run --rm=maybe busybox; 125; invalid argument \"maybe\" for \"--rm\" flag",
                "ps -f name; 125; invalid argument \"name\" for \"-f, --filter\" flag",
                "none-such; 1; unknown command: sampan none-such",
                "container none-such; 1; unknown command: sampan container none-such",
                "help none-such; 1; unknown help topic: none-such",
                "--none; 125; unknown flag: --none",
                "logs none-such; 1; Error response from daemon: No such container: none-such",
                "exec none-such true; 1; Error response from daemon: No such container: none-such",
                "kill none-such; 1; cannot kill container: none-such: No such container",
                "run none-such/x:1; 125; sampan: Error response from daemon: ",
                "run --pid none-such busybox; 125; sampan: Error response from daemon: invalid PID",
                "run --gpus all busybox; 125; --gpus all is not supported",
                "run --rm --restart always busybox; 125; cannot specify both --restart and --rm",
                "run -d -a stdout busybox; 1; cannot specify both --attach and --detach",
                "load -i /none/such; 1; open /none/such: no such file or directory",
                "inspect none-such; 1; Error: No such object: none-such",
                "image inspect none-such; 1; No such image: none-such",
                "rename none-such other; 1; failed to rename container named none-such",
                "update c; 1; you must provide one or more flags",
                "rm -f none-such; 0; No such container: none-such",
            })
    void statusAndWords(String line, int status, String words) {
        Outcome outcome = daemon.sampan(line.split(" ", -1));
        assertThat(outcome.expect(status).err()).as(line).contains(words);
    }

    @Test
    void flagsBehindTheImageBelongToTheCommand() {
        assertThat(daemon.sampan("run", "--rm", "busybox", "echo", "--rm", "-x", "--help").text())
                .isEqualTo("--rm -x --help");
        assertThat(
                        daemon.sampan(
                                        "run",
                                        "--rm=true",
                                        "-eA=1",
                                        "--env=B=2",
                                        "busybox",
                                        "sh",
                                        "-c",
                                        "echo $A$B")
                                .text())
                .isEqualTo("12");
        assertThat(daemon.sampan("ps", "-aq").text()).isEmpty();
    }

    @Test
    void statusesOfExecAreThoseOfShells() {
        String id = daemon.background("busybox", "sleep", "100");
        assertThat(daemon.sampan("exec", id, "none-such").expect(127).err())
                .startsWith("OCI runtime exec failed");
        daemon.sampan("exec", id, "/etc").expect(126);
        daemon.sampan("exec", id, "sh", "-c", "exit 3").expect(3);
        daemon.sampan("exec", id, "sh", "-c", "kill -9 $$").expect(137);
    }

    @Test
    void inspectPrintsAsDockersDoes() {
        String id = daemon.background("busybox", "sleep", "100");
        assertThat(daemon.sampan("inspect", "none-such").expect(1).out()).isEqualTo("[]\n");
        List<String> ours = daemon.sampan("inspect", id).lines();
        assertThat(ours.getFirst()).isEqualTo("[");
        assertThat(ours.get(1)).isEqualTo("    {");
        assertThat(ours.get(2)).isEqualTo("        \"Id\": \"" + id + "\",");
        assertThat(daemon.sampan("inspect", "-f", "{{printf \"%q\" .Name}}", id).text())
                .startsWith("\"/");
    }

    @Test
    void diskUseIsFormattedAndPruned() {
        daemon.sampan("run", "--name", "old", "busybox", "true").expect(0);
        assertThat(daemon.sampan("system", "df", "--format", "{{.Type}} {{.TotalCount}}").lines())
                .contains("Containers 1", "Build Cache 0");
        assertThat(daemon.sampanCommand("system", "prune").input("n\n").run().text())
                .contains("all stopped containers");
        assertThat(daemon.docker("ps", "-aq").text()).isNotEmpty();
        assertThat(daemon.sampan("system", "prune", "-f").expect(0).out())
                .contains("Deleted Containers:")
                .contains("Total reclaimed space:");
        assertThat(daemon.docker("ps", "-aq").text()).isEmpty();
    }

    /// What bash offers behind a line, as its completion machinery asks for it.
    private List<String> completed(String line) {
        String script =
                "source <("
                        + Dist.program("sampan")
                        + " completion bash)\n"
                        + "COMP_WORDBREAKS=$' \\t\\n:='\n"
                        + "COMP_LINE=\"$1\" COMP_POINT=${#1}\n"
                        + "_sampan 2>/dev/null\n"
                        + "printf '%s\\n' \"${COMPREPLY[@]}\"";
        String whole = line.replaceFirst("^sampan", Dist.program("sampan"));
        return new Command(List.of("bash", "-c", script, "bash", whole))
                .with(daemon.environment())
                .run()
                .lines();
    }

    @Test
    void bashCompletesVerbsFlagsAndNames() {
        daemon.background("--name", "completed", "busybox", "sleep", "100");
        daemon.sampan("create", "--name", "sleeping", "busybox").expect(0);
        assertThat(completed("sampan ex")).containsExactlyInAnyOrder("exec", "explain", "export");
        assertThat(completed("sampan ns ")).contains("ls", "show", "enter", "unshare");
        assertThat(completed("sampan run --net")).contains("--network", "--network-alias");
        assertThat(completed("sampan run --network ")).contains("bridge", "host", "none");
        assertThat(completed("sampan exec ")).containsExactly("completed");
        assertThat(completed("sampan start ")).containsExactly("sleeping");
        assertThat(completed("sampan cp co")).containsExactly("completed:");
        assertThat(completed("sampan run --rm busyb")).containsExactly("busybox:latest");
        // the shell takes the words of an image's name apart at the colon
        assertThat(completed("sampan run --rm busybox:la")).containsExactly("latest");
        assertThat(completed("sampan image rm busyb")).containsExactly("busybox:latest");
    }

    @Test
    void zshCompletesNamesAndFlags(@TempDir Path home) throws IOException {
        daemon.background("--name", "completed", "busybox", "sleep", "100");
        String sampan = Dist.program("sampan");
        try (PtySession shell = new PtySession(daemon, "zsh", "-f", "-i")) {
            shell.type("path=(" + Path.of(sampan).getParent() + " $path)\n")
                    .type("autoload -U compinit; compinit -u -D\n")
                    .type("eval \"$(sampan completion zsh)\"; echo ready-$((1+1))\n")
                    .expect("ready-2")
                    .type("sampan inspect -f {{.State.Status}}-it comp\t\n")
                    .expect("running-it")
                    .type("sampan ps --no-t\t -q | wc -l | sed s/^/count-/\n")
                    .expect("count-1")
                    .type("exit\n");
            assertThat(shell.status()).isZero();
        }
        // as packages install it: a file that is read when tab is pressed for the first time
        Files.writeString(
                home.resolve("_sampan"), daemon.sampan("completion", "zsh").expect(0).out());
        try (PtySession shell = new PtySession(daemon, "zsh", "-f", "-i")) {
            shell.type("path=(" + Path.of(sampan).getParent() + " $path)\n")
                    .type("fpath=(" + home + " $fpath); autoload -U compinit\n")
                    .type("compinit -u -D; echo ready-$((1+1))\n")
                    .expect("ready-2")
                    .type("sampan inspect -f {{.State.Status}}-it comp\t\n")
                    .expect("running-it")
                    .type("exit\n");
            assertThat(shell.status()).isZero();
        }
    }

    @Test
    void anInterruptedWaitEnds() {
        String id = daemon.background("busybox", "sleep", "100");
        try (Command.Running wait = daemon.sampanCommand("wait", id).start()) {
            // Before it blocks the signal, to hear of it, it may be ignored: so it is in what a
            // shell runs in the background.
            Eventually.await("a client that hears signals", () -> wait.blocks(SIGINT));
            wait.signal("INT");
            assertThat(wait.outcome().status()).isEqualTo(130);
        }
    }

    @Test
    void rowsAreFormattedAsDockersAre() {
        daemon.background(
                "--name",
                "formatted",
                "-l",
                "a=b",
                "-l",
                "c=d",
                "--expose",
                "99",
                "busybox",
                "sleep",
                "100");
        daemon.sampan("create", "--name", "quoted", "--network", "none", "busybox", "echo", "a b")
                .expect(0);
        for (String format :
                List.of(
                        "{{.Names}} {{.Command}} {{.Ports}} {{.Labels}} {{.Label \"a\"}}"
                                + " {{.Networks}} {{.Mounts}} {{.LocalVolumes}} {{.State}}",
                        "table {{.Names}}\\t{{.Label \"a\"}}\\t{{.Image}}",
                        "{{json .Names}}{{upper .Image}}{{if eq .State \"running\"}}!{{end}}")) {
            assertThat(daemon.sampan("ps", "-a", "--format", format).expect(0).out())
                    .as(format)
                    .isEqualTo(daemon.docker("ps", "-a", "--format", format).expect(0).out());
        }
    }
}
