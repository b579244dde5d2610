package sampan.gateway.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sampan.errors.SampanException;
import sampan.gateway.auth.Passwords;

/// The part of [RouteReader] that reads users and passwords of one route.
final class BasicReader {
    private static final int USERS_MAX = 1000;

    /// @param users hashes by name
    /// @param header in which the service is told the name
    record BasicDefinition(
            String realm, Map<String, String> users, Optional<String> header, boolean strips) {}

    private BasicReader() {}

    static Optional<BasicDefinition> read(YamlSection route) {
        return route.section("basic").map(BasicReader::basic);
    }

    private static BasicDefinition basic(YamlSection section) {
        Map<String, String> users = new LinkedHashMap<>();
        // What stands there may be a password: it is not repeated.
        String place = section.placed("users");
        List<String> lines = section.texts("users", (_, text) -> text);
        for (String line : lines) {
            int colon = line.indexOf(':');
            if (colon <= 0) {
                throw SampanException.invalid(place + "write NAME:HASH, as htpasswd -B does");
            }
            String name = line.substring(0, colon);
            String hash = line.substring(colon + 1);
            String wrong = Passwords.wrong(hash);
            if (!wrong.isEmpty()) {
                throw SampanException.invalid(
                        place
                                + "the hash of user \""
                                + name
                                + "\": "
                                + wrong
                                + ": make it with htpasswd -B (bcrypt), or argon2");
            }
            if (users.put(name, hash) != null) {
                throw SampanException.invalid(
                        place + "user \"" + name + "\" stands twice: keep one");
            }
        }
        if (users.isEmpty() || users.size() > USERS_MAX) {
            throw SampanException.invalid(place + "name 1 to " + USERS_MAX);
        }
        BasicDefinition read =
                new BasicDefinition(
                        section.read("realm", BasicReader::realm).orElse("sampan"),
                        users,
                        section.read("userHeader", Values::fieldName),
                        section.flag("strip", true));
        section.end();
        return read;
    }

    private static String realm(String field, String text) {
        if (text.indexOf('"') >= 0 || text.indexOf('\\') >= 0) {
            throw SampanException.invalid(field + ": write it without \" and \\");
        }
        return Values.fieldValue(field, text);
    }
}
