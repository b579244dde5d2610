package sampan.engine.build.syntax;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Finds the marks of heredocs in a line: `<<NAME`, `<<-NAME`, `<<"NAME"`, with a descriptor's
/// number in front.
final class Heredocs {
    private static final Pattern MARK = Pattern.compile("(\\d*)<<(-?)([^<]*)");
    private static final int HEREDOCS_MAX = 100;

    private Heredocs() {}

    /// The marks in order, without content.
    static List<Heredoc> in(String line, char escape) {
        if (!line.contains("<<")) {
            return List.of();
        }
        List<Heredoc> found = new ArrayList<>();
        for (String word : RawWords.split(line, escape)) {
            of(word, escape).ifPresent(found::add);
        }
        return found.size() > HEREDOCS_MAX ? found.subList(0, HEREDOCS_MAX) : found;
    }

    /// The word as a mark, if it is one.
    static Optional<Heredoc> of(String word, char escape) {
        Matcher matcher = MARK.matcher(word);
        if (!matcher.matches() || matcher.group(3).isEmpty()) {
            return Optional.empty();
        }
        String rest = matcher.group(3);
        boolean quoted = rest.indexOf('"') >= 0 || rest.indexOf('\'') >= 0;
        StringBuilder name = new StringBuilder();
        for (int i = 0; i < rest.length(); i++) {
            char c = rest.charAt(i);
            if (c == escape && i + 1 < rest.length()) {
                name.append(rest.charAt(++i));
            } else if (c != '"' && c != '\'') {
                name.append(c);
            }
        }
        if (name.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                new Heredoc(name.toString(), word, !matcher.group(2).isEmpty(), !quoted, ""));
    }
}
