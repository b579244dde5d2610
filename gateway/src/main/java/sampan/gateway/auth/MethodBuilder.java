package sampan.gateway.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import sampan.errors.SampanException;
import sampan.gateway.auth.MethodSettings.IssuerSettings;
import sampan.gateway.auth.RememberedMethod.Common;
import sampan.gateway.outgoing.Outgoing;

/// Makes methods of what the configuration says. Reads files; asks no other server yet.
public final class MethodBuilder {
    private static final int FILE_BYTES_MAX = 512 << 10;
    private static final int OK = 200;
    private static final int SESSION_KEY_BYTES_MIN = 32;

    private MethodBuilder() {}

    public static AuthMethod build(
            String name, MethodSettings settings, Consumers consumers, Failures failures) {
        return switch (settings) {
            case MethodSettings.Jwt jwt ->
                    new TokenMethod(
                            new Common(
                                    name,
                                    jwt.from()
                                            .map(MethodBuilder::place)
                                            .orElseGet(() -> Credential.authorization("Bearer")),
                                    TokenVerifier.TOKEN_BYTES_MAX,
                                    consumers,
                                    failures),
                            verifier(name, jwt.issuers()),
                            jwt.names());
            case MethodSettings.ApiKey key ->
                    new ApiKeyMethod(
                            new Common(
                                    name,
                                    Credential.header(key.header()),
                                    ApiKeyMethod.KEY_BYTES_MAX,
                                    consumers,
                                    failures));
            case MethodSettings.Basic basic ->
                    new BasicMethod(
                            new Common(
                                    name,
                                    Credential.authorization("Basic"),
                                    BasicMethod.BYTES_MAX,
                                    consumers,
                                    failures),
                            basic.realm());
            case MethodSettings.Certificate _ -> new CertificateMethod(name, consumers);
            case MethodSettings.Forward forward -> new ForwardMethod(name, forward, consumers);
            case MethodSettings.Login login -> login(name, login, consumers);
        };
    }

    private static AuthMethod login(String name, MethodSettings.Login login, Consumers consumers) {
        try {
            byte[] key = secret(login.sessionKeyFile());
            if (key.length < SESSION_KEY_BYTES_MIN) {
                throw new IOException(
                        login.sessionKeyFile() + " has under " + SESSION_KEY_BYTES_MIN + " bytes");
            }
            return new LoginMethod(
                    name,
                    login,
                    verifier(name, List.of(login.issuer())),
                    consumers,
                    secret(login.clientSecretFile()),
                    new Sealed(key));
        } catch (IOException e) {
            throw SampanException.invalid("authentication." + name + ": " + e.getMessage());
        }
    }

    private static Credential place(String from) {
        String name = from.substring(from.indexOf(':') + 1);
        return from.startsWith("cookie:") ? Credential.cookie(name) : Credential.header(name);
    }

    static TokenVerifier verifier(String method, List<IssuerSettings> settings) {
        List<TokenVerifier.Issuer> issuers = new ArrayList<>();
        AtomicInteger epoch = new AtomicInteger();
        for (IssuerSettings issuer : settings) {
            TokenRules rules =
                    new TokenRules(
                            issuer.issuer(),
                            issuer.audiences(),
                            issuer.algorithms().stream()
                                    .map(JWSAlgorithm::parse)
                                    .collect(Collectors.toUnmodifiableSet()),
                            issuer.times().skewSeconds(),
                            issuer.times().ageSecondsMax(),
                            issuer.types());
            issuers.add(new TokenVerifier.Issuer(rules, source(method, issuer, epoch)));
        }
        return new TokenVerifier(issuers, epoch);
    }

    private static KeySource source(String method, IssuerSettings issuer, AtomicInteger epoch) {
        MethodSettings.Times times = issuer.times();
        KeySource.Settings settings =
                new KeySource.Settings(
                        times.refreshNanos(), times.retryNanos(), times.staleNanos());
        MethodSettings.KeysFrom from = issuer.keys();
        String name =
                switch (from) {
                    case MethodSettings.JwksUrl url -> url.uri().toString();
                    case MethodSettings.JwksFile file -> file.file().toString();
                    case MethodSettings.PublicKeyFile file -> file.file().toString();
                    case MethodSettings.SecretFile file -> file.file().toString();
                };
        Optional<Path> ca =
                from instanceof MethodSettings.JwksUrl url ? url.ca() : Optional.empty();
        Outgoing outgoing = Outgoing.trusting(ca);
        KeySource source = new KeySource(name, () -> load(from, outgoing), settings, epoch);
        if (!(from instanceof MethodSettings.JwksUrl)) {
            try {
                Keys _ = load(from, outgoing); // what is wrong with a file is told at once
            } catch (IOException | JOSEException | ParseException | RuntimeException e) {
                throw SampanException.invalid(
                        "authentication." + method + ": keys \"" + name + "\": " + e.getMessage());
            }
            source.load();
        }
        return source;
    }

    private static Keys load(MethodSettings.KeysFrom from, Outgoing outgoing)
            throws IOException, JOSEException, ParseException {
        Keys keys =
                switch (from) {
                    case MethodSettings.JwksUrl url -> Keys.parse(fetch(url, outgoing), false);
                    case MethodSettings.JwksFile file -> Keys.parse(text(file.file()), true);
                    case MethodSettings.PublicKeyFile file -> Keys.pem(text(file.file()));
                    case MethodSettings.SecretFile file -> Keys.secret(secret(file.file()));
                };
        if (keys.isEmpty()) {
            throw new IOException("there is no key that verifies tokens");
        }
        return keys;
    }

    private static String fetch(MethodSettings.JwksUrl url, Outgoing outgoing) throws IOException {
        HttpResponse<byte[]> answer =
                outgoing.send(
                        Outgoing.request(url.uri()).header("Accept", "application/json").build());
        if (answer.statusCode() != OK) {
            throw new IOException("status " + answer.statusCode());
        }
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(Path file) throws IOException {
        try {
            if (Files.size(file) > FILE_BYTES_MAX) {
                throw new IOException("over " + FILE_BYTES_MAX + " bytes");
            }
            return Files.readAllBytes(file);
        } catch (java.nio.file.FileSystemException e) {
            throw new IOException("it cannot be read: " + e.getClass().getSimpleName(), e);
        }
    }

    private static String text(Path file) throws IOException {
        return new String(bytes(file), StandardCharsets.UTF_8);
    }

    static byte[] secret(Path file) throws IOException {
        byte[] bytes = bytes(file);
        int length = bytes.length;
        while (length > 0 && Character.isWhitespace(bytes[length - 1])) {
            length--;
        }
        return Arrays.copyOf(bytes, length);
    }
}
