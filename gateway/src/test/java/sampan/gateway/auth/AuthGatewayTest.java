package sampan.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.password4j.BcryptFunction;
import com.password4j.types.Bcrypt;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sampan.gateway.process.TestGateway;
import sampan.gateway.proxy.RawClient;
import sampan.gateway.proxy.ScriptedServer;

/// Authentication and authorization through a gateway.
@Timeout(120)
class AuthGatewayTest {
    @TempDir Path directory;

    private static String ask(TestGateway gateway, String line, String... fields)
            throws IOException {
        StringBuilder raw = new StringBuilder(line + " HTTP/1.1\r\nHost: a\r\n");
        for (String field : fields) {
            raw.append(field).append("\r\n");
        }
        try (RawClient client = gateway.client()) {
            client.send(raw + "\r\n");
            return line.startsWith("HEAD ") ? client.head() : client.answer();
        }
    }

    private static int status(String answer) {
        return Integer.parseInt(answer.substring(9, 12));
    }

    /// A server with a key set that a test changes; without one it says 500.
    private static ScriptedServer keyServer(AtomicReference<String> keys, AtomicInteger asked)
            throws IOException {
        return new ScriptedServer(peer -> {
            while (!peer.head().isEmpty()) {
                asked.incrementAndGet();
                String now = keys.get();
                peer.write(
                        (now.isEmpty() ? "HTTP/1.1 500 No" : "HTTP/1.1 200 OK")
                                + "\r\nContent-Length: "
                                + now.length()
                                + "\r\n\r\n"
                                + now);
            }
        });
    }

    private static String jwks(ScriptedServer server, String more) {
        return """
        authentication:
          failures: {rate: 100000/s, burst: 100000}
          methods:
            users:
              jwt:
                issuers: [{issuer: %s, jwks: "http://%s/keys", audiences: shop, %s}]
          use: users
        routes: [{name: r, respond: {text: in}}]
        """
                .formatted(Tokens.ISSUER, server.address(), more);
    }

    private static int bearer(TestGateway gateway, String token) throws IOException {
        return status(ask(gateway, "GET /", "Authorization: Bearer " + token));
    }

    @Test
    void keysRotateAndTheOldOnesEndWhatTheyProved() throws Exception {
        Tokens t = new Tokens();
        AtomicReference<String> keys = new AtomicReference<>(Tokens.jwks(t.rsa.toPublicJWK()));
        AtomicInteger asked = new AtomicInteger();
        String old = t.rs256(Tokens.claims().build());
        String next = t.rsa(JWSAlgorithm.RS256, "r2", t.otherRsa);
        try (ScriptedServer server = keyServer(keys, asked);
                TestGateway gateway = new TestGateway(jwks(server, "retry: 1ms"))) {
            assertThat(bearer(gateway, old)).isEqualTo(200);
            assertThat(bearer(gateway, old)).isEqualTo(200);
            assertThat(asked).hasValue(1);
            assertThat(bearer(gateway, next)).as("its key is not there yet").isEqualTo(401);
            keys.set(Tokens.jwks(t.rsa.toPublicJWK(), t.otherRsa.toPublicJWK()));
            assertThat(bearer(gateway, next)).as("an unknown key is asked for").isEqualTo(200);
            assertThat(bearer(gateway, old)).isEqualTo(200);
            keys.set(Tokens.jwks(t.otherRsa.toPublicJWK()));
            assertThat(bearer(gateway, t.rsa(JWSAlgorithm.RS256, "r3", t.rsa)))
                    .as("has the keys loaded")
                    .isEqualTo(401);
            assertThat(bearer(gateway, old)).as("remembered, but its key is gone").isEqualTo(401);
            assertThat(bearer(gateway, next)).isEqualTo(200);
        }
    }

    @Test
    void whatATokenSaysGoesIntoHeadersAndCannotBreakThem() throws Exception {
        Tokens t = new Tokens();
        AtomicReference<String> keys = new AtomicReference<>(Tokens.jwks(t.rsa.toPublicJWK()));
        String odd = t.rs256(Tokens.claims().claim("team", "a b\r\nX-Admin: \u00e9%").build());
        String route =
                "routes: [{name: r, service: s, request: {set: {X-Team: 'team {claim:team}',"
                        + " X-Sub: '{claim:none}', X-Who: '{consumer}'}}}]";
        try (ScriptedServer server = keyServer(keys, new AtomicInteger());
                ScriptedServer behind = ScriptedServer.echoing();
                TestGateway gateway =
                        new TestGateway(
                                "services: {s: {targets: ['"
                                        + behind.address()
                                        + "']}}\n"
                                        + jwks(server, "retry: 1ms")
                                                .replaceAll("(?m)^routes:.*$", route))) {
            String answer =
                    ask(
                            gateway,
                            "GET /",
                            "Authorization: Bearer " + odd,
                            "X_Team: forged",
                            "x-sub: forged",
                            "X-Who: forged");
            assertThat(answer)
                    .contains("\r\nX-Team: team a b%0D%0AX-Admin: %C3%A9%25\r\n")
                    .contains("\r\nX-Who: ")
                    .doesNotContain("X-Sub")
                    .doesNotContain("forged");
        }
    }

    @Test
    void keysThatCannotBeAskedForAreNoVerdict() throws Exception {
        Tokens t = new Tokens();
        AtomicReference<String> keys = new AtomicReference<>("");
        AtomicInteger asked = new AtomicInteger();
        String token = t.rs256(Tokens.claims().build());
        try (ScriptedServer server = keyServer(keys, asked);
                TestGateway gateway = new TestGateway(jwks(server, "retry: 1ms"))) {
            assertThat(ask(gateway, "GET /", "Authorization: Bearer " + token))
                    .startsWith("HTTP/1.1 503")
                    .contains("Retry-After: ");
            keys.set("no JSON");
            assertThat(bearer(gateway, token)).isEqualTo(503);
            keys.set(Tokens.jwks(t.rsa.toPublicJWK()));
            assertThat(bearer(gateway, token)).isEqualTo(200);
            keys.set("");
            assertThat(bearer(gateway, t.rs256(c -> c.subject("bob"))))
                    .as("the known keys go on")
                    .isEqualTo(200);
            assertThat(bearer(gateway, t.rsa(JWSAlgorithm.RS256, "r2", t.otherRsa))).isEqualTo(401);
        }
    }

    @Test
    void unknownKeysDoNotHammerTheKeyServer() throws Exception {
        Tokens t = new Tokens();
        AtomicReference<String> keys = new AtomicReference<>(Tokens.jwks(t.rsa.toPublicJWK()));
        AtomicInteger asked = new AtomicInteger();
        try (ScriptedServer server = keyServer(keys, asked);
                TestGateway gateway = new TestGateway(jwks(server, "retry: 1h"))) {
            assertThat(bearer(gateway, t.rs256(Tokens.claims().build()))).isEqualTo(200);
            for (int i = 0; i < 20; i++) {
                String token = t.rsa(JWSAlgorithm.RS256, "u" + i, t.otherRsa);
                assertThat(bearer(gateway, token)).isEqualTo(401);
            }
            assertThat(asked).hasValue(1);
        }
    }

    @Test
    void everyRoleRouteAndMethodIsAsThePolicySays() throws Exception {
        Tokens t = new Tokens();
        Path keys = Files.writeString(directory.resolve("jwks"), Tokens.jwks(t.rsa.toPublicJWK()));
        String config =
                """
                authentication:
                  methods: {users: {jwt: {issuers: [{jwksFile: %s}]}}}
                  use: users
                authorization:
                  rules:
                  - {routes: cart, methods: [GET, HEAD], roles: [user, admin]}
                  - {routes: cart, methods: POST, roles: user, scopes: [cart:write]}
                  - {routes: cart, methods: DELETE, roles: admin}
                  - {routes: [admin, orders], roles: admin}
                  - {routes: orders, methods: GET, claims: {tenant: [a, b]}}
                  - {routes: public, methods: [GET, HEAD], anyone: true}
                routes:
                - {name: cart, path: /cart, respond: {text: in}}
                - {name: admin, path: /admin, respond: {text: in}}
                - {name: orders, path: /orders, respond: {text: in}}
                - {name: public, path: /public, respond: {text: in}}
                - {name: forgotten, path: /forgotten, respond: {text: in}}
                """
                        .formatted(keys);
        record Who(String name, List<String> roles, String scope, String tenant) {}
        List<Who> all =
                List.of(
                        new Who("nobody", List.of(), "", ""),
                        new Who("plain", List.of(), "cart:write", ""),
                        new Who("reader", List.of("user"), "cart:read", ""),
                        new Who("writer", List.of("user"), "cart:read cart:write", ""),
                        new Who("tenant", List.of("user"), "cart:write", "b"),
                        new Who("stranger", List.of("userx", "Admin"), "cart:writer", "c"),
                        new Who("admin", List.of("admin"), "", "a"));
        List<String> differences = new ArrayList<>();
        int cells = 0;
        try (TestGateway gateway = new TestGateway(config)) {
            for (Who who : all) {
                String token =
                        t.rs256(c ->
                                c.subject(who.name())
                                        .claim("roles", who.roles())
                                        .claim("scope", who.scope())
                                        .claim("tenant", who.tenant()));
                boolean user = who.roles().contains("user");
                boolean admin = who.roles().contains("admin");
                for (String route : List.of("cart", "admin", "orders", "public", "forgotten")) {
                    for (String method : List.of("GET", "HEAD", "POST", "PUT", "DELETE")) {
                        boolean reads = Set.of("GET", "HEAD").contains(method);
                        boolean allowed =
                                switch (route) {
                                    case "cart" ->
                                            reads && (user || admin)
                                                    || method.equals("POST")
                                                            && user
                                                            && List.of(who.scope().split(" "))
                                                                    .contains("cart:write")
                                                    || method.equals("DELETE") && admin;
                                    case "admin" -> admin;
                                    case "orders" ->
                                            admin
                                                    || method.equals("GET")
                                                            && Set.of("a", "b")
                                                                    .contains(who.tenant());
                                    case "public" -> reads;
                                    default -> false;
                                };
                        boolean nobody = who.name().equals("nobody");
                        int expected = allowed ? 200 : nobody ? 401 : 403;
                        String field = nobody ? "X: y" : "Authorization: Bearer " + token;
                        int got = status(ask(gateway, method + " /" + route + "/x", field));
                        cells++;
                        if (got != expected) {
                            differences.add(who.name() + " " + method + " " + route + ": " + got);
                        }
                    }
                }
            }
        }
        assertThat(cells).isEqualTo(175);
        assertThat(differences).isEmpty();
    }

    private static String basic(String user, String password) {
        String pair = user + ":" + password;
        return "Authorization: Basic "
                + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void keysAndPasswordsProveConsumersOfTheConfiguration() throws Exception {
        String bcrypt = BcryptFunction.getInstance(Bcrypt.B, 4).hash("open sesame").getResult();
        // By the argon2 program of the reference implementation.
        String argon2 =
                "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        String config =
                """
                consumers:
                  app: {roles: reader, apiKeys: "sha256:%s"}
                  ann: {roles: [reader, writer], password: {user: ann, hash: "%s"}}
                  bob: {password: {user: bob, hash: "%s"}}
                authentication:
                  methods: {keys: {apiKey: {}}, staff: {basic: {realm: shop}}}
                  use: [keys, staff]
                  headers: {name: X-Consumer, roles: X-Roles}
                  strip: true
                services: {s: {targets: ["%s"]}}
                routes: [{service: s}]
                """;
        try (ScriptedServer server = ScriptedServer.echoing();
                TestGateway gateway =
                        new TestGateway(
                                config.formatted(
                                        ApiKeyMethod.sha256("k-1".getBytes(StandardCharsets.UTF_8)),
                                        bcrypt,
                                        argon2,
                                        server.address()))) {
            assertThat(
                            ask(
                                    gateway,
                                    "GET /",
                                    "X-Api-Key: k-1",
                                    "X-Consumer: root",
                                    "x_consumer: root",
                                    "X-ROLES: admin"))
                    .startsWith("HTTP/1.1 200")
                    .contains("X-Consumer: app\r\nX-Roles: reader\r\n")
                    .doesNotContain("root", "admin", "k-1");
            for (int i = 0; i < 2; i++) {
                assertThat(ask(gateway, "GET /", basic("ann", "open sesame")))
                        .startsWith("HTTP/1.1 200")
                        .contains("X-Consumer: ann\r\nX-Roles: reader,writer\r\n")
                        .doesNotContain("Authorization");
                assertThat(status(ask(gateway, "GET /", basic("bob", "password")))).isEqualTo(200);
            }
            assertThat(ask(gateway, "GET /", "X-Api-Key: k-2"))
                    .startsWith("HTTP/1.1 401")
                    .contains("WWW-Authenticate: ApiKey realm=\"keys\"\r\n")
                    .contains("WWW-Authenticate: Basic realm=\"shop\", charset=\"UTF-8\"\r\n");
            assertThat(status(ask(gateway, "GET /", "X-Api-Key: "))).isEqualTo(401);
            assertThat(status(ask(gateway, "GET /", basic("ann", "open sesam")))).isEqualTo(401);
            assertThat(status(ask(gateway, "GET /", basic("bob", "open sesame")))).isEqualTo(401);
            assertThat(status(ask(gateway, "GET /", basic("eve", "open sesame")))).isEqualTo(401);
            assertThat(status(ask(gateway, "GET /", "Authorization: Basic ????"))).isEqualTo(401);
            assertThat(status(ask(gateway, "GET /", "Authorization: Basic YQ=="))).isEqualTo(401);
        }
    }

    @Test
    void guessingIsSlowAndWhoIsKnownIsNotHeldUp() throws Exception {
        String config =
                """
                consumers: {app: {apiKeys: "sha256:%s"}}
                authentication:
                  methods: {keys: {apiKey: {}}}
                  use: keys
                  failures: {rate: 1/h, burst: 3}
                routes: [{respond: {text: in}}]
                """
                        .formatted(ApiKeyMethod.sha256("good".getBytes(StandardCharsets.UTF_8)));
        try (TestGateway gateway = new TestGateway(config)) {
            assertThat(status(ask(gateway, "GET /", "X-Api-Key: good"))).isEqualTo(200);
            for (int i = 0; i < 3; i++) {
                assertThat(status(ask(gateway, "GET /", "X-Api-Key: bad" + i))).isEqualTo(401);
            }
            assertThat(ask(gateway, "GET /", "X-Api-Key: bad"))
                    .startsWith("HTTP/1.1 429")
                    .contains("Retry-After: ");
            assertThat(status(ask(gateway, "GET /", "X-Api-Key: good"))).isEqualTo(200);
        }
    }

    @Test
    void limitsCountByConsumerAndClaimAndTheLogNamesWhoItWas() throws Exception {
        Tokens t = new Tokens();
        Path keys = Files.writeString(directory.resolve("jwks"), Tokens.jwks(t.rsa.toPublicJWK()));
        Path log = directory.resolve("access.log");
        String config =
                """
                accessLog: %s
                consumers: {vip: {subjects: "users ann"}}
                authentication:
                  methods: {users: {jwt: {issuers: [{jwksFile: %s}]}}}
                  use: users
                routes:
                - {path: /c, respond: {text: in}, limits: [{rate: 1/h, burst: 2, by: consumer}]}
                - {path: /t, respond: {text: in}, limits: [{rate: 1/h, burst: 1, by: "claim:tenant"}]}
                """
                        .formatted(log, keys);
        String ann = "Authorization: Bearer " + t.rs256(c -> c.claim("tenant", "x"));
        String anew = "Authorization: Bearer " + t.rs256(c -> c.claim("tenant", "x").jwtID("2"));
        String bob =
                "Authorization: Bearer " + t.rs256(c -> c.subject("b\"ob").claim("tenant", "x"));
        String eve = "Authorization: Bearer " + t.rs256(c -> c.subject("eve").claim("tenant", "y"));
        try (TestGateway gateway = new TestGateway(config)) {
            assertThat(status(ask(gateway, "GET /c", ann))).isEqualTo(200);
            assertThat(status(ask(gateway, "GET /c", anew))).isEqualTo(200);
            assertThat(status(ask(gateway, "GET /c", ann))).isEqualTo(429);
            assertThat(status(ask(gateway, "GET /c", bob))).isEqualTo(200);
            assertThat(status(ask(gateway, "GET /t", bob))).isEqualTo(200);
            assertThat(status(ask(gateway, "GET /t", ann))).isEqualTo(429);
            assertThat(status(ask(gateway, "GET /t", eve))).isEqualTo(200);
            assertThat(gateway.running().gateway().consumers())
                    .hasSize(1)
                    .allMatch(
                            s -> s.name().equals("vip") && s.answers(2) == 2 && s.answers(4) == 2);
        }
        assertThat(Files.readString(log))
                .contains(",\"consumer\":\"vip\",\"route\"")
                .contains(",\"consumer\":\"b\\u0022ob\",\"route\"");
    }

    @Test
    void aChangeOfRoutesKeepsWhatIsKnownOfKeys() throws Exception {
        Tokens t = new Tokens();
        AtomicReference<String> keys = new AtomicReference<>(Tokens.jwks(t.rsa.toPublicJWK()));
        AtomicInteger asked = new AtomicInteger();
        String token = t.rs256(Tokens.claims().build());
        try (ScriptedServer server = keyServer(keys, asked);
                TestGateway gateway = new TestGateway(jwks(server, "retry: 1ms"))) {
            assertThat(bearer(gateway, token)).isEqualTo(200);
            String changed = jwks(server, "retry: 1ms") + "- {name: x, path: /x, respond: {}}\n";
            assertThat(
                            gateway.change(
                                    changed.replace(
                                            "routes: [{name: r, respond: {text: in}}]",
                                            "routes:\n- {name: r, respond: {text: in}}")))
                    .isTrue();
            assertThat(bearer(gateway, token)).isEqualTo(200);
            assertThat(asked).hasValue(1);
        }
    }

    private static String pem(byte[] encoded) {
        return "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded)
                + "\n-----END PUBLIC KEY-----\n";
    }

    @Test
    void aSinglePublicKeyVerifiesWhateverItsTokensCallIt() throws Exception {
        Tokens t = new Tokens();
        Path rsa =
                Files.writeString(
                        directory.resolve("rsa"), pem(t.rsa.toRSAPublicKey().getEncoded()));
        Path ec =
                Files.writeString(directory.resolve("ec"), pem(t.ec.toECPublicKey().getEncoded()));
        String config =
                """
                authentication:
                  methods:
                    r: {jwt: {issuers: [{publicKeyFile: %s}]}}
                    e: {jwt: {issuers: [{publicKeyFile: %s, algorithms: ES256}]}}
                routes:
                - {path: /r, respond: {text: in}, authenticate: r}
                - {path: /e, respond: {text: in}, authenticate: e}
                """
                        .formatted(rsa, ec);
        String signed = "Authorization: Bearer " + t.rs256(Tokens.claims().build());
        String curved = "Authorization: Bearer " + t.es256();
        try (TestGateway gateway = new TestGateway(config)) {
            assertThat(status(ask(gateway, "GET /r", signed))).isEqualTo(200);
            assertThat(status(ask(gateway, "GET /r", curved))).isEqualTo(401);
            assertThat(status(ask(gateway, "GET /e", curved))).isEqualTo(200);
            assertThat(status(ask(gateway, "GET /e", signed))).isEqualTo(401);
        }
    }
}
