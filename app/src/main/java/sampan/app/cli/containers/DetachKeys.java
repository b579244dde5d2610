package sampan.app.cli.containers;

import java.util.Arrays;
import java.util.Locale;
import sampan.app.cli.usage.UsageException;

/// The key sequence that leaves a container's terminal. Keys of a sequence that was begun but not
/// finished are sent on.
final class DetachKeys {
    private final byte[] sequence;
    private int matched;

    private DetachKeys(byte[] sequence) {
        this.sequence = sequence;
    }

    /// @param text `ctrl-p,ctrl-q`, `ctrl-a`, `x,y`; empty for the default
    static DetachKeys parse(String text) {
        String[] keys = (text.isEmpty() ? "ctrl-p,ctrl-q" : text).split(",", -1);
        byte[] sequence = new byte[keys.length];
        for (int i = 0; i < keys.length; i++) {
            sequence[i] = key(keys[i]);
        }
        return new DetachKeys(sequence);
    }

    private static byte key(String name) {
        if (name.length() == 1) {
            return (byte) name.charAt(0);
        }
        String lower = name.toLowerCase(Locale.ROOT);
        if (lower.startsWith("ctrl-") && lower.length() == 6) {
            char c = lower.charAt(5);
            if ((c >= 'a' && c <= 'z') || "@[\\]^_".indexOf(c) >= 0) {
                return (byte) (c & 0x1f);
            }
        }
        throw new UsageException("invalid detach keys: unknown character: '" + name + "'");
    }

    /// @param forward what goes to the container
    record Filtered(byte[] forward, boolean detached) {}

    Filtered filter(byte[] typed) {
        byte[] out = new byte[typed.length + sequence.length];
        int size = 0;
        for (byte key : typed) {
            if (key == sequence[matched]) {
                if (++matched == sequence.length) {
                    return new Filtered(Arrays.copyOf(out, size), true);
                }
                continue;
            }
            System.arraycopy(sequence, 0, out, size, matched);
            size += matched;
            matched = key == sequence[0] ? 1 : 0;
            if (matched == 0) {
                out[size++] = key;
            }
        }
        return new Filtered(Arrays.copyOf(out, size), false);
    }
}
