package sampan.app.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// The words of `--userns-remap`: whose ids on the host containers get for theirs.
final class UsernsRemap {
    private static final String OPTION = "--userns-remap";

    private UsernsRemap() {}

    /// The mode of containers that do not name one; empty for an empty value.
    ///
    /// @param etc where subuid(5) and subgid(5) are
    /// @throws SampanException INVALID where the value names nobody with ids to give
    static String mode(String value, Path etc) {
        if (value.isEmpty()) {
            return "";
        }
        if (value.equals("default")) {
            return "remap";
        }
        int colon = value.indexOf(':');
        String user = colon < 0 ? value : value.substring(0, colon);
        String group = colon < 0 ? value : value.substring(colon + 1);
        String uids = range(etc.resolve("subuid"), user);
        String gids = range(etc.resolve("subgid"), group);
        if (!uids.equals(gids)) {
            throw SampanException.invalid(
                    OPTION
                            + " "
                            + value
                            + ": its first ranges differ, "
                            + uids
                            + " in subuid and "
                            + gids
                            + " in subgid: make them equal");
        }
        return "keep:0:" + uids;
    }

    /// START:SIZE of the first line that names somebody.
    private static String range(Path file, String name) {
        Optional<String> line;
        try (var lines = Files.lines(file)) {
            line = lines.filter(l -> l.startsWith(name + ":")).findFirst();
        } catch (IOException e) {
            throw new SampanException(
                    ErrorCode.INVALID, OPTION + ": cannot read " + file + ": " + e.getMessage(), e);
        }
        return line.map(l -> l.substring(name.length() + 1).strip())
                .filter(range -> range.matches("[0-9]{1,10}:[0-9]{1,10}"))
                .orElseThrow(() ->
                        SampanException.invalid(
                                OPTION
                                        + ": "
                                        + name
                                        + " has no range of ids in "
                                        + file
                                        + ": add a line "
                                        + name
                                        + ":START:65536"));
    }
}
