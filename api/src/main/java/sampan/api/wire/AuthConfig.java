package sampan.api.wire;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import sampan.engine.registry.Credential;

/// Credentials as clients send them.
///
/// @param auth `user:password` in base64, in place of these two
public record AuthConfig(
        String username,
        String password,
        String auth,
        @JsonProperty("serveraddress") String serverAddress,
        @JsonProperty("identitytoken") String identityToken,
        @JsonProperty("registrytoken") String registryToken) {
    public AuthConfig {
        username = text(username);
        password = text(password);
        auth = text(auth);
        serverAddress = text(serverAddress);
        identityToken = text(identityToken);
        registryToken = text(registryToken);
    }

    private static String text(@Nullable String value) {
        return value == null ? "" : value;
    }

    public Credential credential() {
        if (username.isEmpty() && !auth.isEmpty()) {
            String pair = new String(Base64.getDecoder().decode(auth), StandardCharsets.UTF_8);
            int colon = Math.max(0, pair.indexOf(':'));
            return new Credential(
                    pair.substring(0, colon),
                    pair.substring(Math.min(pair.length(), colon + 1)),
                    identityToken,
                    registryToken);
        }
        return new Credential(username, password, identityToken, registryToken);
    }

    public String shownServer() {
        return serverAddress.isEmpty() ? "https://index.docker.io/v1/" : serverAddress;
    }

    @Override
    public String toString() {
        return "AuthConfig of " + username;
    }
}
