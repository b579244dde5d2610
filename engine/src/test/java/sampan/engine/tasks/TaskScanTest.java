package sampan.engine.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sampan.engine.networks.Attachment;
import sampan.engine.networks.Cidr;
import sampan.engine.networks.Endpoint;
import sampan.linux.netlink.MacAddress;

class TaskScanTest {
    @TempDir Path tasks;

    private Path task(String name, int lastByte) throws IOException {
        Path directory = Files.createDirectory(tasks.resolve(name));
        Endpoint endpoint =
                new Endpoint(
                        name.repeat(32),
                        name.repeat(64),
                        "1".repeat(64),
                        Cidr.address("10.1.0." + lastByte),
                        24,
                        Cidr.address("10.1.0.1"),
                        MacAddress.parse("02:00:00:00:00:0" + lastByte),
                        "ve" + name);
        new TaskNote(name.repeat(64), "/x/" + name, Optional.of(endpoint), List.of())
                .write(directory);
        return directory;
    }

    @Test
    void aTaskThatWasAboutToStartWhenTheDaemonWasKilledKeepsItsAddress() throws IOException {
        task("a", 2);
        List<Attachment> found = TaskScan.read(tasks).attachments();
        assertThat(found)
                .singleElement()
                .satisfies(attachment -> {
                    assertThat(attachment.endpoint().hostLink()).isEqualTo("vea");
                    assertThat(attachment.process()).isEqualTo(OptionalLong.empty());
                });
    }

    @Test
    void thoseThatEndedOrFailedHaveGivenTheirsBack() throws IOException {
        Files.writeString(task("b", 3).resolve("exit"), "5 0 0 1 2\n");
        Files.writeString(task("c", 4).resolve("fail"), "5 120 2 2 /nothing\n");
        // no process has that pid and started so early
        Files.writeString(task("d", 5).resolve("pid"), "1 1 5\n");
        assertThat(TaskScan.read(tasks).attachments()).isEmpty();
    }

    @Test
    void thoseThatSurelyRunComeFirst() throws IOException {
        task("a", 2);
        String stat = Files.readString(Path.of("/proc/self/stat"));
        String started = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[19];
        Files.writeString(
                task("b", 3).resolve("pid"),
                ProcessHandle.current().pid() + " " + started + " 7\n");
        assertThat(TaskScan.read(tasks).attachments())
                .extracting(attachment -> attachment.endpoint().hostLink())
                .containsExactly("veb", "vea");
    }
}
