package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// Our own client in a script: statuses, signals, pipes, files it opens for the daemon.
@Tag("system")
@ExtendWith(DaemonExtension.class)
class ThinClientTest {
    private final PrivateDaemon daemon;

    ThinClientTest(PrivateDaemon daemon) {
        this.daemon = daemon;
    }

    @Test
    void anInterruptedStopStillStops() {
        String id =
                daemon.background(
                        "busybox",
                        "sh",
                        "-c",
                        "trap 'echo asked' TERM; echo on; while :; do sleep 0.05; done");
        Eventually.await("the trap", () -> daemon.docker("logs", id).out().contains("on"));
        try (Command.Running stop =
                new Command(List.of(Dist.program("sampan"), "stop", "-t", "2", id))
                        .with(daemon.environment())
                        .start()) {
            Eventually.await("TERM", () -> daemon.docker("logs", id).out().contains("asked"));
            stop.signal("TERM");
            Outcome outcome = stop.outcome();
            assertThat(outcome.status()).isEqualTo(143);
            assertThat(outcome.out() + outcome.err()).isEmpty();
        }
        Eventually.await("the end", () -> daemon.inspect(id, "{{.State.Status}}").equals("exited"));
        assertThat(daemon.inspect(id, "{{.State.ExitCode}}")).isEqualTo("137");
    }

    @Test
    void statusesAreThoseOfDocker() {
        assertThat(daemon.sampan("run", "--rm", "busybox", "sh", "-c", "exit 7").status())
                .isEqualTo(7);
        assertThat(daemon.sampan("run", "--rm", "busybox", "nothing-there").status())
                .isEqualTo(127);
        assertThat(daemon.sampan("run", "--rm", "busybox", "/etc").status()).isEqualTo(126);
        assertThat(daemon.sampan("run", "--rm", "--none-such", "busybox").status()).isEqualTo(125);
        assertThat(daemon.sampan("run", "--rm", "--pull", "never", "none/such:1").status())
                .isEqualTo(125);
        assertThat(
                        daemon.sampan("run", "--rm", "--init", "busybox", "sh", "-c", "kill -9 $$")
                                .status())
                .isEqualTo(137);
        assertThat(daemon.sampan("none-such-verb").status()).isNotZero();
        assertThat(daemon.docker("ps", "-aq").text()).isEmpty();
    }

    @Test
    void statusesOfTheDockerClientAreTheSame() {
        assertThat(daemon.docker("run", "--rm", "busybox", "nothing-there").status())
                .isEqualTo(127);
        assertThat(daemon.docker("run", "--rm", "busybox", "/etc").status()).isEqualTo(126);
        assertThat(
                        daemon.docker("run", "--rm", "--init", "busybox", "sh", "-c", "kill -9 $$")
                                .status())
                .isEqualTo(137);
    }

    @Test
    void pipesCarryBytesBothWays() {
        byte[] bytes = new byte[3_000_001];
        new java.util.Random(5).nextBytes(bytes);
        Outcome outcome =
                daemon.sampanCommand("run", "--rm", "-i", "busybox", "cat").input(bytes).run();
        assertThat(outcome.expect(0).output()).isEqualTo(bytes);
        Outcome streams =
                daemon.sampan("run", "--rm", "busybox", "sh", "-c", "echo out; echo err >&2");
        assertThat(streams.expect(0).out()).isEqualTo("out\n");
        assertThat(streams.err()).isEqualTo("err\n");
    }

    @Test
    void optionsOfOneCallerAreNotTheNexts() {
        String script = "echo [$A] $(pwd) $(hostname)";
        assertThat(
                        daemon.sampan(
                                        "run", "--rm", "-e", "A=a", "-w", "/etc", "-h", "first",
                                        "busybox", "sh", "-c", script)
                                .text())
                .isEqualTo("[a] /etc first");
        assertThat(daemon.sampan("run", "--rm", "--none-such", "busybox").status()).isEqualTo(125);
        assertThat(
                        daemon.sampan(
                                        "run", "--rm", "-e", "B=b", "-h", "second", "busybox", "sh",
                                        "-c", script)
                                .text())
                .isEqualTo("[] / second");
    }

    @Test
    void withoutInteractiveNothingIsReadOfOurInput() {
        assertThat(
                        daemon.sampanCommand("run", "--rm", "busybox", "cat")
                                .input("secret")
                                .run()
                                .text())
                .isEmpty();
        String id = daemon.background("busybox", "sleep", "100");
        assertThat(daemon.sampanCommand("exec", "-i", id, "cat").input("given").run().text())
                .isEqualTo("given");
    }

    @Test
    void aClosedPipeEndsTheClient() {
        String script = Dist.program("sampan") + " run --name endless busybox yes | head -1";
        assertThat(Command.of("sh", "-c", script).with(daemon.environment()).run().text())
                .isEqualTo("y");
        // as with docker, the container's life is its own
        daemon.docker("rm", "-f", "endless").expect(0);
    }

    @Test
    void signalsAreForwarded() {
        try (Command.Running run =
                daemon.sampanCommand(
                                "run",
                                "--rm",
                                "busybox",
                                "sh",
                                "-c",
                                "trap 'echo caught; exit 6' TERM; echo on; while :; do sleep 0.05; done")
                        .start()) {
            run.out().await("on", Command.DEADLINE, text -> text.contains("on"));
            run.signal("TERM");
            Outcome outcome = run.outcome();
            assertThat(outcome.expect(6).out()).isEqualTo("on\ncaught\n");
        }
    }

    @Test
    void aClientThatIsKilledLeavesTheContainer() {
        try (Command.Running run =
                daemon.sampanCommand(
                                "run",
                                "--name",
                                "stays",
                                "busybox",
                                "sh",
                                "-c",
                                "echo on; sleep 100")
                        .start()) {
            run.out().await("on", Command.DEADLINE, text -> text.contains("on"));
        }
        assertThat(daemon.inspect("stays", "{{.State.Running}}")).isEqualTo("true");
    }

    @Test
    void filesAreOpenedByTheClient(@TempDir Path dir) throws IOException {
        Files.writeString(dir.resolve("env"), "# words\nA=1\nB=two words\nFROM_HERE\n");
        Path cid = dir.resolve("cid");
        Outcome outcome =
                daemon.sampanCommand(
                                "run",
                                "--cidfile",
                                cid.toString(),
                                "--env-file",
                                dir.resolve("env").toString(),
                                "busybox",
                                "sh",
                                "-c",
                                "echo $A-$B-$FROM_HERE")
                        .with(Map.of("FROM_HERE", "here"))
                        .run();
        assertThat(outcome.text()).isEqualTo("1-two words-here");
        assertThat(Files.readString(cid))
                .isEqualTo(daemon.docker("ps", "-aq", "--no-trunc").text());
        Outcome again = daemon.sampan("run", "--cidfile", cid.toString(), "busybox", "true");
        assertThat(again.expect(125).err()).contains(cid.toString());
    }

    @Test
    void loadAndSaveUseOurDescriptors(@TempDir Path dir) throws IOException {
        Path tar = dir.resolve("own.tar");
        Files.write(tar, Images.archive("own:1", new Tar().file("f", "own").end()));
        assertThat(daemon.sampan("load", "-i", tar.toString()).text())
                .isEqualTo("Loaded image: own:1");
        Outcome saved = daemon.sampan("save", "own:1").expect(0);
        daemon.sampan("rmi", "own:1").expect(0);
        assertThat(daemon.sampanCommand("load").input(saved.output()).run().text())
                .contains("own:1");
        daemon.sampan("rmi", "own:1").expect(0);
        assertThat(daemon.sampan("load", "-i", dir.resolve("none").toString()).expect(1).err())
                .contains("none");
    }

    @Test
    void listsLookAsDockers() {
        daemon.background("--name", "shown", "busybox", "sleep", "100");
        String columns = "{{.ID}} {{.Image}} {{.Command}} {{.Names}} {{.State}}";
        assertThat(daemon.sampan("ps", "--format", columns).text())
                .isEqualTo(daemon.docker("ps", "--format", columns).text());
        assertThat(daemon.sampan("ps", "-q").text()).isEqualTo(daemon.docker("ps", "-q").text());
        // columns are as wide as their cells, and those tell ages
        assertThat(daemon.sampan("ps").lines().getFirst().split(" {3,}"))
                .isEqualTo(daemon.docker("ps").lines().getFirst().split(" {3,}"));
        assertThat(daemon.sampan("images", "-q").lines())
                .containsAll(daemon.docker("images", "-q").lines());
        assertThat(daemon.sampan("inspect", "-f", "{{.Name}} {{.State.Status}}", "shown").text())
                .isEqualTo("/shown running");
        assertThat(daemon.sampan("version").text()).contains("Server").contains("Client");
        assertThat(daemon.sampan("info").text()).contains("Containers: 1");
    }

    @Test
    void everyVerbTells() {
        for (String verb :
                new String[] {
                    "run", "create", "start", "exec", "attach", "ps", "logs", "stop", "kill", "rm",
                    "restart", "pause", "unpause", "cp", "diff", "commit", "export", "import",
                    "inspect", "top", "stats", "events", "wait", "images", "rmi", "load", "save",
                    "tag", "history", "info", "version", "rename", "update", "port"
                }) {
            assertThat(daemon.sampan(verb, "--help").expect(0).out())
                    .as(verb)
                    .contains("Usage:")
                    .contains(verb);
        }
    }

    @Test
    void lifeByOurVerbs() {
        String id =
                daemon.sampan(
                                "run",
                                "-d",
                                "--name",
                                "life",
                                "busybox",
                                "sh",
                                "-c",
                                "echo out; sleep 100")
                        .text();
        assertThat(id).matches("[0-9a-f]{64}");
        Eventually.await("the line", () -> daemon.sampan("logs", "life").out().equals("out\n"));
        assertThat(daemon.sampan("exec", "life", "echo", "in").text()).isEqualTo("in");
        assertThat(daemon.sampan("top", "life").lines()).hasSize(2);
        daemon.sampan("pause", "life").expect(0);
        daemon.sampan("unpause", "life").expect(0);
        assertThat(daemon.sampan("stop", "-t", "0", "life").text()).isEqualTo("life");
        assertThat(daemon.sampan("wait", "life").text()).isEqualTo("137");
        assertThat(daemon.sampan("rm", "life").text()).isEqualTo("life");
        assertThat(daemon.sampan("logs", "life").expect(1).err())
                .contains("No such container: life");
    }

    @Test
    void copiesOpenOurFilesHere(@TempDir Path dir) throws IOException {
        Files.writeString(dir.resolve("f"), "text\n");
        String id = daemon.background("busybox", "sleep", "100");
        daemon.sampan("cp", dir.resolve("f").toString(), id + ":/tmp/f").expect(0);
        daemon.sampan("cp", id + ":/tmp/f", dir.resolve("g").toString()).expect(0);
        assertThat(dir.resolve("g")).hasContent("text\n");
    }
}
