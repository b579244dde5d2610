package sampan.engine.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sampan.oci.json.Json;

/// Gives tokens for a registry (distribution's "Token Authentication"): everything to ann, the
/// reading of `public/` to everybody, a refresh token to who asks for one.
public final class TokenServer implements AutoCloseable {
    public static final String SERVICE = "test-registry";
    public static final String ISSUER = "test-issuer";

    private static final String REFRESH = "refresh-of-ann";
    private static final String BASIC = basic(RegistryServer.USER, RegistryServer.PASSWORD);
    private static final Base64.Encoder URL = Base64.getUrlEncoder().withoutPadding();

    private final String address;
    private final HttpServer server;
    private final PrivateKey key;
    private final String certificate;
    private final List<Asked> asked = Collections.synchronizedList(new ArrayList<>());

    /// A question that was asked.
    ///
    /// @param authorization the header, or empty
    public record Asked(String method, Map<String, String> fields, String authorization) {}

    /// @param address of the loopback
    /// @param directory with `key.pem` and `cert.pem` of who signs
    public TokenServer(String address, Path directory) {
        this.address = address;
        try {
            byte[] pem = Files.readAllBytes(directory.resolve("cert.pem"));
            var parsed =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(pem));
            certificate = Base64.getEncoder().encodeToString(parsed.getEncoded());
            String body =
                    Files.readString(directory.resolve("key.pem"))
                            .replaceAll("-----[^-]*-----|\\s", "");
            key =
                    KeyFactory.getInstance("RSA")
                            .generatePrivate(
                                    new PKCS8EncodedKeySpec(Base64.getDecoder().decode(body)));
            server = HttpServer.create(new InetSocketAddress(address, 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
        server.createContext("/token", this::answer);
        server.start();
    }

    static String basic(String user, String password) {
        byte[] pair = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(pair);
    }

    public String realm() {
        return "http://" + address + ":" + server.getAddress().getPort() + "/token";
    }

    public List<Asked> asked() {
        return List.copyOf(asked);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            boolean post = exchange.getRequestMethod().equals("POST");
            String text =
                    post
                            ? new String(exchange.getRequestBody().readAllBytes())
                            : Optional.ofNullable(exchange.getRequestURI().getRawQuery())
                                    .orElse("");
            Map<String, String> fields = fields(text);
            String authorization =
                    Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization"))
                            .orElse("");
            asked.add(new Asked(exchange.getRequestMethod(), fields, authorization));
            boolean ann = post ? isRefresh(fields) : authorization.equals(BASIC);
            boolean wrong = post ? !ann : !ann && !authorization.isEmpty();
            byte[] body =
                    wrong
                            ? "{\"details\":\"incorrect username or password\"}".getBytes()
                            : Json.write(answer(fields, ann));
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(wrong ? 401 : 200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private static boolean isRefresh(Map<String, String> fields) {
        return REFRESH.equals(fields.get("refresh_token"));
    }

    private static Map<String, String> fields(String query) {
        Map<String, String> fields = new HashMap<>();
        for (String pair : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                String value =
                        URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8);
                fields.merge(pair.substring(0, equals), value, (a, b) -> a + " " + b);
            }
        }
        return fields;
    }

    private Map<String, Object> answer(Map<String, String> fields, boolean ann) {
        Map<String, Object> answer = new HashMap<>();
        String token = token(fields.getOrDefault("scope", ""), ann);
        answer.put("token", token);
        answer.put("access_token", token);
        answer.put("expires_in", 300);
        if (ann && "true".equals(fields.get("offline_token"))) {
            answer.put("refresh_token", REFRESH);
        }
        return answer;
    }

    private String token(String scopes, boolean ann) {
        List<Object> access = new ArrayList<>();
        for (String scope : scopes.split(" ", -1)) {
            String[] parts = scope.split(":", 3);
            if (parts.length == 3 && (ann || parts[1].startsWith("public/"))) {
                List<String> actions = ann ? List.of(parts[2].split(",", -1)) : List.of("pull");
                access.add(Map.of("type", parts[0], "name", parts[1], "actions", actions));
            }
        }
        long now = Instant.now().getEpochSecond();
        String head =
                part(Map.of("typ", "JWT", "alg", "RS256", "x5c", List.of(certificate)))
                        + "."
                        + part(
                                Map.of(
                                        "iss",
                                        ISSUER,
                                        "sub",
                                        ann ? RegistryServer.USER : "",
                                        "aud",
                                        SERVICE,
                                        "exp",
                                        now + 300,
                                        "nbf",
                                        now - 10,
                                        "iat",
                                        now,
                                        "jti",
                                        "1",
                                        "access",
                                        access));
        try {
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(key);
            signature.update(head.getBytes(StandardCharsets.US_ASCII));
            return head + "." + URL.encodeToString(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String part(Map<String, Object> content) {
        return URL.encodeToString(Json.write(content));
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
