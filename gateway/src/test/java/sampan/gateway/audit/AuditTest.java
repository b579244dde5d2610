package sampan.gateway.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sampan.errors.SampanException;
import sampan.gateway.process.TestGateway;
import sampan.gateway.proxy.RawClient;

@Timeout(60)
class AuditTest {
    @TempDir Path directory;

    private AuditLog.Settings settings(long bytesMax, int files) {
        return new AuditLog.Settings(
                directory.resolve("audit.log"), bytesMax, files, Optional.empty());
    }

    private Path write(int lines) {
        AuditLog.Settings settings = settings(1 << 20, 4);
        try (AuditLog log = new AuditLog(settings, false)) {
            for (int i = 0; i < lines; i++) {
                log.record("tried", "what", "x\"" + i);
            }
        }
        return settings.file();
    }

    private static AuditVerifier.Report verify(Path file) {
        return AuditVerifier.verify(file, Optional.empty());
    }

    @Test
    void whatWasWrittenIsSoundAndGoesOn() {
        Path file = write(5);
        assertThat(verify(file).faults()).isEmpty();
        write(5);
        AuditVerifier.Report report = verify(file);
        assertThat(report.faults()).isEmpty();
        assertThat(report.first()).isEqualTo(1);
        assertThat(report.last()).isEqualTo(10);
    }

    @Test
    void aRemovedLineIsNamed() throws IOException {
        Path file = write(9);
        List<String> lines = new ArrayList<>(Files.readAllLines(file));
        lines.remove(4);
        Files.write(file, lines);
        assertThat(verify(file).faults())
                .containsExactly("audit.log:5: line 5 is missing before line 6");
    }

    @Test
    void anAlteredLineIsNamed() throws IOException {
        Path file = write(9);
        Files.writeString(file, Files.readString(file).replace("\\u00224", "\\u00225"));
        assertThat(verify(file).faults()).containsExactly("audit.log:5: line 5 was altered");
    }

    @Test
    void aReplacedLineWithItsOwnHashIsNamed() throws IOException {
        Path file = write(9);
        List<String> lines = new ArrayList<>(Files.readAllLines(file));
        String content =
                Chain.parse(lines.get(4)).orElseThrow().content().replace("\\u00224", "\\u00225");
        String hash = new Chain(Optional.empty()).hash(content);
        lines.set(4, content + Chain.HASH + hash + Chain.END);
        Files.write(file, lines);
        assertThat(verify(file).faults())
                .containsExactly("audit.log:6: line 5 was replaced: line 6 follows another");
    }

    @Test
    void linesTakenOffTheEndAreNamedAlsoAfterTheWriterWentOn() throws IOException {
        Path file = write(9);
        List<String> lines = Files.readAllLines(file);
        Files.write(file, lines.subList(0, 7));
        assertThat(verify(file).faults()).containsExactly("lines 8 to 9 are missing at the end");
        write(1);
        assertThat(verify(file).faults())
                .containsExactly("audit.log:8: lines 8 to 9 are missing before line 10");
    }

    @Test
    void linesInAnotherOrderAreNamed() throws IOException {
        Path file = write(4);
        List<String> lines = new ArrayList<>(Files.readAllLines(file));
        lines.add(1, lines.remove(2));
        Files.write(file, lines);
        assertThat(verify(file).faults()).isNotEmpty().anyMatch(f -> f.contains("line 2"));
    }

    @Test
    void aWriterKilledInTheMiddleOfALineLeavesNoFault() throws IOException {
        Path file = write(3);
        Files.writeString(file, "{\"seq\":4,\"ti", StandardOpenOption.APPEND);
        AuditVerifier.Report torn = verify(file);
        assertThat(torn.faults()).isEmpty();
        assertThat(torn.notes()).hasSize(1);
        write(2);
        AuditVerifier.Report report = verify(file);
        assertThat(report.faults()).isEmpty();
        assertThat(report.last()).as("one says what was cut off").isEqualTo(6);
        assertThat(Files.readString(file)).contains("\"kind\":\"recovered\",\"cutBytes\":\"12\"");
    }

    @Test
    void aWriterKilledBeforeItToldTheHeadLeavesNoFault() throws IOException {
        Path file = write(3);
        byte[] head = Files.readAllBytes(Chain.head(file));
        write(2);
        Files.write(Chain.head(file), head);
        assertThat(verify(file).faults()).isEmpty();
        write(1);
        assertThat(verify(file).faults()).isEmpty();
    }

    @Test
    void filesAreBoundedAndTheChainRunsThroughThem() throws IOException {
        AuditLog.Settings settings = settings(4096, 3);
        try (AuditLog log = new AuditLog(settings, false)) {
            for (int i = 0; i < 400; i++) {
                log.record("tried", "what", "x".repeat(100));
            }
        }
        assertThat(Chain.older(settings.file())).hasSizeBetween(1, 3);
        AuditVerifier.Report report = verify(settings.file());
        assertThat(report.faults()).isEmpty();
        Path older = Chain.older(settings.file()).getFirst();
        List<String> lines = new ArrayList<>(Files.readAllLines(older));
        lines.remove(lines.size() - 1);
        Files.write(older, lines);
        assertThat(verify(settings.file()).faults())
                .hasSize(1)
                .allMatch(f -> f.contains("missing before line"));
    }

    @Test
    void withAKeyNobodyElseCanComputeTheChain() throws IOException {
        Path key = Files.writeString(directory.resolve("key"), "0123456789abcdef0123");
        AuditLog.Settings settings =
                new AuditLog.Settings(directory.resolve("audit.log"), 1 << 20, 3, Optional.of(key));
        try (AuditLog log = new AuditLog(settings, false)) {
            log.record("tried");
        }
        assertThat(AuditVerifier.verify(settings.file(), Optional.of(key)).faults()).isEmpty();
        assertThat(verify(settings.file()).faults()).hasSize(1);
    }

    @Test
    void twoWritersOfOneFileAreRefused() {
        try (AuditLog _ = new AuditLog(settings(1 << 20, 3), false)) {
            assertThatThrownBy(() -> new AuditLog(settings(1 << 20, 3), false))
                    .isInstanceOfAny(
                            SampanException.class,
                            java.nio.channels.OverlappingFileLockException.class);
        }
    }

    @Test
    void refusalsAndChangesAreNotedWithoutTheirSecrets() throws IOException {
        Path file = directory.resolve("audit.log");
        String config =
                "audit: "
                        + file
                        + "\nconsumers: {app: {apiKeys: \"sha256:"
                        + "0".repeat(64)
                        + "\"}}\nauthentication: {methods: {keys: {apiKey: {}}}, use: keys}\n"
                        + "routes: [{name: r, respond: {text: in}}]\n";
        try (TestGateway gateway = new TestGateway(config)) {
            try (RawClient client = gateway.client()) {
                client.send("GET /a?token=s3cret HTTP/1.1\r\nHost: h\r\nX-Api-Key: s3cret\r\n\r\n");
                assertThat(client.answer()).startsWith("HTTP/1.1 401");
            }
            assertThat(gateway.change("routes: [")).isFalse();
            assertThat(gateway.change(config + "accessLog: x\n")).isFalse();
            assertThat(gateway.change(config + "via: x\n")).isTrue();
        }
        String text = Files.readString(file);
        assertThat(text)
                .contains("\"kind\":\"started\"")
                .contains(
                        "\"kind\":\"refused\",\"status\":\"401\",\"reason\":\"keys: key is unknown\","
                                + "\"client\":\"127.0.0.1\",\"method\":\"GET\",\"host\":\"h\","
                                + "\"path\":\"/a\",\"route\":\"r\",\"consumer\":\"\"")
                .contains("\"kind\":\"configuration refused\"")
                .contains("\"kind\":\"configured\"")
                .contains("\"kind\":\"ended\"")
                .doesNotContain("s3cret");
        assertThat(new String(Files.readAllBytes(file), StandardCharsets.US_ASCII).lines())
                .hasSize(6);
        assertThat(verify(file).faults()).isEmpty();
    }
}
