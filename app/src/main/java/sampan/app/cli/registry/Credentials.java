package sampan.app.cli.registry;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import sampan.app.session.Caller;
import sampan.engine.registry.Credential;
import sampan.engine.services.ServerText;
import sampan.errors.SampanException;
import sampan.oci.Reference;
import sampan.oci.json.Json;

/// The caller's credentials: by his helpers (`docker-credential-NAME`), or from his file.
public final class Credentials {
    private static final String TOKEN = "<token>";

    private final Caller caller;
    private final ConfigFile file;

    private Credentials(Caller caller, ConfigFile file) {
        this.caller = caller;
        this.file = file;
    }

    public static Credentials of(Caller caller) {
        return new Credentials(caller, ConfigFile.read(caller));
    }

    String path() {
        return file.path();
    }

    /// What a helper answers.
    record Answer(
            @JsonProperty("Username") String username, @JsonProperty("Secret") String secret) {
        Answer {
            username = text(username);
            secret = text(secret);
        }

        private static String text(@Nullable String value) {
            return value == null ? "" : value;
        }

        Credential credential() {
            return username.equals(TOKEN)
                    ? new Credential("", "", secret, "")
                    : Credential.of(username, secret);
        }
    }

    /// How a registry's entry is called: its host, but the hub's old URL.
    static String key(String domain) {
        return domain.equals(Reference.DEFAULT_DOMAIN) ? ServerText.HUB : domain;
    }

    /// For a repository's registry; none where the caller has none. Those of its mirrors are looked
    /// up when they are asked for.
    public Credential forReference(String reference) {
        return find(Reference.parseBare(reference).domain())
                .orElse(Credential.NONE)
                .with(host -> find(host).orElse(Credential.NONE));
    }

    Optional<Credential> find(String domain) {
        String key = key(domain);
        String helper = file.helper(key);
        if (!helper.isEmpty()) {
            return get(helper, key);
        }
        return file.credential(key)
                .or(() -> file.credential("https://" + key))
                .or(() -> file.credential("https://" + key + "/v1/"));
    }

    private Optional<Credential> get(String helper, String key) {
        Programs.Ran ran = run(helper, "get", key);
        if (ran.status() != 0) {
            if (ran.output().contains("credentials not found")) {
                return Optional.empty();
            }
            throw failed(helper, "get", ran);
        }
        Answer answer = Json.read(ran.output().getBytes(StandardCharsets.UTF_8), Answer.class);
        Credential found = answer.credential();
        return found.isPresent() ? Optional.of(found) : Optional.empty();
    }

    private Programs.Ran run(String helper, String action, String input) {
        if (!helper.matches("[A-Za-z0-9_.-]+")) {
            throw SampanException.invalid(path() + ": credential helper '" + helper + "'");
        }
        try {
            return Programs.run(caller, List.of("docker-credential-" + helper, action), input);
        } catch (IOException e) {
            throw SampanException.invalid(
                    "credential helper docker-credential-" + helper + ": " + e.getMessage());
        }
    }

    private static SampanException failed(String helper, String action, Programs.Ran ran) {
        String words =
                ran.status() == 127
                        ? "not found in PATH"
                        : ran.output().lines().findFirst().orElse("");
        return SampanException.invalid(
                "credential helper docker-credential-"
                        + helper
                        + " "
                        + action
                        + ": exit status "
                        + ran.status()
                        + (words.isEmpty() ? "" : ", " + words));
    }

    /// Keeps a credential; returns whether its secret lies in the file, readable.
    boolean store(String domain, Credential credential) {
        String key = key(domain);
        String helper = file.helper(key);
        if (helper.isEmpty()) {
            file.put(key, credential, true);
            return true;
        }
        boolean token = !credential.identityToken().isEmpty();
        String document =
                Json.text(
                        Map.of(
                                "ServerURL",
                                key,
                                "Username",
                                token ? TOKEN : credential.username(),
                                "Secret",
                                token ? credential.identityToken() : credential.password()));
        Programs.Ran ran = run(helper, "store", document);
        if (ran.status() != 0) {
            throw failed(helper, "store", ran);
        }
        file.put(key, credential, false);
        return false;
    }

    /// False where there was none.
    boolean erase(String domain) {
        String key = key(domain);
        String helper = file.helper(key);
        boolean there = file.credential(key).isPresent();
        if (!helper.isEmpty()) {
            there = get(helper, key).isPresent();
            Programs.Ran ran = run(helper, "erase", key);
            if (ran.status() != 0 && there) {
                throw failed(helper, "erase", ran);
            }
        }
        return file.remove(key) || there;
    }
}
