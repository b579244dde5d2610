package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// `sampan doctor` finds what is left over, takes it away when told to, and nothing else.
@Tag("system")
@ExtendWith(DaemonExtension.class)
class DoctorTest {
    private static final String ID = "f".repeat(64);

    private final PrivateDaemon daemon;

    DoctorTest(PrivateDaemon daemon) {
        this.daemon = daemon;
    }

    @Test
    void findsWhatWasPlantedAndTakesOnlyThatAway() throws IOException {
        String running = daemon.background("busybox", "sleep", "1000");
        daemon.sampan("doctor").expect(0);
        List<String> planted = plant();
        String foreign = "sampan_foreign_" + ProcessHandle.current().pid();
        Command.of("nft", "add", "table", "ip", foreign).run().expect(0);
        try {
            Outcome found = daemon.sampan("doctor").expect(1);
            planted.forEach(what -> assertThat(found.out()).contains("leftover  " + what));
            assertThat(found.out())
                    .contains("ok        firewall table " + foreign + ": another Sampan daemon's");
            Outcome repaired = daemon.sampan("doctor", "--repair").expect(0);
            planted.forEach(what -> assertThat(repaired.out()).contains(what + ": taken away"));
            assertThat(daemon.sampan("doctor").expect(0).out()).doesNotContain("leftover");
            assertThat(Command.of("nft", "list", "tables").run().out()).contains(foreign);
        } finally {
            Command.of("nft", "delete", "table", "ip", foreign).run();
        }
        assertThat(daemon.docker("exec", running, "ping", "-c1", "-W5", daemon.gateway()).status())
                .isZero();
    }

    private List<String> plant() throws IOException {
        List<String> planted = new ArrayList<>();
        Path mount = Files.createDirectory(daemon.root().resolve("planted"));
        Command.of("mount", "-t", "tmpfs", "planted", mount.toString()).run().expect(0);
        planted.add("mount " + mount);
        Path task = Files.createDirectory(daemon.runDirectory().resolve("c/ffffffffffff"));
        planted.add("run directory " + task);
        Path exec = Files.createDirectory(daemon.runDirectory().resolve("e/ffffffffffff"));
        Files.setLastModifiedTime(exec, FileTime.from(Instant.now().minus(Duration.ofHours(1))));
        planted.add("run directory " + exec);
        planted.add(
                "directory " + Files.createDirectory(daemon.root().resolve("containers/" + ID)));
        byte[] content = "nobody's".getBytes(StandardCharsets.UTF_8);
        String digest = Images.sha256(content);
        Files.write(daemon.root().resolve("content/blobs/sha256/" + digest), content);
        planted.add("content sha256:" + digest);
        String parent = "sampan-" + daemon.bridge().toLowerCase(Locale.ROOT);
        Files.createDirectory(pids().resolve(parent).resolve(ID));
        planted.add("cgroup /" + parent + "/" + ID);
        String link = new Residue(daemon).links().getLast().substring(0, 6) + "0a0000ff";
        Command.of("ip", "link", "add", link, "type", "veth", "peer", "name", link + "p")
                .run()
                .expect(0);
        planted.add("link " + link);
        return planted;
    }

    /// A hierarchy that every layout has.
    private static Path pids() {
        Path v1 = Path.of("/sys/fs/cgroup/pids");
        return Files.isDirectory(v1) ? v1 : Path.of("/sys/fs/cgroup");
    }
}
