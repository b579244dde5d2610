package sampan.gateway.auth;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import sampan.gateway.routes.Attribute;

/// What the configuration says of a method.
public sealed interface MethodSettings {
    /// Where keys come from.
    sealed interface KeysFrom {}

    /// A JWK set over HTTP.
    ///
    /// @param ca whose certificates are good, those of the machine where no file is named
    record JwksUrl(URI uri, Optional<Path> ca) implements KeysFrom {}

    record JwksFile(Path file) implements KeysFrom {}

    /// A public key in PEM.
    record PublicKeyFile(Path file) implements KeysFrom {}

    /// A secret, of which blanks at the end do not count.
    record SecretFile(Path file) implements KeysFrom {}

    /// One issuer of tokens; see [TokenRules].
    ///
    /// @param algorithms by name
    record IssuerSettings(
            Optional<String> issuer,
            KeysFrom keys,
            Set<String> algorithms,
            List<String> audiences,
            List<String> types,
            Times times) {}

    record Times(
            int skewSeconds,
            int ageSecondsMax,
            long refreshNanos,
            long retryNanos,
            long staleNanos) {}

    /// @param from `header:NAME` or `cookie:NAME`, none for Authorization: Bearer
    record Jwt(List<IssuerSettings> issuers, Optional<String> from, ClaimNames names)
            implements MethodSettings {}

    /// @param header in which the key stands
    record ApiKey(String header) implements MethodSettings {}

    record Basic(String realm) implements MethodSettings {}

    record Certificate() implements MethodSettings {}

    /// @param send fields of the request that the asked server sees
    /// @param pass fields of its answer that the service sees
    /// @param name the field of its answer with a name
    /// @param roles the field of its answer with roles
    /// @param cacheNanos how long a yes holds, 0 for once
    record Forward(
            URI uri,
            Optional<Path> ca,
            List<String> send,
            List<String> pass,
            Optional<String> name,
            Optional<String> roles,
            long cacheNanos)
            implements MethodSettings {}

    /// @param issuer of the provider's tokens; its audience is the client
    /// @param callback where the provider sends the browser back to, as the browser sees it
    /// @param logout a path
    record Login(
            IssuerSettings issuer,
            URI authorize,
            URI token,
            Optional<Path> ca,
            String clientId,
            Path clientSecretFile,
            Path sessionKeyFile,
            URI callback,
            String logout,
            List<String> scopes,
            long sessionSeconds,
            ClaimNames names)
            implements MethodSettings {}

    /// Algorithms that count unless told.
    static Set<String> usual(KeysFrom keys) {
        return keys instanceof SecretFile
                ? Set.of("HS256")
                : Set.of("RS256", "PS256", "ES256", "EdDSA");
    }

    /// Whether an attribute is a place for credentials.
    static boolean isPlace(String text) {
        Attribute _ = Attribute.parse("from", text);
        return text.startsWith("header:") || text.startsWith("cookie:");
    }
}
