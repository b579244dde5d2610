package sampan.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sampan.gateway.process.TestGateway;
import sampan.gateway.proxy.RawClient;

/// Tokens that count and tokens that do not, through a gateway.
@Timeout(120)
class TokenCasesTest {
    private static final String CONFIG =
            """
            authentication:
              failures: {rate: 100000/s, burst: 100000}
              methods:
                users:
                  jwt:
                    issuers:
                    - issuer: %s
                      jwksFile: %s
                      audiences: [shop, basket]
                      algorithms: [RS256, PS256, ES256, EdDSA]
                      maxAge: 1h
                machines:
                  jwt:
                    from: header:X-Token
                    issuers:
                    - {issuer: %s, secretFile: %s, types: [at+jwt]}
              use: [users, machines]
            routes: [{name: r, respond: {text: in}}]
            """;

    @TempDir Path directory;

    private final Map<String, Integer> wanted = new LinkedHashMap<>();
    private final Map<String, String> requests = new LinkedHashMap<>();

    private void add(int status, String name, String field, String value) {
        wanted.put(name, status);
        requests.put(name, field + ": " + value);
    }

    private void bearer(int status, String name, String token) {
        add(status, name, "Authorization", "Bearer " + token);
    }

    @FunctionalInterface
    private interface Case {
        String token() throws JOSEException, GeneralSecurityException;
    }

    private void good(String name, Case token) throws JOSEException, GeneralSecurityException {
        bearer(200, name, token.token());
    }

    private void bad(String name, Case token) throws JOSEException, GeneralSecurityException {
        bearer(401, name, token.token());
    }

    private static String cut(String token, int part) {
        String[] parts = token.split("\\.");
        parts[part] = "";
        return String.join(".", parts);
    }

    private static String swapped(String token, String payload) {
        String[] parts = token.split("\\.");
        return parts[0] + "." + Base64URL.encode(payload) + "." + parts[2];
    }

    private static String none(String algorithm, String signature) {
        return Base64URL.encode("{\"alg\":\"" + algorithm + "\"}")
                + "."
                + Base64URL.encode(Tokens.claims().build().toString())
                + "."
                + signature;
    }

    private void goodOnes(Tokens t) throws JOSEException, GeneralSecurityException {
        good("RS256", () -> t.rs256(Tokens.claims().build()));
        good("PS256", () -> t.rsa(JWSAlgorithm.PS256, "r1", t.rsa));
        good("ES256", t::es256);
        good("EdDSA", t::edDsa);
        good("one of several audiences", () -> t.rs256(c -> c.audience(List.of("x", "basket"))));
        good(
                "expired within the skew",
                () -> t.rs256(c -> c.expirationTime(Tokens.inSeconds(-20))));
        good(
                "not yet valid within the skew",
                () -> t.rs256(c -> c.notBeforeTime(Tokens.inSeconds(20))));
        good("issued ahead within the skew", () -> t.rs256(c -> c.issueTime(Tokens.inSeconds(20))));
        good("without a key id", () -> t.headed("{\"alg\":\"RS256\"}"));
        good(
                "a type that nobody asks for",
                () -> t.headed("{\"alg\":\"RS256\",\"kid\":\"r1\",\"typ\":\"x\"}"));
        String good = t.rs256(Tokens.claims().build());
        add(200, "the scheme in another case", "Authorization", "bEaReR " + good);
        add(200, "more blanks", "Authorization", "Bearer   " + good);
    }

    private void headers(Tokens t) throws JOSEException, GeneralSecurityException {
        bad("none", () -> none("none", ""));
        bad("None", () -> none("None", ""));
        bad("NONE", () -> none("NONE", ""));
        bad("none with a signature", () -> none("none", "AAAA"));
        bad("no algorithm", () -> t.headed("{\"kid\":\"r1\"}"));
        bad("an algorithm that nobody knows", () -> t.headed("{\"alg\":\"XX\",\"kid\":\"r1\"}"));
        bad("an algorithm of encryption", () -> t.headed("{\"alg\":\"RSA-OAEP\",\"kid\":\"r1\"}"));
        bad("RS512, which is not allowed", () -> t.rsa(JWSAlgorithm.RS512, "r1", t.rsa));
        bad(
                "HS256 by the public key",
                () -> Tokens.hs(JWSAlgorithm.HS256, t.rsa.toRSAPublicKey().getEncoded()));
        bad("HS256 by the public key in PEM", () -> Tokens.hs(JWSAlgorithm.HS256, pem(t.rsa)));
        bad(
                "HS256 by the key set",
                () ->
                        Tokens.hs(
                                JWSAlgorithm.HS256,
                                Tokens.jwks(t.rsa.toPublicJWK()).getBytes(StandardCharsets.UTF_8)));
        bad("RS256 said to be ES256", () -> t.headed("{\"alg\":\"ES256\",\"kid\":\"r1\"}"));
        bad("RS256 said to be PS256", () -> t.headed("{\"alg\":\"PS256\",\"kid\":\"r1\"}"));
        bad("an unknown key id", () -> t.headed("{\"alg\":\"RS256\",\"kid\":\"zz\"}"));
        bad("another's key id", () -> t.headed("{\"alg\":\"RS256\",\"kid\":\"e1\"}"));
        bad("an empty key id", () -> t.headed("{\"alg\":\"RS256\",\"kid\":\"\"}"));
        bad(
                "a key id that is a path",
                () -> t.headed("{\"alg\":\"RS256\",\"kid\":\"../../dev/null\"}"));
        bad("a key id with a line end", () -> t.headed("{\"alg\":\"RS256\",\"kid\":\"r1\\n\"}"));
        bad("a key id that is a number", () -> t.headed("{\"alg\":\"RS256\",\"kid\":1}"));
        bad(
                "a long key id",
                () -> t.headed("{\"alg\":\"RS256\",\"kid\":\"" + "k".repeat(300) + "\"}"));
        bad(
                "a critical header",
                () -> t.headed("{\"alg\":\"RS256\",\"kid\":\"r1\",\"crit\":[\"x\"],\"x\":1}"));
        bad(
                "an empty critical header",
                () -> t.headed("{\"alg\":\"RS256\",\"kid\":\"r1\",\"crit\":[]}"));
        bad(
                "a payload that is not encoded",
                () ->
                        t.headed(
                                "{\"alg\":\"RS256\",\"kid\":\"r1\",\"b64\":false,\"crit\":[\"b64\"]}"));
        bad("a header that is no JSON", () -> t.headed("alg"));
        RSAKey own = new RSAKeyGenerator(2048).keyID("own").generate();
        JWSHeader carried =
                new JWSHeader.Builder(JWSAlgorithm.RS256).jwk(own.toPublicJWK()).build();
        bad(
                "its own key in its header",
                () -> Tokens.sign(carried, Tokens.claims().build(), new RSASSASigner(own)));
        JWSHeader pointed =
                new JWSHeader.Builder(JWSAlgorithm.RS256)
                        .keyID("r1")
                        .jwkURL(java.net.URI.create("https://evil.example/jwks"))
                        .build();
        bad(
                "a key from elsewhere",
                () -> Tokens.sign(pointed, Tokens.claims().build(), new RSASSASigner(own)));
    }

    private static byte[] pem(RSAKey key) throws JOSEException {
        String lines =
                Base64.getMimeEncoder(64, new byte[] {'\n'})
                        .encodeToString(key.toRSAPublicKey().getEncoded());
        return ("-----BEGIN PUBLIC KEY-----\n" + lines + "\n-----END PUBLIC KEY-----\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    private void claims(Tokens t) throws JOSEException, GeneralSecurityException {
        bad("expired", () -> t.rs256(c -> c.expirationTime(Tokens.inSeconds(-40))));
        bad("no expiry", () -> t.rs256(c -> c.expirationTime(null)));
        bad("not yet valid", () -> t.rs256(c -> c.notBeforeTime(Tokens.inSeconds(60))));
        bad("issued in the future", () -> t.rs256(c -> c.issueTime(Tokens.inSeconds(60))));
        bad("too old", () -> t.rs256(c -> c.issueTime(Tokens.inSeconds(-3700))));
        bad("no time of issue", () -> t.rs256(c -> c.issueTime(null)));
        bad("another audience", () -> t.rs256(c -> c.audience("else")));
        bad("an audience in another case", () -> t.rs256(c -> c.audience("Shop")));
        bad("no audience", () -> t.rs256(c -> c.audience((String) null)));
        bad("another issuer", () -> t.rs256(c -> c.issuer("https://evil.example")));
        bad("an issuer with a slash more", () -> t.rs256(c -> c.issuer(Tokens.ISSUER + "/")));
        bad("no issuer", () -> t.rs256(c -> c.issuer(null)));
        bad("nobody", () -> t.rs256(c -> c.subject(null)));
        bad("an empty name", () -> t.rs256(c -> c.subject("")));
        bad("a long name", () -> t.rs256(c -> c.subject("n".repeat(300))));
        bad(
                "an expiry that is a text",
                () -> t.paid("{\"iss\":\"" + Tokens.ISSUER + "\",\"exp\":\"9999999999\"}"));
        bad("claims that are no JSON", () -> t.paid("hello"));
        bad("claims that are a list", () -> t.paid("[]"));
    }

    private void shapes(Tokens t) throws JOSEException, GeneralSecurityException {
        String good = t.rs256(Tokens.claims().build());
        bearer(401, "no signature", cut(good, 2) + ".");
        bearer(401, "no payload", cut(good, 1));
        bearer(401, "no header", cut(good, 0));
        bearer(401, "two parts", good.substring(0, good.lastIndexOf('.')));
        bearer(401, "four parts", good + ".x");
        bearer(401, "five parts, as encrypted ones have", "a.b.c.d.e");
        bearer(401, "nothing", "");
        bearer(401, "dots", "..");
        bearer(401, "other claims under the signature", swapped(good, "{\"sub\":\"root\"}"));
        bearer(
                401,
                "a signature with a bit turned",
                good.substring(0, good.length() - 9)
                        + (good.charAt(good.length() - 9) == 'A' ? 'B' : 'A')
                        + good.substring(good.length() - 8));
        bearer(401, "a signature cut short", good.substring(0, good.length() - 4));
        bearer(401, "letters that are none of base64", "%%%." + good);
        bearer(401, "text behind it", good + " x");
        bearer(401, "over its bound", good + "A".repeat(8200));
        bad("the right key id, another's key", () -> t.rsa(JWSAlgorithm.RS256, "r1", t.otherRsa));
        bad(
                "ES256 with a signature of zeros",
                () -> {
                    String token = t.es256();
                    return token.substring(0, token.lastIndexOf('.') + 1)
                            + Base64URL.encode(new byte[64]);
                });
        bad(
                "EdDSA by another key",
                () ->
                        t.edDsa().substring(0, t.edDsa().lastIndexOf('.') + 1)
                                + Base64URL.encode(new byte[64]));
        add(401, "another scheme", "Authorization", "Token " + good);
        add(401, "no scheme", "Authorization", good);
        add(401, "twice", "Authorization", "Bearer " + good + "\r\nAuthorization: Bearer " + good);
        add(401, "in another field", "X-Token", good);
        add(401, "none at all", "Accept", "*/*");
    }

    private void machines() throws JOSEException {
        byte[] secret = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
        JWSHeader typed =
                new JWSHeader.Builder(JWSAlgorithm.HS256)
                        .type(new com.nimbusds.jose.JOSEObjectType("AT+JWT"))
                        .build();
        com.nimbusds.jose.crypto.MACSigner signer = new com.nimbusds.jose.crypto.MACSigner(secret);
        add(200, "HS256", "X-Token", Tokens.sign(typed, Tokens.claims().build(), signer));
        add(401, "HS256 of another type", "X-Token", Tokens.hs(JWSAlgorithm.HS256, secret));
        add(
                401,
                "HS256 where it is not allowed",
                "Authorization",
                "Bearer " + Tokens.hs(JWSAlgorithm.HS256, secret));
        byte[] other = "X123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
        add(
                401,
                "HS256 by another secret",
                "X-Token",
                Tokens.sign(
                        typed,
                        Tokens.claims().build(),
                        new com.nimbusds.jose.crypto.MACSigner(other)));
    }

    @Test
    void onlyWhatTheIssuerSignedAndMeantForUsCounts() throws Exception {
        Tokens t = new Tokens();
        Path keys = directory.resolve("jwks.json");
        Files.writeString(keys, Tokens.jwks(t.rsa.toPublicJWK(), t.ec.toPublicJWK(), t.ed));
        Path secret = directory.resolve("secret");
        Files.writeString(secret, "0123456789abcdef0123456789abcdef\n");
        goodOnes(t);
        headers(t);
        claims(t);
        shapes(t);
        machines();
        assertThat(wanted.size()).isGreaterThanOrEqualTo(60);
        Map<String, String> differences = new LinkedHashMap<>();
        try (TestGateway gateway =
                new TestGateway(CONFIG.formatted(Tokens.ISSUER, keys, Tokens.ISSUER, secret))) {
            // Each twice: what is remembered must say the same.
            for (int round = 0; round < 2; round++) {
                for (Map.Entry<String, Integer> one : wanted.entrySet()) {
                    String answer = ask(gateway, requests.getOrDefault(one.getKey(), ""));
                    if (!answer.startsWith("HTTP/1.1 " + one.getValue())
                            || one.getValue() == 401
                                    && !answer.contains(
                                            "\r\nWWW-Authenticate: Bearer realm=\"users\"")) {
                        differences.put(one.getKey(), answer.lines().findFirst().orElse(""));
                    }
                }
            }
        }
        assertThat(differences).isEmpty();
    }

    private static String ask(TestGateway gateway, String field) throws IOException {
        try (RawClient client = gateway.client()) {
            return client.send("GET / HTTP/1.1\r\nHost: a\r\n" + field + "\r\n\r\n").answer();
        }
    }
}
