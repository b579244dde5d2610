package sampan.api.streams;

import java.nio.ByteBuffer;
import sampan.errors.SampanException;

/// Takes the sequence of keys that detaches a terminal out of what is typed. Keys that begin the
/// sequence are held back until it is clear whether they are it. Used by one thread.
public final class DetachKeys {
    private static final byte[] STANDARD = {16, 17};
    private static final int KEYS_MAX = 64;

    private final byte[] keys;
    private int matched;

    private DetachKeys(byte[] keys) {
        this.keys = keys;
    }

    /// @param text `ctrl-p,ctrl-q`: letters, or `ctrl-` with a letter or one of `@[\]^_`; empty for
    ///   the standard
    public static DetachKeys parse(String text) {
        if (text.isEmpty()) {
            return new DetachKeys(STANDARD);
        }
        String[] words = text.split(",", -1);
        if (words.length > KEYS_MAX) {
            throw invalid(text);
        }
        byte[] keys = new byte[words.length];
        for (int i = 0; i < words.length; i++) {
            keys[i] = key(words[i], text);
        }
        return new DetachKeys(keys);
    }

    /// The bytes of a sequence, none for the standard one.
    public static byte[] bytes(String text) {
        return text.isEmpty() ? new byte[0] : parse(text).keys.clone();
    }

    private static byte key(String word, String text) {
        if (word.length() == 1 && word.charAt(0) < 0x80) {
            return (byte) word.charAt(0);
        }
        if (word.length() != 6 || !word.startsWith("ctrl-")) {
            throw invalid(text);
        }
        char c = word.charAt(5);
        if (c >= 'a' && c <= 'z') {
            return (byte) (c - 'a' + 1);
        }
        return switch (c) {
            case '@' -> 0;
            case '[' -> 27;
            case '\\' -> 28;
            case ']' -> 29;
            case '^' -> 30;
            case '_' -> 31;
            default -> throw invalid(text);
        };
    }

    private static SampanException invalid(String text) {
        return SampanException.invalid("Invalid detach keys (" + text + ") provided");
    }

    /// What becomes of typed bytes.
    ///
    /// @param detached the sequence is complete; what was typed after it is dropped
    /// @param pass the bytes that go to the process
    public record Typed(boolean detached, ByteBuffer pass) {}

    /// Looks at the next typed bytes, all of them. The result is the caller's.
    public Typed type(ByteBuffer typed) {
        ByteBuffer pass = ByteBuffer.allocate(typed.remaining() + matched);
        while (typed.hasRemaining()) {
            byte c = typed.get();
            // The longest end of what is held that begins the sequence again stays held.
            while (matched > 0 && c != keys[matched]) {
                int border = border(matched);
                pass.put(keys, 0, matched - border);
                matched = border;
            }
            if (c != keys[matched]) {
                pass.put(c);
            } else if (++matched == keys.length) {
                matched = 0;
                return new Typed(true, pass.flip());
            }
        }
        return new Typed(false, pass.flip());
    }

    /// Keys that were held when the input ended.
    public ByteBuffer held() {
        ByteBuffer rest = ByteBuffer.allocate(matched).put(keys, 0, matched).flip();
        matched = 0;
        return rest;
    }

    /// Length of the longest proper end of the first `length` keys that they begin with.
    private int border(int length) {
        for (int border = length - 1; border > 0; border--) {
            boolean fits = true;
            for (int i = 0; i < border && fits; i++) {
                fits = keys[i] == keys[length - border + i];
            }
            if (fits) {
                return border;
            }
        }
        return 0;
    }
}
