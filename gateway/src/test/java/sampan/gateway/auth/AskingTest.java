package sampan.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.util.Base64URL;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sampan.gateway.process.TestGateway;
import sampan.gateway.proxy.RawClient;
import sampan.gateway.proxy.ScriptedServer;

/// Methods that ask another server: forward authentication, and the login at a provider.
@Timeout(120)
class AskingTest {
    @TempDir Path directory;

    private static String ask(TestGateway gateway, String line, String... fields)
            throws IOException {
        StringBuilder raw = new StringBuilder(line + " HTTP/1.1\r\nHost: shop.example\r\n");
        for (String field : fields) {
            raw.append(field).append("\r\n");
        }
        try (RawClient client = gateway.client()) {
            return client.send(raw + "\r\n").answer();
        }
    }

    private static String found(String text, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertThat(matcher.find()).as(pattern + " in " + text).isTrue();
        return matcher.group(1);
    }

    private static String answer(String status, String fields, String body) {
        return "HTTP/1.1 "
                + status
                + "\r\n"
                + fields
                + "Content-Length: "
                + body.length()
                + "\r\n\r\n"
                + body;
    }

    @Test
    void anotherServerDecides() throws IOException {
        List<String> asked = new CopyOnWriteArrayList<>();
        AtomicReference<String> says = new AtomicReference<>("");
        String config =
                """
                authentication:
                  methods: {other: {forward: {uri: "http://%s/check", pass: [X-User, X-Team], name: X-User, cacheFor: 1h}}}
                  use: other
                services: {s: {targets: ["%s"]}}
                routes: [{service: s}]
                """;
        try (ScriptedServer server = ScriptedServer.echoing();
                ScriptedServer other =
                        new ScriptedServer(peer -> {
                            for (String h = peer.head(); !h.isEmpty(); h = peer.head()) {
                                asked.add(h);
                                peer.write(says.get());
                            }
                        });
                TestGateway gateway =
                        new TestGateway(config.formatted(other.address(), server.address()))) {
            says.set(answer("200 OK", "X-User: ann\r\nX-Other: o\r\n", ""));
            String good = "Authorization: Token good";
            assertThat(ask(gateway, "POST /a?b=c", good, "X-User: root", "X_Team: root"))
                    .startsWith("HTTP/1.1 200")
                    .contains("X-User: ann\r\n")
                    .doesNotContain("root", "X-Other");
            assertThat(asked).hasSize(1);
            assertThat(asked.getFirst())
                    .startsWith("GET /check HTTP/1.1\r\n")
                    .contains(
                            "X-Forwarded-Method: POST\r\n",
                            "X-Forwarded-Host: shop.example\r\n",
                            "X-Forwarded-Uri: /a?b=c\r\n",
                            "X-Forwarded-For: 127.0.0.1\r\n",
                            "Authorization: Token good\r\n");
            assertThat(ask(gateway, "POST /a?b=c", good)).startsWith("HTTP/1.1 200");
            assertThat(asked).as("a yes is remembered").hasSize(1);
            says.set(
                    answer(
                            "401 No",
                            "Content-Type: text/html\r\nWWW-Authenticate: Token\r\nX-Other: o\r\n",
                            "who?"));
            assertThat(ask(gateway, "POST /a?b=d", good))
                    .startsWith("HTTP/1.1 401")
                    .contains("WWW-Authenticate: Token\r\n", "Content-Type: text/html\r\n")
                    .doesNotContain("X-Other")
                    .endsWith("who?");
            says.set(answer("302 Found", "Location: https://id.example/\r\n", ""));
            assertThat(ask(gateway, "GET /a", good))
                    .startsWith("HTTP/1.1 302")
                    .contains("Location: https://id.example/\r\n");
            says.set(answer("500 Oh", "", ""));
            assertThat(ask(gateway, "GET /b", good)).startsWith("HTTP/1.1 503");
            says.set("nonsense\r\n\r\n");
            assertThat(ask(gateway, "GET /b", good)).startsWith("HTTP/1.1 503");
            assertThat(server.heads()).hasSize(2);
        }
    }

    /// A provider that gives out one token per code.
    private ScriptedServer provider(Tokens tokens, Map<String, String> nonces, List<String> forms)
            throws IOException {
        String keys = Tokens.jwks(tokens.rsa.toPublicJWK());
        return new ScriptedServer(peer -> {
            for (String head = peer.head(); !head.isEmpty(); head = peer.head()) {
                if (head.startsWith("GET /jwks")) {
                    peer.write(answer("200 OK", "", keys));
                    continue;
                }
                int length = Integer.parseInt(found(head, "(?i)content-length: (\\d+)"));
                String form = new String(peer.in().readNBytes(length), StandardCharsets.US_ASCII);
                forms.add(head + form);
                String nonce = nonces.get(found(form, "code=([^&]*)"));
                try {
                    String token =
                            tokens.rs256(c ->
                                    c.audience("shop-client")
                                            .claim("nonce", nonce)
                                            .claim("email", "ann@shop.example"));
                    peer.write(answer("200 OK", "", "{\"id_token\":\"" + token + "\"}"));
                } catch (com.nimbusds.jose.JOSEException e) {
                    throw new IOException(e);
                }
            }
        });
    }

    @Test
    void aBrowserLogsInAndServicesDoNotSeeItsSession() throws Exception {
        Path secret = Files.writeString(directory.resolve("client"), "c:l ient\n");
        Path key = Files.writeString(directory.resolve("session"), "s".repeat(40));
        Map<String, String> nonces = new HashMap<>();
        List<String> forms = new CopyOnWriteArrayList<>();
        String config =
                """
                authentication:
                  methods:
                    web:
                      login: {issuer: "%1$s", jwks: "http://%2$s/jwks", token: "http://%2$s/token",
                        authorize: "https://id.example/authorize", clientId: shop-client,
                        clientSecretFile: %3$s, sessionKeyFile: %4$s,
                        callback: "https://shop.example/login/back"}
                  use: web
                  headers: {name: X-User, claims: {email: X-Email}}
                services: {s: {targets: ["%5$s"]}}
                routes: [{service: s}]
                """;
        try (ScriptedServer server = ScriptedServer.echoing();
                ScriptedServer provider = provider(new Tokens(), nonces, forms);
                TestGateway gateway =
                        new TestGateway(
                                config.formatted(
                                        Tokens.ISSUER,
                                        provider.address(),
                                        secret,
                                        key,
                                        server.address()))) {
            assertThat(ask(gateway, "GET /cart?x=1")).as("no browser").startsWith("HTTP/1.1 401");
            String begun = ask(gateway, "GET /cart?x=1", "Accept: text/html,*/*");
            assertThat(begun)
                    .startsWith("HTTP/1.1 302")
                    .contains("; Path=/; HttpOnly; SameSite=Lax; Secure\r\n")
                    .contains("redirect_uri=https%3A%2F%2Fshop.example%2Flogin%2Fback");
            String state = found(begun, "[?&]state=([^&\\r]*)");
            String challenge = found(begun, "code_challenge=([^&\\r]*)");
            String login = found(begun, "Set-Cookie: (sampan_login=[^;]*)");
            nonces.put("good", found(begun, "nonce=([^&\\r]*)"));
            nonces.put("stolen", "another");

            String back = "GET /login/back?state=" + state + "&code=";
            assertThat(ask(gateway, back + "good"))
                    .as("not its browser")
                    .startsWith("HTTP/1.1 400");
            assertThat(ask(gateway, "GET /login/back?code=good&state=x", "Cookie: " + login))
                    .startsWith("HTTP/1.1 400");
            assertThat(ask(gateway, back + "stolen", "Cookie: " + login))
                    .as("of another login")
                    .startsWith("HTTP/1.1 400");
            String done = ask(gateway, back + "good", "Cookie: " + login);
            assertThat(done)
                    .startsWith("HTTP/1.1 302")
                    .contains("\r\nLocation: /cart?x=1\r\n")
                    .contains("Set-Cookie: sampan_login=; Max-Age=0");
            String form = forms.getLast();
            String proof = found(form, "code_verifier=([^&]*)");
            byte[] hash =
                    MessageDigest.getInstance("SHA-256")
                            .digest(proof.getBytes(StandardCharsets.US_ASCII));
            assertThat(Base64URL.encode(hash).toString()).isEqualTo(challenge);
            String basic =
                    new Base64URL(found(form, "(?i)authorization: Basic (\\S+)")).decodeToString();
            assertThat(URLDecoder.decode(basic, StandardCharsets.UTF_8))
                    .isEqualTo("shop-client:c:l ient");

            String session = found(done, "Set-Cookie: (sampan_session=[^;]*)");
            for (int i = 0; i < 2; i++) {
                assertThat(ask(gateway, "GET /cart", "Cookie: a=b; " + session + "; c=d"))
                        .startsWith("HTTP/1.1 200")
                        .contains("Cookie: a=b; c=d\r\n")
                        .contains("X-User: ann\r\nX-Email: ann@shop.example\r\n")
                        .doesNotContain("sampan_");
            }
            assertThat(ask(gateway, "GET /cart", "Cookie: " + session + "x"))
                    .startsWith("HTTP/1.1 401");
            assertThat(ask(gateway, "GET /cart", "Cookie: " + login.replace("_login", "_session")))
                    .as("sealed for something else")
                    .startsWith("HTTP/1.1 401");
            assertThat(ask(gateway, "GET /logout", "Cookie: " + session))
                    .startsWith("HTTP/1.1 302")
                    .contains("Set-Cookie: sampan_session=; Max-Age=0");
        }
    }
}
