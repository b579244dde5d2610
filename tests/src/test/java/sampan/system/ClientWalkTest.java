package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What people do with the docker client every day, one verb after the other.
@Tag("system")
@ExtendWith(DaemonExtension.class)
class ClientWalkTest {
    private final PrivateDaemon daemon;

    ClientWalkTest(PrivateDaemon daemon) {
        this.daemon = daemon;
    }

    @Test
    void versionNamesClientAndServer() {
        assertThat(daemon.docker("version", "-f", "{{.Server.APIVersion}} {{.Server.Os}}").text())
                .matches("1\\.\\d+ linux");
    }

    @Test
    void versionsAreNegotiatedFromTheOldest() {
        for (String version : List.of("1.24", "1.30", "1.41", "1.47")) {
            Outcome outcome =
                    daemon.dockerCommand("version", "-f", "{{.Client.APIVersion}}")
                            .with(java.util.Map.of("DOCKER_API_VERSION", version))
                            .run();
            assertThat(outcome.text()).isEqualTo(version);
        }
        assertThat(daemon.http().get("/v1.23/_ping").status()).isEqualTo(400);
        assertThat(daemon.http().get("/v1.99/version").status()).isEqualTo(400);
    }

    @Test
    void infoCountsContainers() {
        daemon.background("busybox", "sleep", "100");
        daemon.docker("create", "busybox", "true").expect(0);
        assertThat(
                        daemon.docker(
                                        "info",
                                        "-f",
                                        "{{.Containers}} {{.ContainersRunning}} {{.ContainersStopped}}")
                                .text())
                .isEqualTo("2 1 1");
        assertThat(daemon.docker("info", "-f", "{{.Driver}} {{.OSType}} {{.NCPU}}").text())
                .matches("\\S+ linux [1-9]\\d*");
    }

    @Test
    void runGivesOutputErrorsAndStatus() {
        Outcome outcome =
                daemon.docker(
                        "run", "--rm", "busybox", "sh", "-c", "echo out; echo err >&2; exit 7");
        assertThat(outcome.expect(7).out()).isEqualTo("out\n");
        assertThat(outcome.err()).isEqualTo("err\n");
        assertThat(daemon.docker("ps", "-aq").text()).isEmpty();
    }

    @Test
    void aContainerHasNamespacesOfItsOwn() {
        String id =
                daemon.background(
                        "--name", "apart", "--hostname", "box", "busybox", "sleep", "100");
        assertThat(daemon.docker("exec", "apart", "hostname").text()).isEqualTo("box");
        assertThat(daemon.docker("exec", "apart", "ps", "-o", "pid,args").text())
                .contains("1 sleep 100");
        assertThat(daemon.docker("exec", "apart", "ip", "-o", "addr").text()).contains("eth0");
        assertThat(daemon.docker("exec", "apart", "id", "-u").text()).isEqualTo("0");
        String pid = daemon.inspect(id, "{{.State.Pid}}");
        for (String kind : List.of("mnt", "pid", "ipc", "uts", "net", "cgroup")) {
            assertThat(link("/proc/" + pid + "/ns/" + kind))
                    .as(kind)
                    .isNotEqualTo(link("/proc/self/ns/" + kind));
        }
    }

    private static String link(String path) {
        return Command.of("readlink", path).run().text();
    }

    @Test
    void standardInputReachesTheProcess() {
        Outcome outcome =
                daemon.dockerCommand("run", "--rm", "-i", "busybox", "cat").input("hi\n").run();
        assertThat(outcome.expect(0).out()).isEqualTo("hi\n");
        String large = "0123456789abcdef".repeat(1 << 16);
        Outcome counted =
                daemon.dockerCommand("run", "--rm", "-i", "busybox", "wc", "-c").input(large).run();
        assertThat(counted.text()).isEqualTo(Integer.toString(large.length()));
    }

    @Test
    void detachedContainersAreListedWaitedForAndRemoved() {
        String id =
                daemon.background(
                        "--name",
                        "worker",
                        "--label",
                        "job=x",
                        "busybox",
                        "sh",
                        "-c",
                        "read x; exit 3");
        assertThat(
                        daemon.docker(
                                        "ps",
                                        "-a",
                                        "--filter",
                                        "label=job=x",
                                        "--format",
                                        "{{.Names}}")
                                .text())
                .isEqualTo("worker");
        assertThat(daemon.docker("wait", "worker").text()).isEqualTo("3");
        assertThat(
                        daemon.docker(
                                        "ps",
                                        "-a",
                                        "--filter",
                                        "status=exited",
                                        "--format",
                                        "{{.Status}}")
                                .text())
                .startsWith("Exited (3)");
        assertThat(daemon.docker("rm", "worker").text()).isEqualTo("worker");
        assertThat(daemon.docker("inspect", id).expect(1).err()).containsIgnoringCase("no such");
    }

    @Test
    void waitSeesTheEndOfARunningOne() {
        String id =
                daemon.background(
                        "busybox", "sh", "-c", "trap 'exit 5' USR1; while :; do sleep 0.05; done");
        try (Command.Running wait = daemon.dockerCommand("wait", id).start()) {
            daemon.docker("kill", "-s", "USR1", id).expect(0);
            assertThat(wait.outcome().text()).isEqualTo("5");
        }
    }

    @Test
    void stopAsksThenKills() {
        String polite =
                daemon.background(
                        "busybox",
                        "sh",
                        "-c",
                        "trap 'exit 9' TERM; echo on; while :; do sleep 0.05; done");
        Eventually.await("the trap", () -> daemon.docker("logs", polite).out().contains("on"));
        daemon.docker("stop", "-t", "20", polite).expect(0);
        assertThat(daemon.inspect(polite, "{{.State.ExitCode}}")).isEqualTo("9");
        String deaf = daemon.background("busybox", "sleep", "100");
        daemon.docker("stop", "-t", "1", deaf).expect(0);
        assertThat(daemon.inspect(deaf, "{{.State.ExitCode}} {{.State.Status}}"))
                .isEqualTo("137 exited");
    }

    @Test
    void pauseFreezesAndUnpauseThaws() {
        String id = daemon.background("busybox", "sh", "-c", "while :; do sleep 0.05; done");
        daemon.docker("pause", id).expect(0);
        assertThat(daemon.inspect(id, "{{.State.Status}} {{.State.Paused}}"))
                .isEqualTo("paused true");
        assertThat(daemon.docker("exec", id, "true").expect(1).err()).contains("paused");
        daemon.docker("unpause", id).expect(0);
        assertThat(daemon.docker("exec", id, "echo", "awake").text()).isEqualTo("awake");
    }

    @Test
    void startRestartRenameAndPs() {
        daemon.docker("create", "--name", "one", "busybox", "sh", "-c", "echo life; sleep 100")
                .expect(0);
        daemon.docker("start", "one").expect(0);
        daemon.docker("restart", "-t", "0", "one").expect(0);
        Eventually.await(
                "two lives", () -> daemon.docker("logs", "one").out().equals("life\nlife\n"));
        daemon.docker("rename", "one", "two").expect(0);
        assertThat(daemon.docker("ps", "--format", "{{.Names}} {{.Image}}").text())
                .isEqualTo("two busybox");
        assertThat(daemon.docker("rename", "none", "x").expect(1).err())
                .contains("No such container");
    }

    @Test
    void forceRemovesWhatRuns() {
        String id = daemon.background("busybox", "sleep", "100");
        assertThat(daemon.docker("rm", id).expect(1).err()).contains("running");
        daemon.docker("rm", "-f", id).expect(0);
        assertThat(daemon.docker("ps", "-aq").text()).isEmpty();
    }

    @Test
    void execRunsBesideTheFirstProcess() {
        String id = daemon.background("-e", "A=1", "busybox", "sleep", "100");
        assertThat(
                        daemon.docker(
                                        "exec",
                                        "-e",
                                        "B=2",
                                        "-w",
                                        "/tmp",
                                        id,
                                        "sh",
                                        "-c",
                                        "echo $A$B $PWD")
                                .text())
                .isEqualTo("12 /tmp");
        assertThat(daemon.docker("exec", "-u", "guest", id, "id", "-un").text()).isEqualTo("guest");
        assertThat(daemon.docker("exec", id, "sh", "-c", "exit 42").status()).isEqualTo(42);
        assertThat(daemon.docker("exec", id, "nothing-there").status()).isEqualTo(127);
        assertThat(
                        daemon.dockerCommand("exec", "-i", id, "tr", "a-z", "A-Z")
                                .input("loud")
                                .run()
                                .text())
                .isEqualTo("LOUD");
        daemon.docker("exec", "-d", id, "touch", "/tmp/made").expect(0);
        Eventually.await(
                "the file", () -> daemon.docker("exec", id, "ls", "/tmp/made").status() == 0);
    }

    @Test
    void topListsProcesses() {
        String id = daemon.background("busybox", "sleep", "1234");
        String pid = daemon.inspect(id, "{{.State.Pid}}");
        assertThat(daemon.docker("top", id).lines())
                .hasSize(2)
                .anyMatch(line -> line.contains(pid) && line.endsWith("sleep 1234"));
        assertThat(daemon.docker("top", id, "-o", "pid,comm").lines().get(1))
                .matches(pid + " +sleep");
    }

    @Test
    void statsShowsMemoryAndProcesses() {
        String id = daemon.background("--memory", "64m", "busybox", "sleep", "100");
        assertThat(
                        daemon.docker(
                                        "stats",
                                        "--no-stream",
                                        "--format",
                                        "{{.ID}} {{.PIDs}} {{.MemUsage}}",
                                        id)
                                .text())
                .matches(id.substring(0, 12) + " 1 \\S+ / 64MiB");
    }

    @Test
    void updateChangesALimit() {
        String id = daemon.background("--memory", "64m", "busybox", "sleep", "100");
        daemon.docker("update", "--memory", "96m", "--memory-swap", "96m", id).expect(0);
        assertThat(daemon.inspect(id, "{{.HostConfig.Memory}}")).isEqualTo("100663296");
        assertThat(daemon.docker("stats", "--no-stream", "--format", "{{.MemUsage}}", id).text())
                .endsWith("/ 96MiB");
    }

    @Test
    void eventsTellTheLifeInOrder() {
        try (Command.Running events =
                daemon.dockerCommand(
                                "events",
                                "--filter",
                                "type=container",
                                "--filter",
                                "container=lived",
                                "--format",
                                "{{.Action}}")
                        .start()) {
            // the stream begins when the daemon has taken it: shown by an event of a first
            // container
            Eventually.await(
                    "the first event",
                    () -> {
                        daemon.docker(
                                "run", "--rm", "--name", "lived", "busybox", "sh", "-c", "exit 1");
                        return events.out().text().contains("destroy");
                    });
            int before = events.out().text().length();
            daemon.docker("run", "--rm", "--name", "lived", "busybox", "true").expect(0);
            String all =
                    events.out()
                            .await(
                                    "the end",
                                    Command.DEADLINE,
                                    text -> text.indexOf("destroy", before) >= 0);
            assertThat(all.substring(before).lines())
                    .containsExactly("create", "attach", "start", "die", "destroy");
        }
    }

    @Test
    void pastEventsCanBeAskedFor() {
        daemon.docker("run", "--rm", "--name", "past", "busybox", "true").expect(0);
        assertThat(
                        daemon.docker(
                                        "events",
                                        "--since",
                                        "5m",
                                        "--until",
                                        Instant.now().toString(),
                                        "--filter",
                                        "container=past",
                                        "--filter",
                                        "event=die",
                                        "--format",
                                        "{{.Action}}")
                                .text())
                .isEqualTo("die");
    }

    @Test
    void theEndIsToldWhenNetworkAndVolumesAreFree() {
        String since = Instant.now().toString();
        String id = daemon.background("-v", "/data", "busybox", "sleep", "100");
        daemon.docker("rm", "-f", "-v", id).expect(0);
        assertThat(
                        daemon.docker(
                                        "events",
                                        "--since",
                                        since,
                                        "--until",
                                        Instant.now().toString(),
                                        "--format",
                                        "{{.Type}} {{.Action}}")
                                .lines())
                .containsSubsequence(
                        "container kill",
                        "network disconnect",
                        "volume unmount",
                        "container die",
                        "container destroy");
    }

    @Test
    void eventsTellOfExecCopyCommitAndForcedRemoval() {
        String since = Instant.now().toString();
        daemon.background("--name", "told", "-v", "/data", "busybox", "sleep", "100");
        daemon.docker("exec", "told", "true").expect(0);
        daemon.docker("cp", "told:/etc/passwd", "-").expect(0);
        daemon.docker("commit", "told", "of-told").expect(0);
        daemon.docker("rm", "-fv", "told").expect(0);
        List<String> events =
                daemon.docker(
                                "events",
                                "--since",
                                since,
                                "--until",
                                Instant.now().toString(),
                                "--filter",
                                "container=told",
                                "--format",
                                "{{.Type}} {{.Action}}|{{.Actor.Attributes.image}}")
                        .lines();
        assertThat(events)
                .containsExactly(
                        "container create|busybox",
                        "container start|busybox",
                        "container exec_create: true |busybox",
                        "container exec_start: true |busybox",
                        "container exec_die|busybox",
                        "container archive-path|busybox",
                        "container pause|busybox",
                        "container unpause|busybox",
                        "container commit|busybox",
                        "container kill|busybox",
                        "container die|busybox",
                        "container destroy|busybox");
        assertThat(
                        daemon.docker(
                                        "events",
                                        "--since",
                                        since,
                                        "--until",
                                        Instant.now().toString(),
                                        "--filter",
                                        "type=volume",
                                        "--format",
                                        "{{.Action}}")
                                .lines())
                .containsExactly("create", "mount", "unmount", "destroy");
    }

    @Test
    void anImageOfAnotherPlatformIsNotTakenForTheOneAskedFor() {
        String body = "{\"Image\":\"busybox\"}";
        String create = "/v1.51/containers/create?platform=";
        assertThat(daemon.http().post(create + "linux/s390x", body).status()).isEqualTo(404);
        String own =
                daemon.docker("image", "inspect", "-f", "{{.Os}}/{{.Architecture}}", "busybox")
                        .text();
        assertThat(daemon.http().post(create + own, body).status()).isEqualTo(201);
    }

    @Test
    void systemDfCountsSpace() {
        daemon.background(
                "-v",
                "/data",
                "busybox",
                "sh",
                "-c",
                "dd if=/dev/zero of=/fill bs=1M count=3; sleep 100");
        assertThat(
                        daemon.docker(
                                        "system",
                                        "df",
                                        "--format",
                                        "{{.Type}} {{.TotalCount}} {{.Active}}")
                                .lines())
                .contains("Containers 1 1", "Local Volumes 1 1")
                .anyMatch(line -> line.matches("Images [1-9]\\d* 1"));
    }
}
