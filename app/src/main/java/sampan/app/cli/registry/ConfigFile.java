package sampan.app.cli.registry;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sampan.app.session.Caller;
import sampan.engine.registry.Credential;
import sampan.errors.ErrnoException;
import sampan.errors.SampanException;
import sampan.linux.files.FileIo;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;
import sampan.oci.json.Json;

/// The docker client's `config.json`: `$DOCKER_CONFIG/config.json`, or in `~/.docker`. What we do
/// not know in it stays as it is.
final class ConfigFile {
    private static final int FILE_BYTES_MAX = 4 << 20;
    private static final int MODE = 0600;

    private final Caller caller;
    private final String directory;
    private final Map<String, Object> content;

    private ConfigFile(Caller caller, String directory, Map<String, Object> content) {
        this.caller = caller;
        this.directory = directory;
        this.content = content;
    }

    static ConfigFile read(Caller caller) {
        String given = caller.environment().getOrDefault("DOCKER_CONFIG", "");
        String home = caller.environment().getOrDefault("HOME", "/");
        String directory = given.isEmpty() ? home + "/.docker" : given;
        return new ConfigFile(caller, directory, content(caller, directory + "/config.json"));
    }

    private static Map<String, Object> content(Caller caller, String path) {
        try (Fd file = caller.open(path, Open.RDONLY, 0)) {
            byte[] bytes = FileIo.readFully(file, FILE_BYTES_MAX);
            return bytes.length == 0 ? new LinkedHashMap<>() : copied(Json.read(bytes, Map.class));
        } catch (ErrnoException e) {
            if (e.isMissing()) {
                return new LinkedHashMap<>();
            }
            throw e;
        } catch (SampanException e) {
            throw SampanException.invalid(path + ": " + e.getMessage());
        }
    }

    private static Map<String, Object> copied(Map<?, ?> map) {
        Map<String, Object> copy = new LinkedHashMap<>();
        map.forEach((key, value) -> {
            if (key != null && value != null) {
                copy.put(String.valueOf(key), value);
            }
        });
        return copy;
    }

    String path() {
        return directory + "/config.json";
    }

    private Map<String, Object> object(String name) {
        return content.get(name) instanceof Map<?, ?> map ? copied(map) : new LinkedHashMap<>();
    }

    private static String text(Map<String, Object> map, String key) {
        return map.get(key) instanceof String text ? text : "";
    }

    /// The suffix of the helper that keeps this server's credentials; empty where the file does.
    String helper(String server) {
        String own = text(object("credHelpers"), server);
        return own.isEmpty() ? text(content, "credsStore") : own;
    }

    /// What the file itself has for a server.
    Optional<Credential> credential(String server) {
        if (!(object("auths").get(server) instanceof Map<?, ?> map)) {
            return Optional.empty();
        }
        Map<String, Object> entry = copied(map);
        String username = text(entry, "username");
        String password = text(entry, "password");
        String auth = text(entry, "auth");
        if (!auth.isEmpty()) {
            String pair = decoded(server, auth);
            int colon = pair.indexOf(':');
            username = colon < 0 ? pair : pair.substring(0, colon);
            password = colon < 0 ? "" : pair.substring(colon + 1);
        }
        Credential found =
                new Credential(
                        username,
                        password.replace("\0", ""),
                        text(entry, "identitytoken"),
                        text(entry, "registrytoken"));
        return found.isPresent() ? Optional.of(found) : Optional.empty();
    }

    private String decoded(String server, String auth) {
        try {
            return new String(Base64.getDecoder().decode(auth), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw SampanException.invalid(
                    path() + ": auth of " + server + " is not base64: log in again");
        }
    }

    /// Notes a server; its secret only where no helper keeps it.
    void put(String server, Credential credential, boolean secret) {
        Map<String, Object> entry = new LinkedHashMap<>();
        if (secret) {
            boolean token = !credential.identityToken().isEmpty();
            String pair = credential.username() + ":" + (token ? "" : credential.password());
            entry.put(
                    "auth",
                    Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
            if (token) {
                entry.put("identitytoken", credential.identityToken());
            }
        }
        Map<String, Object> auths = object("auths");
        auths.put(server, entry);
        content.put("auths", auths);
        write();
    }

    /// False where it was not there.
    boolean remove(String server) {
        Map<String, Object> auths = object("auths");
        if (auths.remove(server) == null) {
            return false;
        }
        content.put("auths", auths);
        write();
        return true;
    }

    // The caller's own mkdir and mv: an atomic replacement with his rights.
    private void write() {
        run(List.of("mkdir", "-p", "-m", "700", directory));
        String temporary = directory + "/.config.json." + caller.pid();
        int flags = Open.WRONLY | Open.CREAT | Open.EXCL;
        try (Fd file = caller.open(temporary, flags, MODE)) {
            FileIo.writeFully(file, (Json.pretty(content) + "\n").getBytes(StandardCharsets.UTF_8));
        }
        run(List.of("mv", "-f", temporary, path()));
    }

    private void run(List<String> command) {
        try {
            Programs.Ran ran = Programs.run(caller, new ArrayList<>(command), "");
            if (ran.status() != 0) {
                throw SampanException.invalid("cannot write " + path() + ": " + ran.output());
            }
        } catch (IOException e) {
            throw SampanException.invalid("cannot write " + path() + ": " + e.getMessage());
        }
    }
}
