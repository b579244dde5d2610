package sampan.gateway.http2;

import sampan.gateway.wire.Octets;
import sampan.linux.net.Memory;

/// The fields that both sides know (RFC 7541 appendix A), in native memory.
final class StaticTable {
    static final int SIZE = 61;

    private static final String FIELDS =
            """
            :authority=
            :method=GET
            :method=POST
            :path=/
            :path=/index.html
            :scheme=http
            :scheme=https
            :status=200
            :status=204
            :status=206
            :status=304
            :status=400
            :status=404
            :status=500
            accept-charset=
            accept-encoding=gzip, deflate
            accept-language=
            accept-ranges=
            accept=
            access-control-allow-origin=
            age=
            allow=
            authorization=
            cache-control=
            content-disposition=
            content-encoding=
            content-language=
            content-length=
            content-location=
            content-range=
            content-type=
            cookie=
            date=
            etag=
            expect=
            expires=
            from=
            host=
            if-match=
            if-modified-since=
            if-none-match=
            if-range=
            if-unmodified-since=
            last-modified=
            link=
            location=
            max-forwards=
            proxy-authenticate=
            proxy-authorization=
            range=
            referer=
            refresh=
            retry-after=
            server=
            set-cookie=
            strict-transport-security=
            transfer-encoding=
            user-agent=
            vary=
            via=
            www-authenticate=
            """;
    private static final long[] NAME = new long[SIZE + 1];
    private static final int[] NAME_LENGTH = new int[SIZE + 1];
    private static final long[] VALUE = new long[SIZE + 1];
    private static final int[] VALUE_LENGTH = new int[SIZE + 1];
    private static final int BUCKETS = 128;
    private static final byte[] BY_NAME = new byte[BUCKETS * 4];

    static {
        byte[] all = Octets.ascii(FIELDS);
        long base = Memory.allocate(all.length + 8L);
        Memory.copy(all, base);
        int at = 0;
        for (int i = 1; i <= SIZE; i++) {
            int equals = FIELDS.indexOf('=', at);
            int end = FIELDS.indexOf('\n', at);
            NAME[i] = base + at;
            NAME_LENGTH[i] = equals - at;
            VALUE[i] = base + equals + 1;
            VALUE_LENGTH[i] = end - equals - 1;
            at = end + 1;
            remember(i);
        }
    }

    private StaticTable() {}

    private static int bucket(long at, int length) {
        int first = Octets.lower(Memory.get(at));
        int last = Octets.lower(Memory.get(at + length - 1));
        return (first * 31 + last * 7 + length) & BUCKETS - 1;
    }

    private static void remember(int i) {
        int slot = bucket(NAME[i], NAME_LENGTH[i]) * 4;
        while (BY_NAME[slot] != 0) {
            if (same(BY_NAME[slot], NAME[i], NAME_LENGTH[i])) {
                return; // the first of a name stands for it
            }
            slot++;
        }
        BY_NAME[slot] = (byte) i;
    }

    private static boolean same(int i, long at, int length) {
        if (NAME_LENGTH[i] != length) {
            return false;
        }
        for (int k = 0; k < length; k++) {
            if (Octets.lower(Memory.get(at + k)) != Memory.get(NAME[i] + k)) {
                return false;
            }
        }
        return true;
    }

    /// The first entry with that name in any case, 0 where there is none.
    static int find(long at, int length) {
        int slot = bucket(at, length) * 4;
        for (int k = 0; k < 4 && BY_NAME[slot + k] != 0; k++) {
            if (same(BY_NAME[slot + k], at, length)) {
                return BY_NAME[slot + k];
            }
        }
        return 0;
    }

    static long name(int i) {
        return NAME[i];
    }

    static int nameLength(int i) {
        return NAME_LENGTH[i];
    }

    static long value(int i) {
        return VALUE[i];
    }

    static int valueLength(int i) {
        return VALUE_LENGTH[i];
    }
}
