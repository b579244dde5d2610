package sampan.gateway.http2;

import sampan.linux.net.Memory;

/// HPACK's Huffman code (RFC 7541 appendix B). It is canonical: the lengths say it all.
final class Huffman {
    private static final int SYMBOLS = 257;
    private static final int END = 256;
    private static final int BITS_MIN = 5;
    private static final int BITS_MAX = 30;
    private static final int FAST_BITS = 9;
    // The length of each symbol's code, 'a' for 5 bits; the last is the end of a string.
    private static final String LENGTHS =
            "isxxxxxxxtzxxzxxxxxxxxzxxxxxxxxxbffhibdgffdgdbbbaaabbbbbbbcdkbhfibcccccccccc"
                    + "ccccccccccccdcdioijbkabababbbaccbbbabcbaabccccckgjixprpprrrsrssssststtrstsss"
                    + "sqrsrsstrqprrssqsrrtqrssqqrqsrssprrrsrrsvvporsruvvvwwvtuoqvwwvwtqqvvxwwwptpq"
                    + "rqqsrruuttvsvwvvwwwwwxwwwwwvz";
    // By length: the first code, and where its symbol stands in ORDER.
    private static final int[] FIRST = new int[BITS_MAX + 2];
    private static final int[] OFFSET = new int[BITS_MAX + 2];
    private static final short[] ORDER = new short[SYMBOLS];
    // By the next nine bits: symbol and length, 0 where the code is longer.
    private static final short[] FAST = new short[1 << FAST_BITS];

    static {
        int code = 0;
        int at = 0;
        for (int length = BITS_MIN; length <= BITS_MAX; length++) {
            FIRST[length] = code;
            OFFSET[length] = at;
            for (int symbol = 0; symbol < SYMBOLS; symbol++) {
                if (LENGTHS.charAt(symbol) - 'a' + BITS_MIN == length) {
                    ORDER[at++] = (short) symbol;
                    fast(symbol, code, length);
                    code++;
                }
            }
            code <<= 1;
        }
        FIRST[BITS_MAX + 1] = Integer.MAX_VALUE;
        OFFSET[BITS_MAX + 1] = at;
    }

    private Huffman() {}

    private static void fast(int symbol, int code, int length) {
        if (length > FAST_BITS) {
            return;
        }
        int free = FAST_BITS - length;
        for (int i = 0; i < 1 << free; i++) {
            FAST[code << free | i] = (short) (symbol << 4 | length);
        }
    }

    /// Writes what the octets mean. Never more than 8/5 of their count.
    ///
    /// @return the address behind it, or -1 where they are no such code
    static long decode(long from, long end, long to) {
        long at = from;
        long out = to;
        long bits = 0;
        int have = 0;
        while (true) {
            while (have <= 48 && at < end) {
                bits = bits << 8 | Memory.get(at++) & 0xFF;
                have += 8;
            }
            if (have < BITS_MIN) {
                break;
            }
            int window =
                    (int) (have >= FAST_BITS ? bits >>> have - FAST_BITS : bits << FAST_BITS - have)
                            & (1 << FAST_BITS) - 1;
            int entry = FAST[window];
            if (entry != 0) {
                int length = entry & 15;
                if (length > have) {
                    break;
                }
                Memory.put(out++, (byte) (entry >> 4));
                have -= length;
                continue;
            }
            int length = longer(bits, have);
            if (length < 0) {
                break;
            }
            int code = (int) (bits >>> have - length) & (1 << length) - 1;
            int symbol = ORDER[OFFSET[length] + code - FIRST[length]];
            if (symbol == END) {
                return -1;
            }
            Memory.put(out++, (byte) symbol);
            have -= length;
        }
        // What is left must be less than an octet, and ones.
        return have < 8 && (bits & (1L << have) - 1) == (1L << have) - 1 ? out : -1;
    }

    /// The length of the code that comes next, -1 where it is not whole.
    private static int longer(long bits, int have) {
        for (int length = FAST_BITS + 1; length <= Math.min(BITS_MAX, have); length++) {
            int code = (int) (bits >>> have - length) & (1 << length) - 1;
            int count = OFFSET[length + 1] - OFFSET[length];
            if (code - FIRST[length] < count) {
                return length;
            }
        }
        return -1;
    }
}
