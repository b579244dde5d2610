package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Containers whose ids are others on the host.
@Tag("system")
@ExtendWith(DaemonExtension.class)
class UserNamespaceTest {
    private final PrivateDaemon daemon;

    UserNamespaceTest(PrivateDaemon daemon) {
        this.daemon = daemon;
    }

    private Outcome run(String... optionsImageCommand) {
        List<String> words = Command.words("run", "--rm", "--userns", "remap");
        words.addAll(List.of(optionsImageCommand));
        return daemon.sampan(words.toArray(String[]::new));
    }

    @Test
    void rootInsideIsNobodyOutside() {
        assertThat(run("busybox", "sh", "-c", "id -u; cat /proc/self/uid_map").lines())
                .element(1)
                .asString()
                .matches(" *0 +1000000 +65536");
        String id =
                daemon.sampan("run", "-d", "--userns", "remap", "busybox", "sleep", "1000").text();
        String pid = daemon.inspect(id, "{{.State.Pid}}");
        assertThat(Residue.read(java.nio.file.Path.of("/proc", pid, "status")))
                .contains("Uid:\t1000000\t1000000\t1000000\t1000000");
        assertThat(daemon.docker("exec", id, "id", "-u").text()).isEqualTo("0");
        assertThat(
                        run("--user", "7", "busybox", "sh", "-c", "id -u; echo out >/dev/stdout")
                                .lines())
                .containsExactly("7", "out");
    }

    @Test
    void filesOfTheImageAndOfVolumesBelongToItsRoot() {
        String touch = "touch /new /v/new; stat -c %u /new /v/new /etc/passwd";
        assertThat(run("-v", "mapped:/v", "busybox", "sh", "-c", touch).lines())
                .containsExactly("0", "0", "0");
        // the same volume without a map: nothing was changed for it on disk
        assertThat(
                        daemon.docker(
                                        "run",
                                        "--rm",
                                        "-v",
                                        "mapped:/v",
                                        "busybox",
                                        "stat",
                                        "-c",
                                        "%u",
                                        "/v/new")
                                .text())
                .isEqualTo("0");
        // what is the host's stays the host's
        assertThat(run("-v", "/etc:/host", "busybox", "touch", "/host/evil").status()).isNotZero();
    }

    @Test
    void itsNetworkIsItsOwn() {
        run("busybox", "ping", "-c", "1", "-W", "5", daemon.gateway()).expect(0);
        run("--cap-add", "NET_ADMIN", "busybox", "ip", "link", "set", "lo", "mtu", "1400")
                .expect(0);
        run("--network", "none", "busybox", "true").expect(0);
        assertThat(run("--network", "host", "busybox", "true").expect(125).err())
                .contains("cannot share the host's network namespace when user namespaces");
        assertThat(run("--pid", "host", "busybox", "true").expect(125).err())
                .contains("cannot share the host PID namespace when user namespaces");
        assertThat(run("--privileged", "busybox", "true").expect(125).err())
                .contains("privileged mode is incompatible with user namespaces");
    }

    @Test
    void theMachinesOwnFilesAreRefusedWithTheRemedy() {
        assertThat(run("host", "true").expect(125).err())
                .contains("the image host cannot be used in a user namespace (--userns remap)")
                .contains("use --userns host");
        assertThat(daemon.docker("ps", "-aq").lines()).isEmpty();
    }

    /// The docker client has no word for it, so the daemon's own setting has to reach it.
    @Test
    void aWholeDaemonThatRemaps() {
        PrivateDaemon remapping = new PrivateDaemon("--userns-remap", "default");
        try (remapping) {
            remapping.start();
            remapping.loadBusybox();
            String look = "id -u; awk '{print $2}' /proc/self/uid_map /proc/self/gid_map";
            assertThat(remapping.docker("run", "--rm", "busybox", "sh", "-c", look).lines())
                    .containsExactly("0", "1000000", "1000000");
            // root inside owns nothing of the host's
            assertThat(
                            remapping
                                    .docker(
                                            "run",
                                            "--rm",
                                            "-v",
                                            "/etc:/host:ro",
                                            "busybox",
                                            "cat",
                                            "/host/shadow")
                                    .expect(1)
                                    .err())
                    .contains("Permission denied");
            String host = "awk '{print $2, $3}' /proc/self/uid_map";
            assertThat(
                            remapping
                                    .docker(
                                            "run",
                                            "--rm",
                                            "--userns",
                                            "host",
                                            "busybox",
                                            "sh",
                                            "-c",
                                            host)
                                    .text())
                    .isEqualTo("0 4294967295");
        }
        DaemonExtension.delete(remapping.home());
    }
}
