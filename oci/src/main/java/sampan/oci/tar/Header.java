package sampan.oci.tar;

import sampan.linux.sys.CString;

/// The fields of one 512-byte header block.
final class Header {
    static final int SIZE = 512;
    static final int NAME_SIZE = 100;
    static final int PREFIX_SIZE = 155;
    static final int MODE = 100;
    static final int UID = 108;
    static final int GID = 116;
    static final int LENGTH = 124;
    static final int MTIME = 136;
    static final int SUM = 148;
    static final int FLAG = 156;
    static final int LINK = 157;
    static final int MAGIC = 257;
    static final int DEV_MAJOR = 329;
    static final int DEV_MINOR = 337;
    static final int PREFIX = 345;

    private final byte[] block;

    Header(byte[] block) {
        this.block = block;
    }

    boolean isZero() {
        for (byte b : block) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    /// Old archives summed signed bytes; both sums are accepted, as every reader does.
    void check(long position) {
        int unsigned = 0;
        int signed = 0;
        for (int i = 0; i < SIZE; i++) {
            boolean inSum = i >= SUM && i < SUM + 8;
            unsigned += inSum ? ' ' : block[i] & 0xFF;
            signed += inSum ? ' ' : block[i];
        }
        long sum = number(SUM, 8, "checksum");
        if (sum != unsigned && sum != signed) {
            throw new TarException(
                    "not a tar header at byte " + position + ": its checksum does not match");
        }
    }

    int flag() {
        return block[FLAG] & 0xFF;
    }

    /// `ustar` and a NUL: POSIX; `ustar` and two blanks: GNU; else older than both.
    boolean isUstar() {
        return startsWith("ustar\0");
    }

    boolean isGnu() {
        return startsWith("ustar  ");
    }

    private boolean startsWith(String magic) {
        for (int i = 0; i < magic.length(); i++) {
            if (block[MAGIC + i] != magic.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    String name() {
        String name = text(0, NAME_SIZE);
        String prefix = isUstar() ? text(PREFIX, PREFIX_SIZE) : "";
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    String text(int offset, int size) {
        int end = offset;
        while (end < offset + size && block[end] != 0) {
            end++;
        }
        return CString.decode(block, offset, end - offset);
    }

    /// Octal digits, or GNU's base-256 with the top bit set.
    long number(int offset, int size, String field) {
        if ((block[offset] & 0x80) != 0) {
            return binary(offset, size, field);
        }
        int at = offset;
        int end = offset + size;
        while (at < end && (block[at] == ' ' || block[at] == 0)) {
            at++;
        }
        long value = 0;
        for (; at < end && block[at] != ' ' && block[at] != 0; at++) {
            int digit = block[at] - '0';
            if (digit < 0 || digit > 7) {
                throw new TarException("tar header field " + field + " is not octal");
            }
            value = value << 3 | digit;
        }
        return value;
    }

    private long binary(int offset, int size, String field) {
        boolean negative = (block[offset] & 0x40) != 0;
        long value = negative ? -1 : 0;
        for (int i = 0; i < size; i++) {
            int octet = block[offset + i] & 0xFF;
            if (i == 0) {
                octet = negative ? octet : octet & 0x7F;
            }
            if (value > Long.MAX_VALUE >> 8 || value < Long.MIN_VALUE >> 8) {
                throw new TarException("tar header field " + field + " is too large");
            }
            value = value << 8 | octet;
        }
        return value;
    }
}
