package sampan.gateway.wire;

import java.util.Arrays;
import java.util.Locale;
import sampan.linux.net.Memory;

/// What requests and responses have in common: field lines and what frames the body. Offsets count
/// from [#base] and hold until the memory there changes.
public abstract class Head {
    /// Most field lines of a head.
    public static final int FIELDS_MAX = 128;

    private static final int LENGTH_DIGITS_MAX = 18;
    private static final byte[] CHUNKED = Octets.ascii("chunked");
    private static final byte[] CLOSE = Octets.ascii("close");
    private static final byte[] KEEP_ALIVE = Octets.ascii("keep-alive");
    private static final byte[] UPGRADE = Octets.ascii("upgrade");

    private final int[] nameAt = new int[FIELDS_MAX];
    private final int[] nameEnd = new int[FIELDS_MAX];
    private final int[] valueAt = new int[FIELDS_MAX];
    private final int[] valueEnd = new int[FIELDS_MAX];
    private final int[] fields = new int[FIELDS_MAX];
    private final boolean[] dropped = new boolean[FIELDS_MAX];
    private final int[] first = new int[Field.COUNT];

    long base;
    int start;
    int fieldsAt;
    private int end;
    private int count;
    private long contentLength;
    private boolean chunked;
    private boolean close;
    private boolean keepAlive;
    private boolean upgrade;
    int minorVersion;

    /// Where the blank line of a head ends.
    ///
    /// @param from where to look: a LF before it is seen only by looking two octets further back
    /// @return the offset behind the blank line, or -1 while it is incomplete
    public static int findEnd(long base, int from, int length) {
        long to = base + length;
        long at = base + from;
        while (true) {
            at = Octets.lineFeed(at, to);
            if (at < 0 || at + 1 >= to) {
                return -1;
            }
            byte next = Memory.get(at + 1);
            if (next == '\n') {
                return (int) (at + 2 - base);
            }
            if (next == '\r') {
                if (at + 2 >= to) {
                    return -1;
                }
                if (Memory.get(at + 2) == '\n') {
                    return (int) (at + 3 - base);
                }
            }
            at++;
        }
    }

    void begin(long base, int start, int end) {
        this.base = base;
        this.start = start;
        this.end = end;
        count = 0;
        contentLength = -1;
        chunked = false;
        close = false;
        keepAlive = false;
        upgrade = false;
        Arrays.fill(first, -1);
    }

    /// Reads the field lines from an offset to the blank line.
    Refusal readFields(int from) {
        fieldsAt = from;
        int at = from;
        while (true) {
            byte c = Memory.get(base + at);
            if (c == '\r' && at + 2 == end && Memory.get(base + at + 1) == '\n') {
                return connectionOptions();
            }
            if (c == ' ' || c == '\t') {
                return Refusal.FOLDED_FIELD;
            }
            if (c == '\r' || c == '\n') {
                return Refusal.BAD_LINE_END;
            }
            if (count == FIELDS_MAX) {
                return Refusal.TOO_MANY_FIELDS;
            }
            int lineEnd = (int) (Octets.lineFeed(base + at, base + end) - base);
            Refusal refusal = readField(at, lineEnd);
            if (refusal != Refusal.NONE) {
                return refusal;
            }
            at = lineEnd + 1;
        }
    }

    private Refusal readField(int at, int lineFeed) {
        if (Memory.get(base + lineFeed - 1) != '\r') {
            return Refusal.BAD_LINE_END;
        }
        int to = lineFeed - 1;
        int colon = at;
        while (colon < to && Octets.isToken(Memory.get(base + colon))) {
            colon++;
        }
        if (colon == at || colon == to || Memory.get(base + colon) != ':') {
            return Refusal.BAD_FIELD_NAME;
        }
        int value = colon + 1;
        while (value < to && isBlank(value)) {
            value++;
        }
        int valueTo = to;
        while (valueTo > value && isBlank(valueTo - 1)) {
            valueTo--;
        }
        if (!Octets.areValue(base + value, base + valueTo)) {
            return bareLineEnd(value, valueTo) ? Refusal.BAD_LINE_END : Refusal.BAD_FIELD_VALUE;
        }
        int field = Field.of(base + at, base + colon);
        nameAt[count] = at;
        nameEnd[count] = colon;
        valueAt[count] = value;
        valueEnd[count] = valueTo;
        fields[count] = field;
        dropped[count] = Field.isHopByHop(field);
        Refusal refusal = field == Field.OTHER ? Refusal.NONE : noteKnown(field, value, valueTo);
        count++;
        return refusal;
    }

    private boolean bareLineEnd(int from, int to) {
        for (int i = from; i < to; i++) {
            if (Memory.get(base + i) == '\r') {
                return true;
            }
        }
        return false;
    }

    private boolean isBlank(int at) {
        byte c = Memory.get(base + at);
        return c == ' ' || c == '\t';
    }

    private Refusal noteKnown(int field, int value, int valueTo) {
        boolean again = first[field] >= 0;
        if (!again) {
            first[field] = count;
        }
        return switch (field) {
            case Field.HOST -> again || isTabbed(value, valueTo) ? Refusal.BAD_HOST : Refusal.NONE;
            case Field.CONTENT_LENGTH ->
                    again || isTabbed(value, valueTo)
                            ? Refusal.BAD_LENGTH
                            : readLength(value, valueTo);
            case Field.TRANSFER_ENCODING ->
                    again || isTabbed(value, valueTo)
                            ? Refusal.BAD_CODING
                            : readCoding(value, valueTo);
            default -> Refusal.NONE;
        };
    }

    /// Whether one of the blanks around a value is a tab: nginx takes that for a part of the value.
    private boolean isTabbed(int value, int valueTo) {
        boolean tab = false;
        for (int i = value - 1; isBlank(i); i--) {
            tab |= Memory.get(base + i) == '\t';
        }
        for (int i = valueTo; isBlank(i); i++) {
            tab |= Memory.get(base + i) == '\t';
        }
        return tab;
    }

    private Refusal readLength(int value, int valueTo) {
        if (valueTo == value || valueTo - value > LENGTH_DIGITS_MAX) {
            return Refusal.BAD_LENGTH;
        }
        long length = 0;
        for (int i = value; i < valueTo; i++) {
            byte c = Memory.get(base + i);
            if (!Octets.isDigit(c)) {
                return Refusal.BAD_LENGTH;
            }
            length = length * 10 + (c - '0');
        }
        contentLength = length;
        return chunked ? Refusal.LENGTH_AND_CHUNKED : Refusal.NONE;
    }

    private Refusal readCoding(int value, int valueTo) {
        if (minorVersion == 0) {
            return Refusal.BAD_CODING;
        }
        if (!Octets.sameIgnoringCase(base + value, base + valueTo, CHUNKED)) {
            return Refusal.UNKNOWN_CODING;
        }
        chunked = true;
        return contentLength >= 0 ? Refusal.LENGTH_AND_CHUNKED : Refusal.NONE;
    }

    /// Reads what all Connection fields list; the fields that they name are dropped.
    private Refusal connectionOptions() {
        if (first[Field.CONNECTION] < 0) {
            return Refusal.NONE;
        }
        for (int i = first[Field.CONNECTION]; i < count; i++) {
            if (fields[i] != Field.CONNECTION) {
                continue;
            }
            int at = valueAt[i];
            while (at < valueEnd[i]) {
                int to = at;
                while (to < valueEnd[i] && Memory.get(base + to) != ',') {
                    to++;
                }
                Refusal refusal = connectionOption(at, to);
                if (refusal != Refusal.NONE) {
                    return refusal;
                }
                at = to + 1;
            }
        }
        return Refusal.NONE;
    }

    private Refusal connectionOption(int from, int end) {
        int at = from;
        int to = end;
        while (at < to && isBlank(at)) {
            at++;
        }
        while (to > at && isBlank(to - 1)) {
            to--;
        }
        long a = base + at;
        long b = base + to;
        if (at == to) {
            return Refusal.NONE;
        }
        if (Octets.sameIgnoringCase(a, b, KEEP_ALIVE)) {
            keepAlive = true;
        } else if (Octets.sameIgnoringCase(a, b, CLOSE)) {
            close = true;
        } else if (Octets.sameIgnoringCase(a, b, UPGRADE)) {
            upgrade = true;
        } else if (Field.isVital(Field.of(a, b))) {
            return Refusal.BAD_CONNECTION_OPTION;
        } else {
            for (int i = 0; i < count; i++) {
                if (sameName(i, at, to)) {
                    dropped[i] = true;
                }
            }
        }
        return Refusal.NONE;
    }

    private boolean sameName(int i, int at, int to) {
        if (nameEnd[i] - nameAt[i] != to - at) {
            return false;
        }
        for (int k = 0; k < to - at; k++) {
            if (Octets.lower(Memory.get(base + nameAt[i] + k))
                    != Octets.lower(Memory.get(base + at + k))) {
                return false;
            }
        }
        return true;
    }

    public long base() {
        return base;
    }

    /// Where the start line begins.
    public int start() {
        return start;
    }

    /// Where the first field line begins.
    public int fieldsAt() {
        return fieldsAt;
    }

    /// Behind the blank line.
    public int end() {
        return end;
    }

    /// Field lines.
    public int count() {
        return count;
    }

    /// The first line of a [Field], or -1.
    public int first(int field) {
        return first[field];
    }

    /// The [Field] of a line.
    public int field(int line) {
        return fields[line];
    }

    /// The first line at or behind `from` with that name, or -1.
    ///
    /// @param lower the name in lower case
    public int find(byte[] lower, int from) {
        for (int i = from; i < count; i++) {
            if (Octets.sameIgnoringCase(base + nameAt[i], base + nameEnd[i], lower)) {
                return i;
            }
        }
        return -1;
    }

    /// Where a line begins.
    public long lineAt(int line) {
        return base + nameAt[line];
    }

    /// Behind a line's CR LF.
    public long lineEnd(int line) {
        return line + 1 < count ? base + nameAt[line + 1] : base + end - 2;
    }

    /// Behind a line's name.
    public long nameEnd(int line) {
        return base + nameEnd[line];
    }

    /// The address of a line's value, without blanks around.
    public long valueAt(int line) {
        return base + valueAt[line];
    }

    public long valueEnd(int line) {
        return base + valueEnd[line];
    }

    /// Whether a line stays behind: of this connection only, or dropped since.
    public boolean isDropped(int line) {
        return dropped[line];
    }

    public void drop(int line) {
        dropped[line] = true;
    }

    /// What [#dropAlike] takes for a name.
    public static byte[] alike(String name) {
        return Octets.ascii(name.toLowerCase(Locale.ROOT).replace('_', '-'));
    }

    /// Drops lines of that name, also where they write `_` for `-`: many servers take one for the
    /// other.
    public void dropAlike(byte[] name) {
        for (int i = 0; i < count(); i++) {
            if (isAlike(lineAt(i), lineEnd(i), name)) {
                drop(i);
            }
        }
    }

    private static boolean isAlike(long at, long end, byte[] name) {
        if (end - at <= name.length || Memory.get(at + name.length) != ':') {
            return false;
        }
        for (int i = 0; i < name.length; i++) {
            byte c = Octets.lower(Memory.get(at + i));
            if ((c == '_' ? '-' : c) != name[i]) {
                return false;
            }
        }
        return true;
    }

    /// All lines of a field.
    public void dropAll(int field) {
        if (first[field] >= 0) {
            for (int i = first[field]; i < count; i++) {
                dropped[i] |= fields[i] == field;
            }
        }
    }

    /// The declared length of the body, or -1.
    public long contentLength() {
        return contentLength;
    }

    public boolean isChunked() {
        return chunked;
    }

    /// 0 or 1, of HTTP/1.
    public int minorVersion() {
        return minorVersion;
    }

    /// Whether the sender wants to go on with the connection.
    public boolean keepsAlive() {
        return !close && (minorVersion == 1 || keepAlive);
    }

    /// Whether Connection lists `upgrade` and there is an Upgrade.
    public boolean wantsUpgrade() {
        return upgrade && first[Field.UPGRADE] >= 0;
    }
}
