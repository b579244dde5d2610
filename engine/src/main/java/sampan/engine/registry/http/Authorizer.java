package sampan.engine.registry.http;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import sampan.engine.registry.Credential;
import sampan.engine.registry.RegistryException;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// Answers one endpoint's challenges for one caller. Thread-safe.
final class Authorizer {
    private final Endpoint endpoint;
    private final Credential credential;
    private final Tokens tokens;
    private final ReentrantLock fetching = new ReentrantLock();
    private final Set<String> scopes = new LinkedHashSet<>();
    private volatile Optional<String> current;
    private volatile String withheldFrom = "";

    Authorizer(Endpoint endpoint, Credential credential, Tokens tokens, List<String> scopes) {
        this.endpoint = endpoint;
        this.credential = endpoint.trusted() ? credential.alone() : Credential.NONE;
        this.tokens = tokens;
        this.scopes.addAll(scopes);
        this.current =
                this.credential.registryToken().isEmpty()
                        ? Optional.empty()
                        : Optional.of("Bearer " + this.credential.registryToken());
    }

    /// What is sent along before anybody asks.
    Optional<String> current() {
        return current;
    }

    /// From now on more is asked for.
    void widen(String scope) {
        fetching.lock();
        try {
            if (scopes.add(scope) && current.filter(a -> a.startsWith("Bearer ")).isPresent()) {
                current = Optional.empty();
            }
        } finally {
            fetching.unlock();
        }
    }

    /// The answer to a 401; empty where there is none.
    ///
    /// @param used what was sent along
    Optional<String> answer(Origin origin, List<String> challenges, Optional<String> used)
            throws IOException {
        fetching.lock();
        try {
            if (!current.equals(used)) {
                return current; // another thread was here meanwhile
            }
            Optional<Challenge> bearer = Challenge.find(challenges, "bearer");
            if (bearer.isPresent() && credential.registryToken().isEmpty()) {
                Tokens.Wish wish = wish(origin, bearer.get());
                String stale = used.map(u -> u.substring(u.indexOf(' ') + 1)).orElse("");
                current = Optional.of("Bearer " + tokens.bearer(wish, stale));
                return current;
            }
            if (Challenge.find(challenges, "basic").isPresent() && used.isEmpty()) {
                current = Tokens.basic(credential);
                if (current.isEmpty()) {
                    throw new SampanException(
                            ErrorCode.DENIED,
                            "no basic auth credentials for "
                                    + endpoint.host()
                                    + ": log in to it first");
                }
                return current;
            }
            return Optional.empty();
        } finally {
            fetching.unlock();
        }
    }

    /// What a token server is asked; the credential only where it is this registry's own.
    Tokens.Wish wish(Origin origin, Challenge challenge) {
        URI realm = realm(challenge.parameter("realm"));
        Origin server = Origin.of(realm);
        boolean own = origin.owns(server) || endpoint.tokenRealms().contains(server.host());
        if (!own && credential.isPresent()) {
            withheldFrom = server.host();
        }
        LinkedHashSet<String> wanted = new LinkedHashSet<>(scopes);
        if (wanted.isEmpty() && !challenge.parameter("scope").isEmpty()) {
            wanted.addAll(List.of(challenge.parameter("scope").split(" ")));
        }
        return new Tokens.Wish(
                realm,
                challenge.parameter("service"),
                List.copyOf(wanted),
                own ? credential : Credential.NONE,
                endpoint.insecure() && server.host().equals(origin.host()));
    }

    private URI realm(String text) {
        try {
            URI realm = new URI(text);
            String scheme = String.valueOf(realm.getScheme());
            if (realm.getHost() != null && (scheme.equals("https") || scheme.equals("http"))) {
                return realm;
            }
        } catch (URISyntaxException e) {
            // said below
        }
        throw SampanException.invalid(
                "registry " + endpoint.host() + " names a token server that is no URL: " + text);
    }

    /// A refusal in the words that help.
    SampanException explain(RegistryException refusal) {
        if (refusal.code() != ErrorCode.DENIED) {
            return refusal;
        }
        if (!withheldFrom.isEmpty()) {
            return new SampanException(
                    ErrorCode.DENIED,
                    refusal.getMessage()
                            + " (the credentials were not sent to token server "
                            + withheldFrom
                            + ", which does not belong to "
                            + endpoint.host()
                            + ": name it in token-realms of registries.json if it is right)");
        }
        return refusal;
    }
}
