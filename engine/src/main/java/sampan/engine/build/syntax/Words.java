package sampan.engine.build.syntax;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import sampan.errors.SampanException;

/// Replaces variables in words and takes quotes and escapes off, by the Dockerfile's rules
/// (Dockerfile reference, "Environment replacement"): `$A`, `${A}`, with the modifiers `-`, `+`,
/// `?`, each also after a colon, `#`, `##`, `%`, `%%`, `/` and `//`. Single quotes keep everything
/// as it stands.
public final class Words {
    private static final String SPECIAL = "@*#?-$!0";

    private final String text;
    private final char escape;
    private final Function<String, Optional<String>> variables;
    private final boolean keepQuotes;
    private int at;

    private Words(
            String text,
            char escape,
            Function<String, Optional<String>> variables,
            boolean keepQuotes) {
        this.text = text;
        this.escape = escape;
        this.variables = variables;
        this.keepQuotes = keepQuotes;
    }

    /// The whole text as one word.
    public static String one(
            String text, char escape, Function<String, Optional<String>> variables) {
        return new Words(text, escape, variables, false).whole();
    }

    /// A text whose quotes and escapes mean nothing, but `\$`: a heredoc's content.
    public static String document(
            String text, char escape, Function<String, Optional<String>> variables) {
        return new Words(text, escape, variables, true).whole();
    }

    /// The words between blanks; a replaced variable may become several.
    public static List<String> many(
            String text, char escape, Function<String, Optional<String>> variables) {
        Words words = new Words(text, escape, variables, false);
        Splitter splitter = new Splitter();
        try {
            words.until(Optional.empty(), false, splitter);
        } catch (SampanException e) {
            throw words.failed(e);
        }
        return splitter.finished();
    }

    private String whole() {
        StringBuilder out = new StringBuilder();
        try {
            until(Optional.empty(), false, new Joiner(out));
        } catch (SampanException e) {
            throw failed(e);
        }
        return out.toString();
    }

    private SampanException failed(SampanException e) {
        String shown = text.replace("\\", "\\\\").replace("\"", "\\\"");
        return SampanException.invalid("failed to process \"" + shown + "\": " + e.getMessage());
    }

    /// Takes what the text becomes.
    private interface Sink {
        /// A character that is only itself: quoted or escaped.
        void raw(String part);

        /// A character of the text or of a variable: a blank ends a word.
        void plain(String part);

        /// Quotes were there, so that a word is there even if empty.
        void mark();
    }

    private record Joiner(StringBuilder out) implements Sink {
        @Override
        public void raw(String part) {
            out.append(part);
        }

        @Override
        public void plain(String part) {
            out.append(part);
        }

        @Override
        public void mark() {
            // one word is there anyway
        }
    }

    private static final class Splitter implements Sink {
        private final List<String> words = new ArrayList<>();
        private final StringBuilder open = new StringBuilder();
        private boolean begun;

        @Override
        public void raw(String part) {
            open.append(part);
            begun = true;
        }

        @Override
        public void plain(String part) {
            for (int i = 0; i < part.length(); i++) {
                char c = part.charAt(i);
                if (Character.isWhitespace(c)) {
                    end();
                } else {
                    open.append(c);
                    begun = true;
                }
            }
        }

        @Override
        public void mark() {
            begun = true;
        }

        private void end() {
            if (begun) {
                words.add(open.toString());
                open.setLength(0);
                begun = false;
            }
        }

        List<String> finished() {
            end();
            return List.copyOf(words);
        }
    }

    private boolean more() {
        return at < text.length();
    }

    /// Reads up to a character that ends it, and over it.
    ///
    /// @param rawEscapes an escape stays in front of what it escapes: a pattern
    private void until(Optional<Character> end, boolean rawEscapes, Sink out) {
        while (more()) {
            char c = text.charAt(at);
            if (end.isPresent() && c == end.get()) {
                at++;
                return;
            }
            if (c == '\'' && !keepQuotes) {
                single(out, rawEscapes);
            } else if (c == '"' && !keepQuotes) {
                doubled(out, rawEscapes);
            } else if (c == '$') {
                at++;
                out.plain(variable());
            } else if (c == escape) {
                escaped(out, rawEscapes);
            } else {
                at++;
                out.plain(String.valueOf(c));
            }
        }
        if (end.isPresent()) {
            throw SampanException.invalid(
                    "unexpected end of statement while looking for matching " + end.get());
        }
    }

    private void escaped(Sink out, boolean rawEscapes) {
        at++;
        if (keepQuotes) {
            boolean dollar = more() && text.charAt(at) == '$';
            out.raw(dollar ? "$" : String.valueOf(escape));
            at += dollar ? 1 : 0;
            return;
        }
        if (!more()) {
            return;
        }
        char c = text.charAt(at++);
        out.raw(rawEscapes ? String.valueOf(escape) + c : String.valueOf(c));
    }

    private void single(Sink out, boolean rawEscapes) {
        int close = text.indexOf('\'', at + 1);
        if (close < 0) {
            throw unclosed("single");
        }
        String inside = text.substring(at + 1, close);
        out.mark();
        out.raw(rawEscapes ? patternLiteral(inside) : inside);
        at = close + 1;
    }

    private static SampanException unclosed(String kind) {
        return SampanException.invalid(
                "unexpected end of statement while looking for matching " + kind + "-quote");
    }

    private String patternLiteral(String inside) {
        StringBuilder literal = new StringBuilder();
        for (int i = 0; i < inside.length(); i++) {
            char c = inside.charAt(i);
            if (c == '*' || c == '?' || c == escape) {
                literal.append(escape);
            }
            literal.append(c);
        }
        return literal.toString();
    }

    private void doubled(Sink out, boolean rawEscapes) {
        at++;
        out.mark();
        while (more()) {
            char c = text.charAt(at++);
            if (c == '"') {
                return;
            }
            if (c == '$') {
                out.raw(variable());
            } else if (c == escape && more() && "\"$".indexOf(text.charAt(at)) < 0) {
                boolean itself = text.charAt(at) == escape;
                out.raw(String.valueOf(c));
                if (itself) {
                    at++;
                    if (rawEscapes) {
                        out.raw(String.valueOf(c));
                    }
                }
            } else if (c == escape && more()) {
                out.raw(String.valueOf(text.charAt(at++)));
            } else {
                out.raw(String.valueOf(c));
            }
        }
        throw unclosed("double");
    }

    /// What stands behind a dollar, which was read.
    private String variable() {
        if (!more() || text.charAt(at) != '{') {
            String name = name();
            return name.isEmpty() ? "$" : variables.apply(name).orElse("");
        }
        at++;
        if (!more()) {
            throw SampanException.invalid("syntax error: missing '}'");
        }
        if ("{}:".indexOf(text.charAt(at)) >= 0) {
            throw SampanException.invalid("syntax error: bad substitution");
        }
        String name = name();
        if (!more()) {
            throw SampanException.invalid("syntax error: missing '}'");
        }
        return modified(name, variables.apply(name));
    }

    private String modified(String name, Optional<String> value) {
        char modifier = text.charAt(at++);
        if (modifier == '}') {
            return value.orElse("");
        }
        if (modifier == '/') {
            return replaced(value);
        }
        if (modifier == '#' || modifier == '%') {
            String pattern = operand('}', true);
            return value.map(v -> Patterns.trimmed(v, pattern, modifier, escape)).orElse("");
        }
        boolean colon = modifier == ':';
        char operator = modifier;
        if (colon) {
            if (!more()) {
                throw SampanException.invalid("syntax error: missing '}'");
            }
            operator = text.charAt(at++);
        }
        if ("-+?".indexOf(operator) < 0) {
            throw SampanException.invalid(
                    "unsupported modifier (" + (colon ? ":" : "") + operator + ") in substitution");
        }
        String word = operand('}', false);
        boolean there = value.isPresent() && !(colon && value.get().isEmpty());
        return switch (operator) {
            case '-' -> there ? value.orElse("") : word;
            case '+' -> there ? word : "";
            default -> {
                if (there) {
                    yield value.orElse("");
                }
                String kind = value.isPresent() ? "empty" : "unset";
                throw SampanException.invalid(
                        name + ": " + (word.isEmpty() ? "is not allowed to be " + kind : word));
            }
        };
    }

    private String replaced(Optional<String> value) {
        boolean all = more() && text.charAt(at) == '/';
        at += all ? 1 : 0;
        String pattern = operand('/', true);
        String replacement = operand('}', false);
        return value.map(v -> Patterns.replaced(v, pattern, replacement, all, escape)).orElse("");
    }

    private String operand(char end, boolean pattern) {
        StringBuilder word = new StringBuilder();
        try {
            until(Optional.of(end), pattern, new Joiner(word));
        } catch (SampanException e) {
            if (String.valueOf(e.getMessage()).endsWith("matching " + end)) {
                throw SampanException.invalid("syntax error: missing '" + end + "'");
            }
            throw e;
        }
        return word.toString();
    }

    private String name() {
        int start = at;
        if (!more()) {
            return "";
        }
        char first = text.charAt(at);
        if (isLetter(first)) {
            while (more() && (isLetter(text.charAt(at)) || isDigit(text.charAt(at)))) {
                at++;
            }
        } else if (isDigit(first)) {
            while (more() && isDigit(text.charAt(at))) {
                at++;
            }
        } else if (SPECIAL.indexOf(first) >= 0) {
            at++;
        }
        return text.substring(start, at);
    }

    private static boolean isLetter(char c) {
        return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
