package sampan.api.call;

import java.util.Optional;
import sampan.oci.json.Json;

/// Says what is wrong with a document that could not be bound, in the words of Docker's JSON
/// reader, which clients' tests compare. It runs over refused documents only; what it accepts was
/// refused for another reason.
final class JsonDiagnosis {
    private static final String PREFIX = "invalid JSON: ";

    private final byte[] text;
    private int at;
    private int depth;

    private JsonDiagnosis(byte[] text) {
        this.text = text;
    }

    /// A fault of syntax; control flow of this class only.
    private static final class Fault extends RuntimeException {
        Fault(String message) {
            super(message, null, false, false);
        }
    }

    static Optional<String> of(byte[] text) {
        JsonDiagnosis diagnosis = new JsonDiagnosis(text);
        diagnosis.blanks();
        if (diagnosis.at == text.length) {
            return Optional.of(PREFIX + "got EOF while reading request body");
        }
        try {
            diagnosis.value();
        } catch (Fault e) {
            return Optional.of(PREFIX + e.getMessage());
        }
        diagnosis.blanks();
        return diagnosis.at < text.length
                ? Optional.of("unexpected content after JSON")
                : Optional.empty();
    }

    private void value() {
        if (++depth > Json.DEPTH_MAX) {
            throw new Fault(
                    "exceeded max depth: more than "
                            + Json.DEPTH_MAX
                            + " objects and lists within each other");
        }
        int c = peek();
        switch (c) {
            case '{' -> object();
            case '[' -> array();
            case '"' -> string();
            case 't' -> literal("true");
            case 'f' -> literal("false");
            case 'n' -> literal("null");
            default -> {
                if (c != '-' && !isDigit(c)) {
                    throw unexpected("looking for beginning of value");
                }
                number();
            }
        }
        depth--;
    }

    private void object() {
        at++;
        blanks();
        if (peek() == '}') {
            at++;
            return;
        }
        while (true) {
            blanks();
            if (peek() != '"') {
                throw unexpected("looking for beginning of object key string");
            }
            string();
            blanks();
            if (peek() != ':') {
                throw unexpected("after object key");
            }
            at++;
            blanks();
            value();
            blanks();
            int c = peek();
            if (c != ',' && c != '}') {
                throw unexpected("after object key:value pair");
            }
            at++;
            if (c == '}') {
                return;
            }
        }
    }

    private void array() {
        at++;
        blanks();
        if (peek() == ']') {
            at++;
            return;
        }
        while (true) {
            blanks();
            value();
            blanks();
            int c = peek();
            if (c != ',' && c != ']') {
                throw unexpected("after array element");
            }
            at++;
            if (c == ']') {
                return;
            }
        }
    }

    private void string() {
        at++;
        while (true) {
            int c = peek();
            if (c < ' ') {
                throw unexpected("in string literal");
            }
            at++;
            if (c == '"') {
                return;
            }
            if (c == '\\') {
                escape();
            }
        }
    }

    private void escape() {
        int c = peek();
        if ("\"\\/bfnrtu".indexOf(c) < 0) {
            throw unexpected("in string escape code");
        }
        at++;
        for (int i = 0; c == 'u' && i < 4; i++) {
            if (Character.digit(peek(), 16) < 0) {
                throw unexpected("in \\u hexadecimal character escape");
            }
            at++;
        }
    }

    private void literal(String word) {
        for (int i = 0; i < word.length(); i++) {
            if (peek() != word.charAt(i)) {
                throw unexpected("in literal " + word + " (expecting '" + word.charAt(i) + "')");
            }
            at++;
        }
    }

    private void number() {
        if (peek() == '-') {
            at++;
            if (!isDigit(peek())) {
                throw unexpected("in numeric literal");
            }
        }
        if (peek() == '0') {
            at++;
        } else {
            digits();
        }
        if (at < text.length && text[at] == '.') {
            at++;
            if (!isDigit(peek())) {
                throw unexpected("after decimal point in numeric literal");
            }
            digits();
        }
        if (at < text.length && (text[at] | 0x20) == 'e') {
            at++;
            if (peek() == '+' || peek() == '-') {
                at++;
            }
            if (!isDigit(peek())) {
                throw unexpected("in exponent of numeric literal");
            }
            digits();
        }
    }

    private void digits() {
        while (at < text.length && isDigit(text[at])) {
            at++;
        }
    }

    private void blanks() {
        while (at < text.length && " \t\r\n".indexOf(text[at]) >= 0) {
            at++;
        }
    }

    private int peek() {
        if (at >= text.length) {
            throw new Fault("unexpected EOF");
        }
        return text[at] & 0xff;
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    private Fault unexpected(String where) {
        int c = peek();
        String shown =
                switch (c) {
                    case '\'' -> "\\'";
                    case '\\' -> "\\\\";
                    case '\n' -> "\\n";
                    case '\r' -> "\\r";
                    case '\t' -> "\\t";
                    default -> c < ' ' || c == 0x7f ? "\\x%02x".formatted(c) : "" + (char) c;
                };
        return new Fault("invalid character '" + shown + "' " + where);
    }
}
