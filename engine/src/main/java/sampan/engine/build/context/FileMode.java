package sampan.engine.build.context;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import sampan.errors.SampanException;

/// The value of `--chmod`: octal, or symbolic as chmod(1) has it (`u=rwX,go-w`).
public final class FileMode {
    private static final Pattern OCTAL = Pattern.compile("[0-7]{1,5}");
    private static final Pattern CLAUSE = Pattern.compile("([ugoa]*)([=+-])([rwxXst]*)");
    private static final int SPECIAL = 07000;

    private final String text;

    private FileMode(String text) {
        this.text = text;
    }

    /// @throws SampanException INVALID
    public static FileMode parse(String text) {
        FileMode mode = new FileMode(text);
        mode.apply(0, false);
        return mode;
    }

    /// The permissions that the file gets.
    public int apply(int permissions, boolean directory) {
        if (OCTAL.matcher(text).matches()) {
            int mode = Integer.parseInt(text, 8);
            if (mode <= 07777) {
                return mode;
            }
        }
        int mode = permissions;
        for (String clause : text.split(",", -1)) {
            Matcher matcher = CLAUSE.matcher(clause);
            if (!matcher.matches()) {
                throw SampanException.invalid(
                        "invalid chmod parameter: '"
                                + text
                                + "'. it should be octal string and between 0 and 07777");
            }
            mode = clause(matcher, mode, directory);
        }
        return mode;
    }

    private static int clause(Matcher matcher, int mode, boolean directory) {
        String who = matcher.group(1).isEmpty() ? "a" : matcher.group(1);
        String what = matcher.group(3);
        int all = 0;
        int bits = 0;
        for (int shift : new int[] {6, 3, 0}) {
            char name = shift == 6 ? 'u' : shift == 3 ? 'g' : 'o';
            if (who.indexOf('a') >= 0 || who.indexOf(name) >= 0) {
                all |= 7 << shift;
                bits |= triple(what, mode, directory) << shift;
                bits |= what.indexOf('s') >= 0 && shift > 0 ? (shift == 6 ? 04000 : 02000) : 0;
            }
        }
        bits |= what.indexOf('t') >= 0 ? 01000 : 0;
        return switch (matcher.group(2).charAt(0)) {
            case '+' -> mode | bits;
            case '-' -> mode & ~bits;
            default -> (mode & ~all & ~(directory ? 0 : bits & SPECIAL)) | bits;
        };
    }

    private static int triple(String what, int mode, boolean directory) {
        int bits = what.indexOf('r') >= 0 ? 4 : 0;
        bits |= what.indexOf('w') >= 0 ? 2 : 0;
        boolean search = what.indexOf('X') >= 0 && (directory || (mode & 0111) != 0);
        return bits | (what.indexOf('x') >= 0 || search ? 1 : 0);
    }
}
