package sampan.api.images;

import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import sampan.api.call.Call;
import sampan.api.wire.AuthConfig;
import sampan.engine.registry.Credential;
import sampan.errors.SampanException;
import sampan.oci.Reference;
import sampan.oci.json.Json;

/// The headers in which clients pass credentials on. Docker treats one that it cannot read as none;
/// so do we, a pull may do without.
final class RegistryAuth {
    private static final int HEADER_CHARS_MAX = 64 << 10;

    private RegistryAuth() {}

    /// Of one registry: `X-Registry-Auth`.
    static Credential of(Call call) {
        return header(call, "X-Registry-Auth", AuthConfig.class)
                .map(AuthConfig::credential)
                .orElse(Credential.NONE);
    }

    /// Of all that a build may pull from: `X-Registry-Config`.
    static Function<String, Credential> all(Call call) {
        Map<String, Credential> found = new LinkedHashMap<>();
        header(call, "X-Registry-Config", Configs.class)
                .ifPresent(all ->
                        all.forEach((server, auth) -> found.put(host(server), auth.credential())));
        return reference ->
                found.getOrDefault(Reference.parseBare(reference).domain(), Credential.NONE)
                        .with(host -> found.getOrDefault(host, Credential.NONE));
    }

    /// The host in a server's name as clients keep it: with scheme, path, or the hub's old name.
    private static String host(String server) {
        String bare = server.replaceFirst("^https?://", "");
        int slash = bare.indexOf('/');
        String host = slash < 0 ? bare : bare.substring(0, slash);
        return host.equals("index.docker.io") ? Reference.DEFAULT_DOMAIN : host;
    }

    private static final class Configs extends LinkedHashMap<String, AuthConfig> {
        private static final long serialVersionUID = 1;
    }

    private static <T> Optional<T> header(Call call, String name, Class<T> type) {
        String text = call.exchange().head().header(name).orElse("");
        if (text.isEmpty() || text.length() > HEADER_CHARS_MAX) {
            return Optional.empty();
        }
        try {
            byte[] json = Base64.getUrlDecoder().decode(text.replace('+', '-').replace('/', '_'));
            return Optional.ofNullable(Json.read(json, type));
        } catch (IllegalArgumentException | SampanException e) {
            return Optional.empty();
        }
    }
}
