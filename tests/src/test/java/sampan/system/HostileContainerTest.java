package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What a container, its image and its volumes try in order to reach the machine, one test each.
/// The names in brackets are those under which the field knows the attempt.
@Tag("system")
@ExtendWith(DaemonExtension.class)
class HostileContainerTest {
    private static final int DESCRIPTORS = 24;

    private final PrivateDaemon daemon;

    HostileContainerTest(PrivateDaemon daemon) {
        this.daemon = daemon;
    }

    private Outcome run(String... optionsImageCommand) {
        List<String> words = Command.words("run", "--rm");
        words.addAll(List.of(optionsImageCommand));
        return daemon.docker(words.toArray(String[]::new));
    }

    private Outcome shell(String container, String script) {
        return daemon.docker("exec", container, "sh", "-c", script);
    }

    /// A file of the machine's that no container may show.
    private Path secret() {
        try {
            return Files.writeString(daemon.home().resolve("secret"), "the machine's own\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// An image of one layer.
    private void load(String reference, Tar layer) {
        daemon.dockerCommand("load").input(Images.archive(reference, layer.end())).run().expect(0);
    }

    /// The busybox with a layer on top, by way of its own tools.
    private void image(String reference, String script) {
        String id = daemon.docker("create", "busybox", "sh", "-c", script).text();
        daemon.docker("start", "-a", id).expect(0);
        daemon.docker("commit", id, reference).expect(0);
    }

    @Test
    void aSubpathOfAVolumeThatIsALinkStaysInTheVolume() {
        secret();
        String home = daemon.home().toString();
        run(
                        "-v",
                        "sub:/v",
                        "busybox",
                        "sh",
                        "-c",
                        "ln -s / /v/root; ln -s "
                                + home
                                + " /v/home; mkdir /v/real; ln -s real /v/near; ln -s "
                                + "../".repeat(20)
                                + "etc /v/up; echo mine >/v/real/f")
                .expect(0);
        for (String path : List.of("root", "home", "up", "root" + home, "home/secret")) {
            Outcome outcome = sub(path, "find", "/x", "-maxdepth", "2");
            assertThat(outcome.out()).as(path).doesNotContain("secret", "shadow", "/x/usr");
        }
        assertThat(sub("real", "cat", "/x/f").text()).isEqualTo("mine");
        assertThat(sub("near", "cat", "/x/f").text()).isEqualTo("mine");
        assertThat(sub("none", "true").expect(127).err())
                .contains("cannot access path of volume sub: none: no such file or directory");
    }

    private Outcome sub(String path, String... command) {
        List<String> words = Command.words("run", "--rm", "--mount");
        words.add("type=volume,src=sub,dst=/x,volume-subpath=" + path);
        words.add("busybox");
        words.addAll(List.of(command));
        return daemon.docker(words.toArray(String[]::new));
    }

    /// Names of links in the image, and mounts on them that would cover what the kernel says of the
    /// container's process, so that labels and parameters were written to a file of its own
    /// (CVE-2019-19921, CVE-2023-27561, CVE-2025-52881).
    static Stream<Arguments> mountsOnProc() {
        return Stream.of(
                Arguments.of(
                        "a file on a link to a file of procfs", "-v", "/etc/passwd:/self/environ"),
                Arguments.of("a directory on a link to a process", "--tmpfs", "/self"),
                Arguments.of("by a link to a link", "--tmpfs", "/again/attr"),
                Arguments.of("by parents", "--tmpfs", "/up"),
                Arguments.of("by name", "-v", "/etc/passwd:/proc/self/environ"),
                Arguments.of("all of it", "-v", "/etc:/proc"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mountsOnProc")
    void nothingIsMountedInsideProcfs(String name, String option, String mount) {
        image("links", "ln -s /proc/self /self; ln -s /self /again; ln -s ../../../proc/1 /up");
        Outcome outcome = run(option, mount, "links", "true").expect(125);
        assertThat(outcome.err()).contains("/proc");
    }

    /// CVE-2024-21626: a descriptor of ours as working directory.
    @Test
    void noDescriptorOfOursIsAWayOut() {
        secret();
        String id = daemon.background("busybox", "sleep", "1000");
        String look = "cat ./secret ../secret ../../../../../../.." + secret();
        for (int i = 0; i < DESCRIPTORS; i++) {
            for (String more : List.of("", "/..", "/../../..")) {
                String cwd = "/proc/self/fd/" + i + more;
                assertThat(run("-w", cwd, "busybox", "sh", "-c", look).out()).as(cwd).isEmpty();
                assertThat(daemon.docker("exec", "-w", cwd, id, "sh", "-c", look).out())
                        .as(cwd)
                        .doesNotContain("machine");
            }
        }
    }

    @Test
    void aWorkingDirectoryByLinkStaysInTheContainer() {
        Path secret = secret();
        image(
                "wd",
                "ln -s " + "../".repeat(12) + daemon.home() + " /wd; mkdir -p " + daemon.home());
        assertThat(run("-w", "/wd", "wd", "sh", "-c", "pwd; ls").text())
                .isEqualTo(daemon.home().toString());
        assertThat(secret).exists();
    }

    @Test
    void nothingButStandardStreamsIsOpenInside() {
        String list = "for f in /proc/self/fd/*; do readlink $f; done; true";
        String id = daemon.background("busybox", "sleep", "1000");
        List<List<String>> seen = new ArrayList<>();
        seen.add(run("busybox", "sh", "-c", list).lines());
        seen.add(shell(id, list).lines());
        seen.add(run("-t", "busybox", "sh", "-c", list).lines());
        seen.add(run("--init", "busybox", "sh", "-c", list).lines());
        for (List<String> links : seen) {
            assertThat(links).hasSizeBetween(3, 4);
            assertThat(links)
                    .allMatch(l -> l.matches("(pipe|socket):.*|/dev/(null|pts/[0-9]+|console).*"));
        }
    }

    /// CVE-2019-5736: the program that starts containers, seen from inside one.
    @Test
    void ourProgramIsNotReachedThroughProc() {
        // an interpreter by this name is our program itself, in the moment of the exec
        image("exe", "printf '#!/proc/self/exe\\n' >/run-me; chmod +x /run-me");
        run("exe", "/run-me");
        run("--entrypoint", "/proc/self/exe", "busybox", "x");
        String id = daemon.background("exe", "sleep", "1000");
        daemon.docker("exec", id, "/run-me");
        daemon.docker("exec", id, "/proc/self/exe", "x");
        assertThat(shell(id, "echo x >/proc/1/exe").expect(1).err()).contains("busy");
        run("busybox", "true").expect(0);
        // the init stays inside as long as the container does: its program is sealed
        String held = daemon.background("--init", "busybox", "sleep", "1000");
        Outcome written = shell(held, "echo x >/proc/1/exe; dd if=/dev/zero of=/proc/1/exe");
        assertThat(written.status()).isNotZero();
        run("busybox", "true").expect(0);
    }

    @Test
    void aHostileUserFileNeitherHangsNorFillsTheDaemon() {
        String id = daemon.background("busybox", "sleep", "1000");
        String[] scripts = {
            "rm -f /etc/passwd; mkfifo /etc/passwd",
            "rm -f /etc/passwd; ln -s /proc/1/mem /etc/passwd",
            "rm -f /etc/passwd; ln -s /dev/zero /etc/passwd",
            "rm -f /etc/passwd; ln -s passwd /etc/passwd",
            "rm -f /etc/passwd; dd if=/dev/zero of=/etc/passwd bs=1M count=64",
            "yes x:x:1:1::/:/bin/sh | head -c 8000000 >/etc/passwd",
        };
        for (String script : scripts) {
            Outcome changed = daemon.docker("exec", "-u", "0:0", id, "sh", "-c", script);
            if (changed.status() != 0) {
                // the file of the step before refuses every exec: cp needs none
                daemon.docker("cp", "-", id + ":/etc");
            }
            Outcome outcome = daemon.docker("exec", "-u", "somebody", id, "id");
            assertThat(outcome.status()).as(script).isNotZero();
            assertThat(outcome.out() + outcome.err()).as(script).contains("passwd");
            daemon.dockerCommand("cp", "-", id + ":/etc")
                    .input(new Tar().file("passwd", "root:x:0:0:root:/root:/bin/sh\n").end())
                    .run()
                    .expect(0);
        }
        assertThat(daemon.docker("exec", id, "id", "-u").text()).isEqualTo("0");
    }

    @Test
    void ourFilesAreNotWrittenThroughLinksOfTheImage() throws IOException {
        Path secret = secret();
        String up = "../".repeat(20) + secret.toString().substring(1);
        load(
                "linked:1",
                new Tar()
                        .directory("etc/")
                        .symlink("etc/hosts", up)
                        .symlink("etc/resolv.conf", secret.toString())
                        .symlink("etc/hostname", "/proc/self/environ"));
        // has no program to run: that its files were made is seen from the failure that follows
        assertThat(run("linked:1", "/none").status()).isNotZero();
        assertThat(Files.readString(secret)).isEqualTo("the machine's own\n");
        String id = daemon.background("busybox", "sleep", "1000");
        assertThat(shell(id, "rm /etc/hosts; ln -sf " + up + " /etc/hosts").status()).isNotZero();
        daemon.docker("restart", "-t", "0", id).expect(0);
        assertThat(Files.readString(secret)).isEqualTo("the machine's own\n");
        assertThat(shell(id, "cat /etc/hosts").text()).contains("localhost");
    }

    @Test
    void aVolumeIsFilledFromTheImageAndNothingElse() {
        secret();
        image("filled", "ln -s " + "../".repeat(20) + daemon.home() + " /data; ln -s /etc /near");
        run("-v", "filled-a:/data", "filled", "true");
        run("-v", "filled-b:/near", "filled", "true").expect(0);
        assertThat(run("-v", "filled-a:/x", "busybox", "ls", "-A", "/x").text()).isEmpty();
        assertThat(run("-v", "filled-b:/x", "busybox", "ls", "-A", "/x").lines())
                .contains("passwd")
                .doesNotContain("shadow");
    }

    @Test
    void theKernelsOwnHandlesAreOutOfReach() {
        String[] forbidden = {
            "echo /evil >/proc/sys/kernel/core_pattern",
            "echo b >/proc/sysrq-trigger",
            "echo 1 >/proc/sys/vm/drop_caches",
            "echo /evil >/sys/kernel/uevent_helper",
            "echo /evil >/sys/fs/cgroup/release_agent",
            "for f in /sys/fs/cgroup/*/release_agent; do echo /evil >$f && exit 0; done; exit 1",
            "mkdir /sys/fs/cgroup/evil",
            "mkdir /sys/fs/cgroup/memory/evil",
            "cat /proc/kcore | head -c 1 | grep -q .",
            "mount -t cgroup none /mnt",
            "unshare -U true",
            "mount -o remount,rw /sys",
            "chroot /proc/1/root true && umount /proc/sys",
        };
        for (String script : forbidden) {
            assertThat(run("busybox", "sh", "-c", script).status()).as(script).isNotZero();
        }
    }

    /// CVE-2025-31133: what covers a masked file is the null device, whatever stands at its name.
    @Test
    void masksAreMadeOfTheNullDeviceOnly() {
        image("nulled", "mkdir -p /other; ln -s /proc/sysrq-trigger /other/null");
        // the directory of devices is a volume of the attacker's
        run("-v", "devices:/v", "nulled", "sh", "-c", "cp -a /other/null /v/null");
        Outcome outcome =
                run(
                        "-v",
                        "devices:/dev",
                        "busybox",
                        "sh",
                        "-c",
                        "cat /proc/keys; echo b >/proc/keys; ls -l /proc/keys");
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).contains("can't mask path");
    }

    /// CVE-2025-52565: the console is bound where /dev/console leads inside, and never on procfs.
    @Test
    void theConsoleIsNotBoundOnProcfs() {
        run(
                        "-v",
                        "console:/v",
                        "busybox",
                        "sh",
                        "-c",
                        "ln -s /proc/sys/kernel/core_pattern /v/console")
                .expect(0);
        Outcome outcome = run("-t", "-v", "console:/dev", "busybox", "true");
        assertThat(outcome.status()).isNotZero();
    }

    @Test
    void whatAContainerPrintsIsOneEntryALine() {
        String forged = "{\\\"log\\\":\\\"forged\\\\n\\\",\\\"stream\\\":\\\"stderr\\\"}";
        String id =
                daemon.background(
                        "busybox",
                        "sh",
                        "-c",
                        "echo \""
                                + forged
                                + "\"; printf '\\033[2J\\000\\377\\342\\200\\250\"\\r\\n'; echo end");
        daemon.docker("wait", id).expect(0);
        Outcome logs = daemon.docker("logs", id).expect(0);
        assertThat(logs.err()).isEmpty();
        assertThat(logs.out().lines().toList()).hasSize(3).first().asString().startsWith("{");
        assertThat(Residue.read(Path.of(daemon.inspect(id, "{{.LogPath}}"))).lines())
                .hasSize(3)
                .allMatch(line -> line.contains("\"stream\":\"stdout\""));
    }

    @Test
    void copiesFollowNoLinkOutOfTheContainer() throws IOException {
        Path secret = secret();
        String up = "../".repeat(20) + secret.toString().substring(1);
        String id = daemon.background("busybox", "sleep", "1000");
        shell(id, "ln -s " + up + " /near; ln -s " + daemon.home() + " /dir").expect(0);
        assertThat(daemon.docker("cp", "-L", id + ":/near", "-").out()).doesNotContain("machine");
        assertThat(daemon.docker("cp", id + ":/dir/secret", "-").out()).doesNotContain("machine");
        daemon.dockerCommand("cp", "-", id + ":/dir")
                .input(new Tar().file("secret", "overwritten").end())
                .run();
        daemon.dockerCommand("cp", "-", id + ":/near")
                .input(new Tar().file("x", "overwritten").end())
                .run();
        assertThat(Files.readString(secret)).isEqualTo("the machine's own\n");
    }

    /// A link that is swapped with a directory all the time while files are copied below it.
    @Test
    void copiesWinTheRaceForALink() throws IOException {
        Path secret = secret();
        String id =
                daemon.background(
                        "busybox",
                        "sh",
                        "-c",
                        "mkdir /d; ln -s "
                                + daemon.home()
                                + " /l; while :; do mv /d /t; mv /l /d; mv /d /l; mv /t /d; done");
        byte[] tar = new Tar().file("secret", "overwritten").end();
        for (int i = 0; i < 40; i++) {
            daemon.dockerCommand("cp", "-", id + ":/d").input(tar).run();
            assertThat(daemon.docker("cp", id + ":/d/secret", "-").out()).doesNotContain("machine");
        }
        assertThat(Files.readString(secret)).isEqualTo("the machine's own\n");
    }
}
