package sampan.engine.registry.http;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import sampan.engine.registry.Credential;
import sampan.engine.registry.RegistryException;
import sampan.engine.registry.RegistryLimits;
import sampan.engine.registry.http.Calling.Sending;
import sampan.errors.SampanException;
import sampan.oci.json.Json;

/// Bearer tokens, fetched from token servers and kept until shortly before they expire.
/// Thread-safe.
final class Tokens {
    private static final int CACHE_MAX = 512;
    private static final Duration LIFE_DEFAULT = Duration.ofSeconds(60);
    private static final Duration LIFE_MAX = Duration.ofHours(12);
    private static final Duration MARGIN = Duration.ofSeconds(5);
    private static final String CLIENT = "sampan";

    private final Clients clients;
    private final Map<Key, Held> held =
            Collections.synchronizedMap(
                    new LinkedHashMap<>(16, 0.75f, true) {
                        @Override
                        protected boolean removeEldestEntry(Map.Entry<Key, Held> eldest) {
                            return size() > CACHE_MAX;
                        }
                    });

    private record Key(String realm, String service, List<String> scopes, Credential credential) {}

    private record Held(String token, Instant until) {}

    /// What a token server answers.
    record TokenAnswer(
            String token,
            @JsonProperty("access_token") String accessToken,
            @JsonProperty("refresh_token") String refreshToken,
            @JsonProperty("expires_in") long expiresIn) {
        TokenAnswer {
            token = text(token);
            accessToken = text(accessToken);
            refreshToken = text(refreshToken);
        }

        private static String text(@Nullable String value) {
            return value == null ? "" : value;
        }

        String bearer() {
            return token.isEmpty() ? accessToken : token;
        }

        Instant until() {
            Duration life = expiresIn <= 0 ? LIFE_DEFAULT : Duration.ofSeconds(expiresIn);
            return Instant.now().plus(life.compareTo(LIFE_MAX) > 0 ? LIFE_MAX : life).minus(MARGIN);
        }
    }

    /// What a token is asked for.
    ///
    /// @param credential the one that this token server may see
    /// @param unchecked the server's certificate need not be right
    record Wish(
            URI realm,
            String service,
            List<String> scopes,
            Credential credential,
            boolean unchecked) {
        private Key key() {
            return new Key(realm.toString(), service, scopes, credential);
        }
    }

    Tokens(Clients clients) {
        this.clients = clients;
    }

    /// @param stale a token that was refused, not to be given again; or empty
    String bearer(Wish wish, String stale) throws IOException {
        Held known = held.get(wish.key());
        if (known != null && !known.token().equals(stale) && known.until().isAfter(Instant.now())) {
            return known.token();
        }
        TokenAnswer answer = fetch(wish, false);
        held.put(wish.key(), new Held(answer.bearer(), answer.until()));
        return answer.bearer();
    }

    /// Asks for a token, and with `offline` for a refresh token too.
    TokenAnswer fetch(Wish wish, boolean offline) throws IOException {
        boolean byRefresh = !wish.credential().identityToken().isEmpty();
        Calling call = byRefresh ? refreshing(wish) : asking(wish, offline);
        Optional<String> authorization = byRefresh ? Optional.empty() : basic(wish.credential());
        Answer response = clients.send(call, authorization, wish.unchecked());
        try (BodyChannel body = response.body()) {
            byte[] document = body.readAll(RegistryLimits.DOCUMENT_BYTES_MAX);
            if (response.statusCode() != 200) {
                throw Refusals.of(response.statusCode(), document);
            }
            TokenAnswer answer = Json.read(document, TokenAnswer.class);
            if (answer.bearer().isEmpty()) {
                throw SampanException.invalid(
                        "token server " + wish.realm().getHost() + " gave no token");
            }
            return answer;
        }
    }

    static Optional<String> basic(Credential credential) {
        if (credential.username().isEmpty() || credential.password().isEmpty()) {
            return Optional.empty();
        }
        byte[] pair =
                (credential.username() + ":" + credential.password())
                        .getBytes(StandardCharsets.UTF_8);
        return Optional.of("Basic " + Base64.getEncoder().encodeToString(pair));
    }

    private static Calling asking(Wish wish, boolean offline) {
        StringBuilder query = new StringBuilder();
        add(query, "account", wish.credential().username());
        add(query, "client_id", offline ? CLIENT : "");
        add(query, "offline_token", offline ? "true" : "");
        add(query, "service", wish.service());
        wish.scopes().forEach(scope -> add(query, "scope", scope));
        String realm = wish.realm().toString();
        String sign = realm.indexOf('?') < 0 ? "?" : "&";
        return Calling.get(URI.create(query.isEmpty() ? realm : realm + sign + query));
    }

    private static Calling refreshing(Wish wish) {
        StringBuilder form = new StringBuilder();
        add(form, "grant_type", "refresh_token");
        add(form, "service", wish.service());
        add(form, "client_id", CLIENT);
        add(form, "scope", String.join(" ", wish.scopes()));
        add(form, "refresh_token", wish.credential().identityToken());
        return new Calling(
                "POST",
                wish.realm(),
                Map.of(),
                Optional.of(
                        new Sending.Document(
                                "application/x-www-form-urlencoded",
                                form.toString().getBytes(StandardCharsets.US_ASCII))));
    }

    private static void add(StringBuilder query, String name, String value) {
        if (!value.isEmpty()) {
            query.append(query.isEmpty() ? "" : "&")
                    .append(name)
                    .append('=')
                    .append(URLEncoder.encode(value, StandardCharsets.UTF_8));
        }
    }

    /// Failures of registries and their token servers in words.
    static final class Refusals {
        private Refusals() {}

        /// The error document of the distribution-spec.
        record Document(List<Detail> errors, String details) {
            Document {
                errors = errors == null ? List.of() : errors;
                details = TokenAnswer.text(details);
            }
        }

        record Detail(String code, String message) {
            Detail {
                code = TokenAnswer.text(code);
                message = TokenAnswer.text(message);
            }
        }

        static RegistryException of(int status, byte[] body) {
            try {
                Document document = Json.read(body, Document.class);
                if (document != null && !document.errors().isEmpty()) {
                    Detail first = document.errors().getFirst();
                    return new RegistryException(status, first.code(), first.message());
                }
                if (document != null && !document.details().isEmpty()) {
                    return new RegistryException(status, reason(status), document.details());
                }
            } catch (SampanException e) {
                // not JSON: the status alone tells
            }
            return new RegistryException(status, reason(status), words(status));
        }

        private static String words(int status) {
            return switch (status) {
                case 401 -> "authentication required";
                case 403 -> "requested access to the resource is denied";
                default -> "status " + status;
            };
        }

        private static String reason(int status) {
            return switch (status) {
                case 401 -> RegistryException.UNAUTHORIZED;
                case 403 -> RegistryException.DENIED;
                case 404 -> "NOT_FOUND";
                case 429 -> "TOOMANYREQUESTS";
                default -> "UNEXPECTED_ANSWER";
            };
        }
    }
}
