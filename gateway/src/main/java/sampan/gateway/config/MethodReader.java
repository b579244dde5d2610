package sampan.gateway.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import sampan.errors.SampanException;
import sampan.gateway.auth.ClaimNames;
import sampan.gateway.auth.MethodSettings;
import sampan.gateway.auth.MethodSettings.IssuerSettings;
import sampan.gateway.auth.MethodSettings.KeysFrom;

/// The part of [SecurityReader] that reads methods of authentication.
final class MethodReader {
    private static final long SECOND = 1_000_000_000L;
    private static final Set<String> SYMMETRIC = Set.of("HS256", "HS384", "HS512");
    private static final Set<String> ASYMMETRIC =
            Set.of(
                    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512",
                    "EdDSA");

    private static final Set<String> UNSENT =
            Set.of(
                    "connection",
                    "content-length",
                    "expect",
                    "host",
                    "transfer-encoding",
                    "upgrade");

    private MethodReader() {}

    static MethodSettings read(YamlSection section) {
        List<MethodSettings> found = new ArrayList<>();
        section.section("jwt").ifPresent(s -> found.add(jwt(s)));
        section.section("apiKey")
                .ifPresent(s -> {
                    found.add(
                            new MethodSettings.ApiKey(
                                    s.read("header", Values::fieldName).orElse("X-Api-Key")));
                    s.end();
                });
        section.section("basic")
                .ifPresent(s -> {
                    found.add(
                            new MethodSettings.Basic(
                                    s.read("realm", MethodReader::realm).orElse("gateway")));
                    s.end();
                });
        section.section("certificate")
                .ifPresent(s -> {
                    found.add(new MethodSettings.Certificate());
                    s.end();
                });
        section.section("forward").ifPresent(s -> found.add(forward(s)));
        section.section("login").ifPresent(s -> found.add(login(s)));
        section.end();
        if (found.size() != 1) {
            throw section.wrong("jwt", "write one of " + String.join(", ", section.known()));
        }
        return found.getFirst();
    }

    private static String realm(String field, String text) {
        if (!text.matches("[ !#-\\[\\]-~]{1,64}")) {
            throw SampanException.invalid(
                    field + " \"" + text + "\": write at most 64 characters without quotes");
        }
        return text;
    }

    private static MethodSettings jwt(YamlSection section) {
        List<IssuerSettings> issuers = new ArrayList<>();
        for (YamlSection one : section.list("issuers", "")) {
            issuers.add(issuer(one));
        }
        if (issuers.isEmpty()) {
            throw section.wrong("issuers", "write one or more");
        }
        Set<Optional<String>> names = new LinkedHashSet<>();
        for (IssuerSettings issuer : issuers) {
            if (!names.add(issuer.issuer())) {
                throw section.wrong("issuers", "two have the same issuer: join them");
            }
        }
        Optional<String> from = section.text("from");
        if (from.isPresent() && !MethodSettings.isPlace(from.get())) {
            throw section.wrong("from", "write header:NAME or cookie:NAME");
        }
        ClaimNames claims = names(section);
        section.end();
        return new MethodSettings.Jwt(issuers, from, claims);
    }

    private static MethodSettings forward(YamlSection section) {
        List<String> send = section.texts("send", Values::fieldName);
        for (String field : send) {
            if (UNSENT.contains(field.toLowerCase(java.util.Locale.ROOT))) {
                throw section.wrong("send", field + " cannot be sent on: leave it out");
            }
        }
        MethodSettings.Forward forward =
                new MethodSettings.Forward(
                        section.read("uri", MethodReader::uri)
                                .orElseThrow(() -> section.wrong("uri", "write http://HOST/PATH")),
                        section.path("ca"),
                        send.isEmpty() ? List.of("Authorization", "Cookie") : send,
                        section.texts("pass", Values::fieldName),
                        section.read("name", Values::fieldName),
                        section.read("roles", Values::fieldName),
                        section.nanos("cacheFor", 0));
        section.end();
        return forward;
    }

    private static MethodSettings login(YamlSection section) {
        String client = needed(section, "clientId");
        MethodSettings.JwksUrl keys =
                new MethodSettings.JwksUrl(
                        needed(section, "jwks", MethodReader::uri), section.path("ca"));
        IssuerSettings issuer =
                new IssuerSettings(
                        Optional.of(needed(section, "issuer")),
                        keys,
                        MethodSettings.usual(keys),
                        List.of(client),
                        List.of(),
                        times(section));
        List<String> scopes = section.texts("ask", SecurityReader::word);
        URI callback = needed(section, "callback", MethodReader::uri);
        if (callback.getPath().length() < 2 || callback.getQuery() != null) {
            throw section.wrong("callback", "write https://HOST/PATH, a path of its own");
        }
        MethodSettings.Login login =
                new MethodSettings.Login(
                        issuer,
                        needed(section, "authorize", MethodReader::uri),
                        needed(section, "token", MethodReader::uri),
                        keys.ca(),
                        client,
                        Path.of(needed(section, "clientSecretFile")),
                        Path.of(needed(section, "sessionKeyFile")),
                        callback,
                        section.read("logout", Values::path).orElse("/logout"),
                        scopes.isEmpty() ? List.of("openid", "profile", "email") : scopes,
                        section.nanos("session", 8 * 3600 * SECOND) / SECOND,
                        names(section));
        section.end();
        return login;
    }

    private static String needed(YamlSection section, String key) {
        return needed(section, key, (_, text) -> text);
    }

    private static <T> T needed(
            YamlSection section, String key, BiFunction<String, String, T> reader) {
        return section.read(key, reader).orElseThrow(() -> section.wrong(key, "it is missing"));
    }

    static ClaimNames names(YamlSection section) {
        List<String> roles = section.texts("roles", SecurityReader::word);
        List<String> scopes = section.texts("scopes", SecurityReader::word);
        return new ClaimNames(
                section.text("name").orElse(ClaimNames.USUAL.name()),
                roles.isEmpty() ? ClaimNames.USUAL.roles() : roles,
                scopes.isEmpty() ? ClaimNames.USUAL.scopes() : scopes);
    }

    static IssuerSettings issuer(YamlSection section) {
        KeysFrom keys = keys(section);
        List<String> algorithms = section.texts("algorithms", (_, text) -> text);
        Set<String> allowed = keys instanceof MethodSettings.SecretFile ? SYMMETRIC : ASYMMETRIC;
        for (String algorithm : algorithms) {
            boolean fits =
                    allowed.contains(algorithm)
                            || keys instanceof MethodSettings.JwksFile
                                    && SYMMETRIC.containsAll(algorithms);
            if (!fits) {
                throw section.wrong(
                        "algorithms",
                        "\""
                                + algorithm
                                + "\" does not go with these keys: use some of "
                                + String.join(", ", allowed.stream().sorted().toList()));
            }
        }
        IssuerSettings issuer =
                new IssuerSettings(
                        section.text("issuer"),
                        keys,
                        algorithms.isEmpty() ? MethodSettings.usual(keys) : Set.copyOf(algorithms),
                        section.texts("audiences", (_, text) -> text),
                        section.texts(
                                "types", (_, text) -> text.toLowerCase(java.util.Locale.ROOT)),
                        times(section));
        section.end();
        return issuer;
    }

    private static MethodSettings.Times times(YamlSection section) {
        return new MethodSettings.Times(
                (int) (section.nanos("skew", 30 * SECOND) / SECOND),
                (int) (section.nanos("maxAge", 0) / SECOND),
                section.nanos("refresh", 300 * SECOND),
                section.nanos("retry", 5 * SECOND),
                section.nanos("stale", 24 * 3600 * SECOND));
    }

    private static KeysFrom keys(YamlSection section) {
        List<KeysFrom> found = new ArrayList<>();
        Optional<Path> ca = section.path("ca");
        section.read("jwks", MethodReader::uri)
                .ifPresent(uri -> found.add(new MethodSettings.JwksUrl(uri, ca)));
        if (ca.isPresent() && found.isEmpty()) {
            throw section.wrong("ca", "it goes with jwks: leave it out");
        }
        section.text("jwksFile")
                .ifPresent(file -> found.add(new MethodSettings.JwksFile(Path.of(file))));
        section.text("publicKeyFile")
                .ifPresent(file -> found.add(new MethodSettings.PublicKeyFile(Path.of(file))));
        section.text("secretFile")
                .ifPresent(file -> found.add(new MethodSettings.SecretFile(Path.of(file))));
        if (found.size() != 1) {
            throw section.wrong(
                    "jwks", "write one of jwks, jwksFile, publicKeyFile and secretFile");
        }
        return found.getFirst();
    }

    static URI uri(String field, String text) {
        try {
            URI uri = new URI(text);
            if (("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
                    && uri.getHost() != null
                    && uri.getUserInfo() == null) {
                return uri;
            }
        } catch (URISyntaxException _) {
            // told below
        }
        throw SampanException.invalid(
                field + " \"" + text + "\": write an address, https://HOST/PATH");
    }
}
