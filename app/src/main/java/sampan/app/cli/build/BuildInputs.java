package sampan.app.cli.build;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import sampan.app.cli.usage.UsageException;
import sampan.app.session.Caller;
import sampan.errors.SampanException;
import sampan.linux.files.FileIo;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

/// Secrets and agents that a caller gives to a build, opened by the client.
final class BuildInputs {
    /// Longest secret, in bytes.
    static final int SECRET_BYTES_MAX = 500 << 10;

    private final Caller caller;

    BuildInputs(Caller caller) {
        this.caller = caller;
    }

    /// `id=ID,src=FILE`, `id=ID,env=VARIABLE`; without either a variable or file of its name.
    Map<String, byte[]> secrets(List<String> texts) {
        Map<String, byte[]> found = new HashMap<>();
        for (String text : texts) {
            Map<String, String> fields = fields("--secret", text);
            String id = fields.getOrDefault("id", "");
            if (id.isEmpty()) {
                throw new UsageException("--secret " + text + ": give an id: id=ID,src=FILE");
            }
            found.put(id, secret(text, id, fields));
        }
        return found;
    }

    private byte[] secret(String text, String id, Map<String, String> fields) {
        String file = fields.getOrDefault("src", fields.getOrDefault("source", ""));
        String variable = fields.getOrDefault("env", "");
        boolean byVariable = fields.getOrDefault("type", "").equals("env");
        if (byVariable && variable.isEmpty()) {
            variable = file.isEmpty() ? id : file;
            file = "";
        }
        if (file.isEmpty()) {
            String name = variable.isEmpty() ? id : variable;
            String value = caller.environment().get(name);
            if (value != null) {
                return value.getBytes(StandardCharsets.UTF_8);
            }
            if (!variable.isEmpty()) {
                throw SampanException.notFound(
                        "--secret " + text + ": variable " + name + " is not set");
            }
            file = id;
        }
        try (Fd open = caller.open(file, Open.RDONLY, 0)) {
            return FileIo.readFully(open, SECRET_BYTES_MAX);
        }
    }

    static Map<String, String> fields(String option, String text) {
        Map<String, String> fields = new LinkedHashMap<>();
        for (String field : text.split(",", -1)) {
            int equals = field.indexOf('=');
            if (equals < 0) {
                throw new UsageException(option + " " + text + ": " + field + " has no value");
            }
            fields.put(field.substring(0, equals), field.substring(equals + 1));
        }
        return fields;
    }

    /// `default`, `ID`, `ID=SOCKET`; without a socket the caller's own agent.
    ///
    /// @param into the caller of this closes them
    void agents(List<String> texts, Map<String, Fd> into) {
        for (String text : texts) {
            int equals = text.indexOf('=');
            String id = equals < 0 ? text : text.substring(0, equals);
            String socket =
                    equals < 0
                            ? caller.environment().getOrDefault("SSH_AUTH_SOCK", "")
                            : text.substring(equals + 1);
            if (socket.isEmpty()) {
                throw new UsageException(
                        "--ssh "
                                + text
                                + ": invalid empty ssh agent socket: make sure"
                                + " SSH_AUTH_SOCK is set");
            }
            into.put(id, caller.open(socket, Open.PATH, 0));
        }
    }
}
