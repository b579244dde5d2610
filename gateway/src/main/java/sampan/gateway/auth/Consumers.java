package sampan.gateway.auth;

import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import sampan.gateway.routes.Identity;
import sampan.gateway.routes.Identity.Consumer;

/// Whom the configuration names, by what proves it.
///
/// @param subjects by method and name, as `METHOD NAME`
/// @param apiKeys by the SHA-256 of the key in hexadecimal digits
/// @param passwords by user
/// @param headers in which services are told
/// @param certificates by subject, alternative name or `sha256:HEX`
public record Consumers(
        Map<String, Consumer> subjects,
        Map<String, Consumer> apiKeys,
        Map<String, Login> passwords,
        Map<String, Consumer> certificates,
        IdentityHeaders headers) {
    /// A user of basic authentication.
    ///
    /// @param hash bcrypt or argon2
    public record Login(Consumer consumer, String hash) {}

    /// An identity of that name, with the roles of its consumer where the configuration names one.
    Identity identity(String method, String name, Identity.Grants grants) {
        Consumer consumer = subjects.get(method + " " + name);
        return consumer == null
                ? new Identity(name, method, null, grants)
                : identity(method, consumer, grants);
    }

    static Identity identity(String method, Consumer consumer, Identity.Grants grants) {
        Set<String> roles = new LinkedHashSet<>(grants.roles());
        roles.addAll(consumer.roles());
        return new Identity(
                consumer.name(),
                method,
                consumer,
                new Identity.Grants(roles, grants.scopes(), grants.claims()));
    }

    Verdict.Proven proven(Identity identity) {
        return new Verdict.Proven(identity, headers.lines(identity));
    }

    Verdict proven(String method, @Nullable Consumer consumer, String otherwise) {
        return consumer == null
                ? new Verdict.Refused(otherwise)
                : proven(identity(method, consumer, Identity.Grants.NONE));
    }
}
