package sampan.app.cli.template;

import java.util.ArrayList;
import java.util.List;
import sampan.app.cli.usage.UsageException;

/// Cuts a template into texts and the tokens of its actions.
final class Lexer {
    /// @param kind `text`, `open` (`{{`), `close` (`}}`), `word`, `field`, `variable`, `string`,
    ///   `number`, `symbol`, `space`
    record Token(String kind, String text) {
        boolean is(String symbol) {
            return kind.equals("symbol") && text.equals(symbol);
        }
    }

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int at;

    private Lexer(String source) {
        this.source = source;
    }

    static List<Token> tokens(String source) {
        Lexer lexer = new Lexer(source);
        lexer.run();
        return lexer.tokens;
    }

    private void run() {
        boolean trimLeft = false;
        while (at < source.length()) {
            int open = source.indexOf("{{", at);
            String text = source.substring(at, open < 0 ? source.length() : open);
            boolean trimRight = open >= 0 && source.startsWith("{{- ", open);
            text = trimLeft ? text.stripLeading() : text;
            text = trimRight ? text.stripTrailing() : text;
            if (!text.isEmpty()) {
                add("text", text);
            }
            if (open < 0) {
                return;
            }
            at = open + (trimRight ? 4 : 2);
            trimLeft = action();
        }
    }

    /// Reads up to the closing braces; true when they trim the text behind them.
    private boolean action() {
        if (source.startsWith("/*", at)) {
            int end = source.indexOf("*/", at);
            if (end < 0) {
                throw unclosed("comment");
            }
            at = end + 2;
            return close();
        }
        add("open", "");
        while (at < source.length()) {
            if (source.startsWith("}}", at) || source.startsWith(" -}}", at)) {
                add("close", "");
                return close();
            }
            token();
        }
        throw unclosed("action");
    }

    private boolean close() {
        boolean trims = source.startsWith(" -}}", at);
        int length = trims ? 4 : 2;
        if (!source.startsWith("}}", at + length - 2)) {
            throw unclosed("action");
        }
        at += length;
        return trims;
    }

    private void token() {
        char c = source.charAt(at);
        if (Character.isWhitespace(c)) {
            at++;
            add("space", " ");
        } else if (c == '"') {
            quoted();
        } else if (c == '`') {
            raw();
        } else if (c == '.' && at + 1 < source.length() && isWord(source.charAt(at + 1))) {
            at++;
            add("field", word());
        } else if (c == '$') {
            at++;
            add("variable", word());
        } else if (Character.isDigit(c) || (c == '-' && nextIsDigit())) {
            int start = at++;
            while (at < source.length()
                    && (isWord(source.charAt(at)) || source.charAt(at) == '.')) {
                at++;
            }
            add("number", source.substring(start, at));
        } else if (isWord(c)) {
            add("word", word());
        } else if (source.startsWith(":=", at)) {
            at += 2;
            add("symbol", ":=");
        } else if ("=|().,".indexOf(c) >= 0) {
            at++;
            add("symbol", String.valueOf(c));
        } else {
            throw new UsageException(
                    "template parsing error: template: :1: unexpected \"" + c + "\" in operand");
        }
    }

    private boolean nextIsDigit() {
        return at + 1 < source.length() && Character.isDigit(source.charAt(at + 1));
    }

    private void quoted() {
        StringBuilder text = new StringBuilder();
        for (at++; at < source.length() && source.charAt(at) != '"'; at++) {
            char c = source.charAt(at);
            if (c == '\\' && at + 1 < source.length()) {
                c = source.charAt(++at);
                text.append(
                        switch (c) {
                            case 'n' -> '\n';
                            case 't' -> '\t';
                            case 'r' -> '\r';
                            default -> c;
                        });
            } else {
                text.append(c);
            }
        }
        if (at >= source.length()) {
            throw unclosed("quoted string");
        }
        at++;
        add("string", text.toString());
    }

    private void raw() {
        int end = source.indexOf('`', at + 1);
        if (end < 0) {
            throw unclosed("raw quoted string");
        }
        add("string", source.substring(at + 1, end));
        at = end + 1;
    }

    private String word() {
        int start = at;
        while (at < source.length() && isWord(source.charAt(at))) {
            at++;
        }
        return source.substring(start, at);
    }

    private static boolean isWord(char c) {
        return Character.isLetterOrDigit(c) || c == '_';
    }

    private void add(String kind, String text) {
        tokens.add(new Token(kind, text));
    }

    private static UsageException unclosed(String what) {
        return new UsageException("template parsing error: template: :1: unclosed " + what);
    }
}
