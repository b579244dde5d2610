package sampan.app.cli.layers;

import sampan.app.cli.Table;

/// How many columns of a terminal text takes.
final class Columns {
    private Columns() {}

    /// The text in exactly so many columns: cut or filled, without what a terminal would obey.
    static String fit(String text, int columns) {
        StringBuilder out = new StringBuilder();
        int used = 0;
        String clean = Table.clean(text);
        for (int at = 0; at < clean.length(); ) {
            int point = clean.codePointAt(at);
            int width = width(point);
            if (used + width > columns) {
                break;
            }
            out.appendCodePoint(point);
            used += width;
            at += Character.charCount(point);
        }
        return out.append(" ".repeat(Math.max(0, columns - used))).toString();
    }

    private static int width(int point) {
        return switch (Character.getType(point)) {
            case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.FORMAT -> 0;
            default -> isWide(point) ? 2 : 1;
        };
    }

    // The ranges of UAX #11 that hold wide characters, roughly.
    private static boolean isWide(int point) {
        return point >= 0x1100
                && (point <= 0x115F
                        || within(point, 0x2E80, 0xA4CF)
                        || within(point, 0xAC00, 0xD7A3)
                        || within(point, 0xF900, 0xFAFF)
                        || within(point, 0xFE30, 0xFE6F)
                        || within(point, 0xFF00, 0xFF60)
                        || within(point, 0xFFE0, 0xFFE6)
                        || within(point, 0x1F300, 0x1FAFF)
                        || within(point, 0x20000, 0x3FFFD));
    }

    private static boolean within(int point, int first, int last) {
        return point >= first && point <= last;
    }
}
