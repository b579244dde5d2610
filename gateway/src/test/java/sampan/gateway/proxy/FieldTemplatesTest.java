package sampan.gateway.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sampan.errors.SampanException;
import sampan.gateway.config.ConfigReader;
import sampan.gateway.process.TestGateway;

/// Headers whose values come out of the request, over real sockets.
@Timeout(120)
class FieldTemplatesTest {
    private static final String GET = "GET /a%2Db/c?d=e&f=g HTTP/1.1\r\nHost: Shop.example:81\r\n";

    private static TestGateway gateway(ScriptedServer server, String edits) throws IOException {
        return new TestGateway(
                "services: {s: {targets: ['%s']}}\nroutes: [{name: r, service: s, %s}]\n"
                        .formatted(server.address(), edits));
    }

    private static String line(String head, String name) {
        return Arrays.stream(head.split("\r\n", -1))
                .filter(line -> line.startsWith(name + ": "))
                .map(line -> line.substring(name.length() + 2))
                .findFirst()
                .orElse("none");
    }

    @ParameterizedTest
    @CsvSource({
        "{host}, Shop.example",
        "{path}, /a-b/c",
        "{query}, ?d=e&f=g",
        "{uri}, /a-b/c?d=e&f=g",
        "{method}, GET",
        "{scheme}, http",
        "{client}, 127.0.0.1",
        "{header:X-One}, 1 2",
        "{header:X-None}, none",
        "{query:f}, g",
        "{cookie:k}, v",
        "{consumer}, none",
        "{claim:sub}, none",
        "{scheme}://{host}{path}, http://Shop.example/a-b/c",
        "<{header:X-None}>, <>",
        "'{\"a\":[{\"b\":1}]}', '{\"a\":[{\"b\":1}]}'",
        "{{host}, {host}",
        "{Host} {}, {Host} {}",
    })
    void aVariableIsWhatTheRequestSays(String template, String value) throws IOException {
        String quoted = template.replace("'", "''");
        try (ScriptedServer server = ScriptedServer.echoing();
                TestGateway gateway =
                        gateway(
                                server,
                                "request: {set: {X-It: '%s'}}, response: {set: {X-Its: '%1$s'}}"
                                        .formatted(quoted));
                RawClient client = gateway.client()) {
            String forged = "X-It: forged\r\nX-One: 1 2\r\nCookie: j=u; k=v\r\n";
            String answer = client.send(GET + forged + "\r\n").answer();
            assertThat(answer).startsWith("HTTP/1.1 200").doesNotContain("forged");
            assertThat(line(server.heads().getFirst(), "X-It")).isEqualTo(value);
            assertThat(line(answer, "X-Its")).isEqualTo(value);
        }
    }

    @Test
    void aRequestsNumberIsItsOwnAndTheSameForServerAndClient() throws IOException {
        String edits =
                "request: {set: {X-Id: '{request-id}'}}, response: {add: {X-Id: '{request-id}'}}";
        try (ScriptedServer server = ScriptedServer.echoing();
                TestGateway gateway = gateway(server, edits);
                RawClient client = gateway.client()) {
            Set<String> seen = new TreeSet<>();
            for (int i = 0; i < 50; i++) {
                String id = line(client.send(GET + "\r\n").answer(), "X-Id");
                assertThat(id).matches("[0-9a-f]{32}");
                assertThat(line(server.heads().getLast(), "X-Id")).isEqualTo(id);
                seen.add(id);
            }
            assertThat(seen).hasSize(50);
        }
    }

    @Test
    void anAnswerOfOneRequestHasNothingOfAnother() throws IOException {
        try (ScriptedServer server = ScriptedServer.echoing();
                TestGateway gateway =
                        gateway(
                                server,
                                "path: /a-b, response: {set: {X-Q: '{query:q}'}}},"
                                        + " {name: plain, service: s");
                RawClient client = gateway.client()) {
            String first = client.send("GET /a-b?q=1 HTTP/1.1\r\nHost: x\r\n\r\n").answer();
            assertThat(line(first, "X-Q")).isEqualTo("1");
            String second = client.send("GET /c?q=2 HTTP/1.1\r\nHost: x\r\n\r\n").answer();
            assertThat(line(second, "X-Q")).isEqualTo("none");
        }
    }

    @Test
    void whatIsTooLongForAHeadIsRefused() throws IOException {
        String edits = "request: {set: {X-A: '{header:X-Long}{header:X-Long}'}}";
        try (ScriptedServer server = ScriptedServer.echoing();
                TestGateway gateway = gateway(server, edits);
                RawClient client = gateway.client()) {
            String lengthy = "X-Long: " + "x".repeat(4097) + "\r\n\r\n";
            assertThat(client.send(GET + lengthy).answer()).startsWith("HTTP/1.1 431");
            assertThat(server.heads()).isEmpty();
            String fits = "X-Long: " + "x".repeat(4096) + "\r\n\r\n";
            assertThat(client.send(GET + fits).answer()).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void aRedirectGoesWhereTheRequestSays() throws IOException {
        try (TestGateway gateway =
                        new TestGateway(
                                "routes: [{name: r, redirect: {to:"
                                        + " 'https://{host}/{header:X-One}{uri}'}}]\n");
                RawClient client = gateway.client()) {
            assertThat(line(client.send(GET + "X-One: one\r\n\r\n").answer(), "Location"))
                    .isEqualTo("https://Shop.example/one/a-b/c?d=e&f=g");
        }
    }

    @ParameterizedTest
    @CsvSource({"{hots}", "{claim}", "{header}", "{trace:x}"})
    void whatIsNoVariableIsNamed(String template) {
        assertThatThrownBy(() ->
                        ConfigReader.read(
                                "x",
                                "listeners: ['127.0.0.1:1']\nservices: {s: {targets: [a:1]}}\n"
                                        + "routes: [{service: s, request: {set: {X: '"
                                        + template
                                        + "'}}}]\n"))
                .isInstanceOf(SampanException.class)
                .hasMessageContaining(template + " is no variable: write {host}, {path}");
    }

    @Test
    void variablesAllocateNothing() throws IOException {
        assertThat(
                        AllocationTest.allocated(
                                "routes:\n"
                                        + "- {path: /a, service: s, request: {set: {X-Host:"
                                        + " '{scheme}://{host}{uri}', X-Id: '{request-id}', X-User:"
                                        + " '{header:X-User} {client}'}}}\n",
                                AllocationTest.request("X-User: u\r\n")))
                .isZero();
    }
}
