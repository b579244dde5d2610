package sampan.gateway.routes;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;
import sampan.errors.SampanException;
import sampan.linux.net.Memory;

/// An address or a block of them, such as `10.0.0.0/8` or `fd00::/8`. Asking it allocates nothing.
public final class AddressRange {
    private static final Pattern NUMERIC = Pattern.compile("[0-9.]{7,15}|[0-9A-Fa-f:.]{2,45}");
    private static final int BITS = 128;
    private static final int HALF = 64;
    private static final int FOUR_BITS = 32;
    private static final int FOUR_BYTES = 4;
    private static final int GROUPS = 8;
    private static final int GROUP_BITS = 16;
    private static final long MAPPED = 0xFFFF_0000_0000L;

    private final long high;
    private final long low;
    private final long highMask;
    private final long lowMask;
    private final String text;

    private AddressRange(byte[] address, int bits, String text) {
        boolean four = address.length == FOUR_BYTES;
        long upper = 0;
        long lower = four ? 0xFFFF : 0;
        for (int i = 0; i < address.length; i++) {
            if (!four && i < address.length / 2) {
                upper = upper << 8 | address[i] & 0xFF;
            } else {
                lower = lower << 8 | address[i] & 0xFF;
            }
        }
        int prefix = four ? BITS - FOUR_BITS + bits : bits;
        highMask = mask(Math.min(prefix, HALF));
        lowMask = mask(Math.max(prefix - HALF, 0));
        high = upper & highMask;
        low = lower & lowMask;
        this.text = text;
    }

    private static long mask(int bits) {
        return bits == 0 ? 0 : -1L << HALF - bits;
    }

    /// @param field for the message
    public static AddressRange parse(String field, String text) {
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        try {
            if (NUMERIC.matcher(address).matches()) {
                byte[] bytes = InetAddress.getByName(address).getAddress();
                int max = bytes.length * Byte.SIZE;
                int bits = slash < 0 ? max : Integer.parseInt(text.substring(slash + 1));
                if (bits >= 0 && bits <= max) {
                    return new AddressRange(bytes, bits, text);
                }
            }
        } catch (UnknownHostException | NumberFormatException _) {
            // told below
        }
        throw SampanException.invalid(
                field + " \"" + text + "\": write an address or a block such as 10.0.0.0/8");
    }

    /// Whether a request's client is in it.
    boolean holds(RequestView view) {
        long at = view.clientAt();
        long end = at + view.clientLength();
        boolean six = false;
        for (long p = at; p < end && !six; p++) {
            six = Memory.get(p) == ':';
        }
        if (!six) {
            return holds(0, MAPPED | four(at, end));
        }
        // Before and behind `::`, each a number of 128 bits.
        long upper = 0;
        long lower = 0;
        long tailUpper = 0;
        long tailLower = 0;
        int tail = -1;
        int groups = 0;
        for (long p = at; p < end; ) {
            if (Memory.get(p) == ':') {
                p++;
                if (p < end && Memory.get(p) == ':') {
                    tail = 0;
                    p++;
                }
                continue;
            }
            long group = 0;
            while (p < end && Memory.get(p) != ':') {
                group = group << 4 | Character.digit(Memory.get(p++), 16) & 0xF;
            }
            if (tail < 0) {
                upper = upper << GROUP_BITS | lower >>> HALF - GROUP_BITS;
                lower = lower << GROUP_BITS | group;
                groups++;
            } else {
                tailUpper = tailUpper << GROUP_BITS | tailLower >>> HALF - GROUP_BITS;
                tailLower = tailLower << GROUP_BITS | group;
                tail++;
            }
        }
        for (int i = groups; i < GROUPS; i++) {
            upper = upper << GROUP_BITS | lower >>> HALF - GROUP_BITS;
            lower <<= GROUP_BITS;
        }
        return holds(upper | tailUpper, lower | tailLower);
    }

    private boolean holds(long upper, long lower) {
        return (upper & highMask) == high && (lower & lowMask) == low;
    }

    private static long four(long at, long end) {
        long address = 0;
        long octet = 0;
        for (long p = at; p < end; p++) {
            byte c = Memory.get(p);
            if (c == '.') {
                address = address << Byte.SIZE | octet;
                octet = 0;
            } else {
                octet = octet * 10 + c - '0';
            }
        }
        return address << Byte.SIZE | octet;
    }

    @Override
    public String toString() {
        return text;
    }
}
