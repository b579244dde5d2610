package sampan.app.cli.layers;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What was typed on a terminal in raw mode.
///
/// @param text the character, of [Kind#TEXT]
record Key(Kind kind, String text) {
    enum Kind {
        UP,
        DOWN,
        LEFT,
        RIGHT,
        PAGE_UP,
        PAGE_DOWN,
        HOME,
        END,
        ENTER,
        TAB,
        BACKSPACE,
        ESCAPE,
        INTERRUPT,
        TEXT
    }

    private static final int ESC = 0x1b;

    static Key of(Kind kind) {
        return new Key(kind, "");
    }

    /// The keys of what was read at once: a terminal sends the sequence of a key in one piece, so
    /// that an escape at the end is the key of that name. Sequences that nobody knows are no keys.
    static List<Key> decode(byte[] typed) {
        String text = new String(typed, StandardCharsets.UTF_8);
        List<Key> keys = new ArrayList<>();
        int at = 0;
        while (at < text.length()) {
            int point = text.codePointAt(at);
            at += Character.charCount(point);
            if (point == ESC && at < text.length() && "[O".indexOf(text.charAt(at)) >= 0) {
                int end = sequenceEnd(text, at + 1);
                sequence(text.substring(at + 1, end)).map(Key::of).ifPresent(keys::add);
                at = end;
            } else {
                one(point).ifPresent(keys::add);
            }
        }
        return keys;
    }

    // ECMA-48: parameters, then one byte from @ to ~
    private static int sequenceEnd(String text, int from) {
        int end = from;
        while (end < text.length() && (text.charAt(end) < '@' || text.charAt(end) > '~')) {
            end++;
        }
        return Math.min(text.length(), end + 1);
    }

    private static Optional<Kind> sequence(String sequence) {
        return switch (sequence) {
            case "A" -> Optional.of(Kind.UP);
            case "B" -> Optional.of(Kind.DOWN);
            case "C" -> Optional.of(Kind.RIGHT);
            case "D" -> Optional.of(Kind.LEFT);
            case "H", "1~", "7~" -> Optional.of(Kind.HOME);
            case "F", "4~", "8~" -> Optional.of(Kind.END);
            case "5~" -> Optional.of(Kind.PAGE_UP);
            case "6~" -> Optional.of(Kind.PAGE_DOWN);
            default -> Optional.empty();
        };
    }

    private static Optional<Key> one(int point) {
        return switch (point) {
            case 3 -> Optional.of(of(Kind.INTERRUPT));
            case '\t' -> Optional.of(of(Kind.TAB));
            case '\r', '\n' -> Optional.of(of(Kind.ENTER));
            case 8, 0x7f -> Optional.of(of(Kind.BACKSPACE));
            case ESC -> Optional.of(of(Kind.ESCAPE));
            default ->
                    Character.isISOControl(point)
                            ? Optional.empty()
                            : Optional.of(new Key(Kind.TEXT, Character.toString(point)));
        };
    }
}
