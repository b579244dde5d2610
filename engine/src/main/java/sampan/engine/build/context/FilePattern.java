package sampan.engine.build.context;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import sampan.errors.SampanException;

/// One part of a path with wildcards, by the rules of Go's `filepath.Match`: `*`, `?`, `[a-z]`,
/// `[^a]`, and a backslash in front of what is meant as it stands.
final class FilePattern {
    private FilePattern() {}

    static boolean hasWildcards(String part) {
        return part.chars().anyMatch(c -> c == '*' || c == '?' || c == '[' || c == '\\');
    }

    /// @throws SampanException INVALID for a class without an end
    static Pattern of(String pattern) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            switch (c) {
                case '*' -> regex.append("[^/]*");
                case '?' -> regex.append("[^/]");
                case '[' -> i = characterClass(pattern, i, regex);
                case '\\' -> {
                    if (++i == pattern.length()) {
                        throw malformed(pattern);
                    }
                    regex.append(Pattern.quote(String.valueOf(pattern.charAt(i))));
                }
                default -> regex.append(Pattern.quote(String.valueOf(c)));
            }
        }
        try {
            return Pattern.compile(regex.toString(), Pattern.DOTALL);
        } catch (PatternSyntaxException e) {
            throw malformed(pattern);
        }
    }

    private static int characterClass(String pattern, int start, StringBuilder regex) {
        int i = start + 1;
        regex.append('[');
        if (i < pattern.length() && pattern.charAt(i) == '^') {
            regex.append('^');
            i++;
        }
        int first = i;
        while (i < pattern.length() && (pattern.charAt(i) != ']' || i == first)) {
            char c = pattern.charAt(i);
            if (c == '\\' && ++i < pattern.length()) {
                regex.append('\\').append(pattern.charAt(i));
            } else if ("[&\\^".indexOf(c) >= 0) {
                regex.append('\\').append(c);
            } else {
                regex.append(c);
            }
            i++;
        }
        if (i >= pattern.length()) {
            throw malformed(pattern);
        }
        regex.append(']');
        return i;
    }

    private static SampanException malformed(String pattern) {
        return SampanException.invalid("syntax error in pattern: " + pattern);
    }
}
