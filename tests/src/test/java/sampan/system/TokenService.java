package sampan.system;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/// Gives tokens of a [RealRegistry], over TLS: for everything to ann, for nothing to others.
final class TokenService implements AutoCloseable {
    static final String SERVICE = "rounds";
    static final String ISSUER = "issuer";

    private static final char[] PASSWORD = "none".toCharArray();
    private static final String ANN =
            "Basic " + Base64.getEncoder().encodeToString("ann:secret".getBytes());
    private static final int SECONDS = 300;

    private final HttpsServer server;
    private final PrivateKey key;
    private final String certificate;

    /// @param directory with `key.pem` and `cert.pem`, of the server and of who signs
    TokenService(Path directory) {
        Path store = directory.resolve("store.p12");
        Command.of(
                        "openssl",
                        "pkcs12",
                        "-export",
                        "-inkey",
                        directory.resolve("key.pem").toString(),
                        "-in",
                        directory.resolve("cert.pem").toString(),
                        "-name",
                        "own",
                        "-passout",
                        "pass:" + new String(PASSWORD),
                        "-out",
                        store.toString())
                .run()
                .expect(0);
        try (InputStream in = Files.newInputStream(store)) {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(in, PASSWORD);
            key = (PrivateKey) keys.getKey("own", PASSWORD);
            certificate =
                    Base64.getEncoder().encodeToString(keys.getCertificate("own").getEncoded());
            KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
            factory.init(keys, PASSWORD);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(factory.getKeyManagers(), null, null);
            server =
                    HttpsServer.create(
                            new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
            server.setHttpsConfigurator(new HttpsConfigurator(context));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
        server.createContext("/token", this::answer);
        server.start();
    }

    String realm() {
        return "https://localhost:" + server.getAddress().getPort() + "/token";
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            boolean ann = ANN.equals(exchange.getRequestHeaders().getFirst("Authorization"));
            String query = String.valueOf(exchange.getRequestURI().getRawQuery());
            byte[] body = ("{\"token\":\"" + token(ann ? access(query) : "") + "\"}").getBytes();
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(ann ? 200 : 401, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private static String access(String query) {
        return Arrays.stream(query.split("&", -1))
                .filter(field -> field.startsWith("scope="))
                .map(field -> URLDecoder.decode(field.substring(6), StandardCharsets.UTF_8))
                .flatMap(scopes -> Arrays.stream(scopes.split(" ", -1)))
                .map(scope -> List.of(scope.split(":", 3)))
                .filter(parts -> parts.size() == 3)
                .map(parts ->
                        "{\"type\":\"%s\",\"name\":\"%s\",\"actions\":[\"%s\"]}"
                                .formatted(
                                        parts.get(0),
                                        parts.get(1),
                                        parts.get(2).replace(",", "\",\"")))
                .collect(Collectors.joining(","));
    }

    private String token(String access) {
        long now = Instant.now().getEpochSecond();
        String head =
                part("{\"typ\":\"JWT\",\"alg\":\"RS256\",\"x5c\":[\"" + certificate + "\"]}")
                        + "."
                        + part(
                                """
                                {"iss":"%s","aud":"%s","sub":"ann","jti":"1","exp":%d,"nbf":%d,\
                                "iat":%d,"access":[%s]}\
                                """
                                        .formatted(
                                                ISSUER,
                                                SERVICE,
                                                now + SECONDS,
                                                now - SECONDS,
                                                now,
                                                access));
        try {
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(key);
            signature.update(head.getBytes(StandardCharsets.US_ASCII));
            return head + "." + encoded(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String part(String json) {
        return encoded(json.getBytes(StandardCharsets.UTF_8));
    }

    private static String encoded(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
