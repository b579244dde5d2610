package sampan.engine.images;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import sampan.errors.SampanException;

/// Words of a Dockerfile line: quotes, backslashes, and variables (`$A`, `${A}`, `${A:-x}`,
/// `${A:+x}`); single quotes keep everything as it stands (Dockerfile reference, "Environment
/// replacement").
final class ShellWords {
    private final String text;
    private final Map<String, String> variables;
    private int at;

    private ShellWords(String text, Map<String, String> variables) {
        this.text = text;
        this.variables = variables;
    }

    /// The words between blanks, with quotes taken off and variables replaced.
    static List<String> split(String text, Map<String, String> variables) {
        ShellWords words = new ShellWords(text, variables);
        List<String> found = new ArrayList<>();
        words.skipBlanks();
        while (words.at < text.length()) {
            found.add(words.word(true));
            words.skipBlanks();
        }
        return found;
    }

    /// The whole text as one word.
    static String join(String text, Map<String, String> variables) {
        return new ShellWords(text, variables).word(false);
    }

    private void skipBlanks() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private String word(boolean endsAtBlank) {
        StringBuilder word = new StringBuilder();
        while (at < text.length()) {
            char c = text.charAt(at);
            if (endsAtBlank && Character.isWhitespace(c)) {
                break;
            }
            at++;
            switch (c) {
                case '\'' -> word.append(until('\''));
                case '"' -> quoted(word);
                case '\\' -> {
                    if (at < text.length()) {
                        word.append(text.charAt(at++));
                    }
                }
                case '$' -> word.append(variable());
                default -> word.append(c);
            }
        }
        return word.toString();
    }

    private String until(char end) {
        int close = text.indexOf(end, at);
        if (close < 0) {
            throw SampanException.invalid("unterminated quote in: " + text);
        }
        String part = text.substring(at, close);
        at = close + 1;
        return part;
    }

    private void quoted(StringBuilder word) {
        while (at < text.length() && text.charAt(at) != '"') {
            char c = text.charAt(at++);
            boolean escapes =
                    c == '\\' && at < text.length() && "\"$\\".indexOf(text.charAt(at)) >= 0;
            if (escapes) {
                word.append(text.charAt(at++));
            } else if (c == '$') {
                word.append(variable());
            } else {
                word.append(c);
            }
        }
        if (at == text.length()) {
            throw SampanException.invalid("unterminated quote in: " + text);
        }
        at++;
    }

    private String variable() {
        if (at < text.length() && text.charAt(at) == '{') {
            at++;
            String name = name();
            String inside = until('}');
            if (inside.isEmpty() && !name.isEmpty()) {
                return variables.getOrDefault(name, "");
            }
            String value = variables.getOrDefault(name, "");
            String word = inside.length() >= 2 ? inside.substring(2) : "";
            if (inside.startsWith(":-")) {
                return value.isEmpty() ? join(word, variables) : value;
            }
            if (inside.startsWith(":+")) {
                return value.isEmpty() ? "" : join(word, variables);
            }
            throw SampanException.invalid("unsupported substitution in: " + text);
        }
        String name = name();
        return name.isEmpty() ? "$" : variables.getOrDefault(name, "");
    }

    private String name() {
        int start = at;
        while (at < text.length()
                && (Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '_')) {
            at++;
        }
        return text.substring(start, at);
    }
}
