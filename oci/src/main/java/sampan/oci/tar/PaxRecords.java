package sampan.oci.tar;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import sampan.linux.sys.CString;

/// The records of one PAX header: `LENGTH KEY=VALUE\n`, where a value may hold any byte.
final class PaxRecords {
    static final String XATTR = "SCHILY.xattr.";

    private static final int LENGTH_DIGITS_MAX = 8;
    private static final int NUMBER_CHARS_MAX = 40;
    private static final PaxRecords NONE = new PaxRecords();

    private final Map<String, byte[]> values = new LinkedHashMap<>();

    static PaxRecords none() {
        return NONE;
    }

    static PaxRecords parse(byte[] content) {
        PaxRecords records = new PaxRecords();
        for (int at = 0; at < content.length; ) {
            if (content[at] == 0) {
                // Some writers pad the records with NULs to a whole block and count them.
                requireZero(content, at);
                break;
            }
            at = records.add(content, at);
        }
        return records;
    }

    private static void requireZero(byte[] content, int from) {
        for (int i = from; i < content.length; i++) {
            if (content[i] != 0) {
                throw malformed();
            }
        }
    }

    private int add(byte[] content, int start) {
        int at = start;
        int length = 0;
        while (at < content.length && content[at] != ' ') {
            int digit = content[at] - '0';
            if (digit < 0 || digit > 9 || at - start >= LENGTH_DIGITS_MAX) {
                throw malformed();
            }
            length = length * 10 + digit;
            at++;
        }
        int end = start + length;
        if (at == start || end > content.length || end <= at + 1 || content[end - 1] != '\n') {
            throw malformed();
        }
        int key = at + 1;
        int equals = key;
        while (equals < end - 1 && content[equals] != '=') {
            equals++;
        }
        if (equals == end - 1 || equals == key) {
            throw malformed();
        }
        byte[] value = new byte[end - 1 - (equals + 1)];
        System.arraycopy(content, equals + 1, value, 0, value.length);
        values.put(CString.decode(content, key, equals - key), value);
        return end;
    }

    private static TarException malformed() {
        return new TarException("malformed PAX record in tar header");
    }

    boolean has(String key) {
        return values.containsKey(key);
    }

    /// A record with an empty value takes the key back.
    Optional<String> text(String key) {
        byte[] value = values.get(key);
        if (value == null || value.length == 0) {
            return Optional.empty();
        }
        for (byte b : value) {
            if (b == 0) {
                throw new TarException("PAX record " + key + " has a NUL byte in it");
            }
        }
        return Optional.of(CString.decode(value));
    }

    Optional<Long> number(String key) {
        return text(key)
                .map(text -> {
                    try {
                        return Long.parseLong(text);
                    } catch (NumberFormatException e) {
                        throw new TarException("PAX record " + key + " is not a number");
                    }
                });
    }

    /// Seconds with a fraction.
    Optional<BigDecimal> time(String key) {
        return text(key)
                .map(text -> {
                    // No exponents: they would let 4 bytes ask for gigabytes of digits.
                    boolean plain =
                            text.length() <= NUMBER_CHARS_MAX
                                    && text.chars().allMatch(PaxRecords::inTime);
                    try {
                        if (plain) {
                            return new BigDecimal(text).setScale(9, RoundingMode.FLOOR);
                        }
                    } catch (NumberFormatException e) {
                        // reported below
                    }
                    throw new TarException("PAX record " + key + " is not a time");
                });
    }

    private static boolean inTime(int c) {
        return (c >= '0' && c <= '9') || c == '.' || c == '-';
    }

    Map<String, byte[]> xattrs() {
        if (values.isEmpty()) {
            return Map.of();
        }
        Map<String, byte[]> found = new LinkedHashMap<>();
        values.forEach((key, value) -> {
            if (key.startsWith(XATTR)) {
                found.put(key.substring(XATTR.length()), value);
            }
        });
        return found;
    }

    /// One record as a writer makes it; the length counts its own digits.
    static byte[] record(String key, byte[] value) {
        byte[] name = (" " + key + "=").getBytes(StandardCharsets.UTF_8);
        int rest = name.length + value.length + 1;
        int length = rest + Integer.toString(rest).length();
        if (Integer.toString(length).length() != Integer.toString(rest).length()) {
            length = rest + Integer.toString(length).length();
        }
        byte[] digits = Integer.toString(length).getBytes(StandardCharsets.US_ASCII);
        byte[] record = new byte[length];
        System.arraycopy(digits, 0, record, 0, digits.length);
        System.arraycopy(name, 0, record, digits.length, name.length);
        System.arraycopy(value, 0, record, digits.length + name.length, value.length);
        record[length - 1] = '\n';
        return record;
    }
}
