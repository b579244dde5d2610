package sampan.engine.build.syntax;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The shell patterns of variable modifiers: `*`, `?`, and escaped characters.
final class Patterns {
    private Patterns() {}

    /// The value without what the pattern matches at one end.
    ///
    /// @param pattern begins with the modifier again where the longest match goes (`##`)
    static String trimmed(String value, String pattern, char modifier, char escape) {
        boolean longest = pattern.length() > 0 && pattern.charAt(0) == modifier;
        String wanted = longest ? pattern.substring(1) : pattern;
        Pattern regex = Pattern.compile(regex(wanted, escape), Pattern.DOTALL);
        if (modifier == '#') {
            for (int i = 0; i <= value.length(); i++) {
                int end = longest ? value.length() - i : i;
                if (regex.matcher(value).region(0, end).matches()) {
                    return value.substring(end);
                }
            }
            return value;
        }
        for (int i = 0; i <= value.length(); i++) {
            int start = longest ? i : value.length() - i;
            if (regex.matcher(value).region(start, value.length()).matches()) {
                return value.substring(0, start);
            }
        }
        return value;
    }

    static String replaced(
            String value, String pattern, String replacement, boolean all, char escape) {
        if (pattern.isEmpty()) {
            return value;
        }
        Matcher matcher = Pattern.compile(regex(pattern, escape), Pattern.DOTALL).matcher(value);
        String literal = Matcher.quoteReplacement(replacement);
        return all ? matcher.replaceAll(literal) : matcher.replaceFirst(literal);
    }

    private static String regex(String pattern, char escape) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            if (c == '*') {
                regex.append(".*");
            } else if (c == '?') {
                regex.append('.');
            } else if (c == escape && i + 1 < pattern.length()) {
                i++;
                regex.append(Pattern.quote(String.valueOf(pattern.charAt(i))));
            } else {
                regex.append(Pattern.quote(String.valueOf(c)));
            }
        }
        return regex.toString();
    }
}
