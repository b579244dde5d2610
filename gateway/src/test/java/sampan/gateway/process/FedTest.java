package sampan.gateway.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sampan.errors.SampanException;
import sampan.gateway.proxy.RawClient;
import sampan.gateway.proxy.ScriptedServer;
import sampan.linux.net.InternetAddress;
import sampan.linux.net.ListenSocket;
import sampan.linux.sys.Fd;

/// A gateway that is fed, and its file: what is taken over, refused, and written to the audit log.
@Timeout(60)
class FedTest {
    private static final InternetAddress LISTENER = new InternetAddress("127.0.0.1", 0);

    @TempDir Path directory;

    private Path file() {
        return directory.resolve("gateway.yaml");
    }

    private Path log() {
        return directory.resolve("audit.log");
    }

    private Fed fed(String yaml) throws IOException {
        Files.writeString(file(), yaml);
        return new Fed(new Fed.Settings(Optional.of(file()), Optional.empty()));
    }

    private void change(Fed fed, String yaml) throws IOException {
        Files.writeString(file(), yaml);
        fed.follow();
    }

    private static String document(ScriptedServer server) {
        return "{\"services\":{\"s\":{\"targets\":[\""
                + server.address()
                + "\"]}},\"routes\":[{\"name\":\"r\",\"service\":\"s\"}]}";
    }

    private static String kinds(List<String> lines) {
        return String.join(
                ",",
                lines.stream()
                        .map(line ->
                                Pattern.compile("\"kind\":\"([^\"]*)\"")
                                        .matcher(line)
                                        .results()
                                        .findFirst()
                                        .orElseThrow()
                                        .group(1))
                        .toList());
    }

    private static String shown(Fed fed, String what) {
        return String.valueOf(fed.show("routes").get(what));
    }

    private int verify() {
        return AuditCommand.verify(
                log(), Optional.empty(), new PrintStream(new ByteArrayOutputStream()));
    }

    @Test
    void eachActionOnItIsALineOfTheAuditLog() throws Exception {
        String settings = "loops: 1\naudit: " + log() + "\n";
        try (ScriptedServer server = ScriptedServer.echoing()) {
            try (Fed fed = fed(settings)) {
                Fd socket = ListenSocket.open(LISTENER.resolve(), 0);
                int port = ListenSocket.port(socket);
                fed.socket(LISTENER, List.of(socket));
                fed.configure(document(server));
                fed.configure(document(server)); // says nothing new
                fed.listen(List.of(LISTENER));
                try (RawClient client = new RawClient(port)) {
                    assertThat(client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").answer())
                            .startsWith("HTTP/1.1 200");
                }
                fed.targets("s", "{\"targets\":[]}");
                assertThat(fed.configure("{\"routes\": 1}").toString()).contains("write a list");
                change(fed, settings + "via: gw\n");
                change(fed, settings + "nonsense: 1\n");
                fed.follow();
                change(fed, settings);
                fed.drain();
            }
            List<String> lines = Files.readAllLines(log(), StandardCharsets.UTF_8);
            assertThat(kinds(lines))
                    .isEqualTo(
                            "started,fed,listening,targets,feed refused,configured,"
                                    + "configuration refused,configured,draining,ended");
            assertThat(lines.get(1)).contains("\"services\":\"s\",\"routes\":\"r\"");
            assertThat(lines.get(2)).contains("\"addresses\":\"127.0.0.1:0\"");
            assertThat(lines.get(3)).contains("\"service\":\"s\",\"targets\":\"\"");
            assertThat(lines.get(4)).contains("\"reason\":\"").contains("write a list");
            assertThat(lines.get(6)).contains("\"reason\":\"").contains("nonsense");
            assertThat(verify()).isZero();
            lines.remove(6);
            Files.write(log(), lines);
            assertThat(verify()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "loops: 2",
                "accessLog: /dev/null",
                "admin: 127.0.0.1:0",
                "audit: /dev/null"
            })
    void whatHoldsFromStartToEndIsRefusedAndTold(String line) throws Exception {
        try (Fed fed = fed("via: gw\n")) {
            String field = line.substring(0, line.indexOf(':'));
            change(fed, "via: other\n" + line + "\n");
            assertThat(shown(fed, "problems"))
                    .contains(file() + ": " + field + ": it holds from start to end");
            change(fed, "via: other\n");
            assertThat(shown(fed, "problems")).isEqualTo("[]");
        }
    }

    @Test
    void aRouteWithAnUnknownMethodOfAuthenticationIsLeftOutAndConcernsNoOther() throws Exception {
        try (ScriptedServer server = ScriptedServer.echoing();
                Fed fed = fed("loops: 1\n")) {
            Map<String, Object> report =
                    fed.configure(
                            document(server)
                                    .replace(
                                            "\"routes\":[",
                                            "\"routes\":[{\"name\":\"x\",\"path\":\"/x\","
                                                    + "\"service\":\"s\",\"authenticate\":\"nobody\"},"));
            assertThat(String.valueOf(report.get("problems")))
                    .contains("name=x")
                    .contains("authenticate \"nobody\" is no method");
            assertThat(shown(fed, "routes")).contains("name=r").doesNotContain("name=x");
            change(fed, "loops: 1\nroutes: [{name: y, respond: {}, authenticate: nobody}]\n");
            assertThat(shown(fed, "problems")).contains("gateway.yaml:2");
        }
    }

    @Test
    void targetsOfNoServiceChangeNothing() throws Exception {
        try (ScriptedServer server = ScriptedServer.echoing();
                Fed fed = fed("loops: 1\n")) {
            fed.configure(document(server));
            assertThatThrownBy(() -> fed.targets("other", "{\"targets\":[]}"))
                    .isInstanceOf(SampanException.class)
                    .hasMessageContaining("other");
            Map<String, Object> shown = fed.show("services");
            assertThat(shown.toString()).contains(server.address());
        }
    }
}
