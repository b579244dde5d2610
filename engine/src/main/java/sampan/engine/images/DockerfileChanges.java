package sampan.engine.images;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import sampan.engine.build.syntax.DockerfileParser;
import sampan.engine.images.Image.ImageConfig;
import sampan.errors.SampanException;

/// Dockerfile lines applied to an image's config: the `--change` of commit and import. CMD,
/// ENTRYPOINT, ENV, EXPOSE, HEALTHCHECK, LABEL, ONBUILD, STOPSIGNAL, USER, VOLUME and WORKDIR.
public final class DockerfileChanges {
    private static final Set<String> CHANGES =
            Set.of(
                    "CMD",
                    "ENTRYPOINT",
                    "ENV",
                    "EXPOSE",
                    "HEALTHCHECK",
                    "LABEL",
                    "ONBUILD",
                    "STOPSIGNAL",
                    "USER",
                    "VOLUME",
                    "WORKDIR");
    private static final char ESCAPE = '\\';
    private static final int LINES_MAX = 1000;

    private DockerfileChanges() {}

    /// The config with the lines applied, in their order.
    ///
    /// @throws SampanException INVALID for a line that is none of these or malformed
    public static ImageConfig apply(ImageConfig base, List<String> lines) {
        List<String> joined = joined(lines);
        if (joined.size() > LINES_MAX) {
            throw SampanException.invalid("more than " + LINES_MAX + " changes");
        }
        ConfigEdits edits = new ConfigEdits(base, ESCAPE);
        int number = 0;
        for (String line : joined) {
            String name = line.split("\\s+", 2)[0];
            if (!CHANGES.contains(name.toUpperCase(Locale.ROOT))) {
                throw SampanException.invalid(name + " is not a valid change command");
            }
            number++;
            edits.apply(DockerfileParser.instruction(line, ESCAPE, number), edits::variable);
        }
        return edits.result();
    }

    /// A backslash at the end of a line joins it with the next; empty lines and comments go.
    private static List<String> joined(List<String> lines) {
        List<String> found = new ArrayList<>();
        StringBuilder open = new StringBuilder();
        for (String line : String.join("\n", lines).split("\n", -1)) {
            String text = open.isEmpty() ? line.strip() : line.stripTrailing();
            if (text.endsWith("\\")) {
                open.append(text, 0, text.length() - 1);
                continue;
            }
            String whole = open + text;
            open.setLength(0);
            if (!whole.isEmpty() && !whole.startsWith("#")) {
                found.add(whole);
            }
        }
        if (!open.isEmpty()) {
            found.add(open.toString());
        }
        return found;
    }
}
