package sampan.gateway.routes;

import java.util.List;
import java.util.Locale;
import sampan.gateway.wire.Head;
import sampan.gateway.wire.Octets;
import sampan.gateway.wire.RequestHead;
import sampan.gateway.wire.ResponseHead;
import sampan.linux.net.Memory;

/// Which answers of a route are compressed on their way (RFC 9110 section 8.4).
public final class Compression {
    /// How content is coded.
    public enum Coding {
        IDENTITY,
        GZIP,
        ZSTD;

        private final byte[] token = Octets.ascii(name().toLowerCase(Locale.ROOT));

        /// As it stands in fields.
        public byte[] token() {
            return token;
        }
    }

    /// Media types that are compressed unless told.
    public static final List<String> TYPES =
            List.of(
                    "text/*",
                    "application/json",
                    "application/javascript",
                    "application/xml",
                    "application/xhtml+xml",
                    "application/ld+json",
                    "application/problem+json",
                    "application/manifest+json",
                    "application/x-ndjson",
                    "application/wasm",
                    "image/svg+xml");

    private static final byte[] ACCEPT_ENCODING = Octets.ascii("accept-encoding");
    private static final byte[] CONTENT_ENCODING = Octets.ascii("content-encoding");
    private static final byte[] CONTENT_RANGE = Octets.ascii("content-range");
    private static final byte[] CONTENT_TYPE = Octets.ascii("content-type");
    private static final byte[] CACHE_CONTROL = Octets.ascii("cache-control");
    private static final byte[] NO_TRANSFORM = Octets.ascii("no-transform");
    private static final byte[] GRPC = Octets.ascii("application/grpc");
    private static final byte[] ANY = Octets.ascii("*");
    private static final int QUALITY_MAX = 1000;
    private static final int ABSENT = -1;

    /// Media types, some of them for all that begin so.
    private static final class Types {
        private final byte[][] names;
        private final boolean[] prefixes;

        Types(List<String> types) {
            names = new byte[types.size()][];
            prefixes = new boolean[names.length];
            for (int i = 0; i < names.length; i++) {
                String type = types.get(i).toLowerCase(Locale.ROOT);
                prefixes[i] = type.endsWith("*");
                names[i] = Octets.ascii(prefixes[i] ? type.substring(0, type.length() - 1) : type);
            }
        }

        boolean hold(long at, long end) {
            for (int i = 0; i < names.length; i++) {
                long to = prefixes[i] ? Math.min(end, at + names[i].length) : end;
                if (Octets.sameIgnoringCase(at, to, names[i])) {
                    return true;
                }
            }
            return false;
        }
    }

    private final List<Coding> codings;
    private final List<String> types;
    private final Coding[] preferred;
    private final Types wanted;
    private final Types unwanted;
    private final long bytesMin;
    private final int level;

    /// @param codings what is offered, the best first
    /// @param types media types, `text/*` for all of one kind
    /// @param excluded of these, which are not
    /// @param bytesMin shorter answers stay as they are
    /// @param level of gzip, 1 to 9
    public Compression(
            List<Coding> codings,
            List<String> types,
            List<String> excluded,
            long bytesMin,
            int level) {
        this.codings = List.copyOf(codings);
        this.types = List.copyOf(types);
        preferred = codings.toArray(Coding[]::new);
        wanted = new Types(types);
        unwanted = new Types(excluded);
        this.bytesMin = Math.max(1, bytesMin);
        this.level = level;
    }

    public List<Coding> codings() {
        return codings;
    }

    public List<String> types() {
        return types;
    }

    public int level() {
        return level;
    }

    /// What the client would rather have, of what is offered.
    public Coding negotiate(RequestHead head) {
        if (head.minorVersion() == 0 || head.find(ACCEPT_ENCODING, 0) < 0) {
            return Coding.IDENTITY;
        }
        Coding best = Coding.IDENTITY;
        int quality = Math.max(0, listed(head, Coding.IDENTITY.token()));
        for (Coding each : preferred) {
            int listed = listed(head, each.token());
            int wanted = listed == ABSENT ? listed(head, ANY) : listed;
            if (wanted > 0 && (best == Coding.IDENTITY ? wanted >= quality : wanted > quality)) {
                best = each;
                quality = wanted;
            }
        }
        return best;
    }

    /// The quality of a coding that the client lists, in thousandths, or [#ABSENT].
    private static int listed(Head head, byte[] token) {
        for (int i = head.find(ACCEPT_ENCODING, 0); i >= 0; i = head.find(ACCEPT_ENCODING, i + 1)) {
            long at = head.valueAt(i);
            long end = head.valueEnd(i);
            while (at < end) {
                long to = until(at, end, ',');
                long name = blanks(at, to);
                long nameEnd = name;
                while (nameEnd < to && Octets.isToken(Memory.get(nameEnd))) {
                    nameEnd++;
                }
                if (Octets.sameIgnoringCase(name, nameEnd, token)) {
                    return quality(nameEnd, to);
                }
                at = to + 1;
            }
        }
        return ABSENT;
    }

    /// Reads `;q=0.5`; nothing is 1, what is malformed is 0.
    private static int quality(long from, long end) {
        long at = blanks(from, end);
        if (at == end) {
            return QUALITY_MAX;
        }
        if (Memory.get(at) != ';') {
            return 0;
        }
        at = blanks(at + 1, end);
        if (at + 3 > end
                || Octets.lower(Memory.get(at)) != 'q'
                || Memory.get(at + 1) != '='
                || !Octets.isDigit(Memory.get(at + 2))) {
            return 0;
        }
        int quality = (Memory.get(at + 2) - '0') * QUALITY_MAX;
        long digit = at + 4;
        for (int unit = QUALITY_MAX / 10; unit > 0 && digit < end; unit /= 10, digit++) {
            if (!Octets.isDigit(Memory.get(digit))) {
                break;
            }
            quality += (Memory.get(digit) - '0') * unit;
        }
        return quality > QUALITY_MAX ? 0 : quality;
    }

    private static long until(long from, long end, char wanted) {
        long at = from;
        while (at < end && Memory.get(at) != wanted) {
            at++;
        }
        return at;
    }

    private static long blanks(long from, long end) {
        long at = from;
        while (at < end && (Memory.get(at) == ' ' || Memory.get(at) == '\t')) {
            at++;
        }
        return at;
    }

    /// Whether an answer would be compressed for a client that can take it.
    public boolean takes(ResponseHead head) {
        boolean content =
                head.status() >= 200
                        && head.status() != 204
                        && head.status() != 205
                        && head.status() != 206
                        && head.status() != 304;
        return content
                && (head.contentLength() < 0 || head.contentLength() >= bytesMin)
                && head.find(CONTENT_ENCODING, 0) < 0
                && head.find(CONTENT_RANGE, 0) < 0
                && isOfType(head)
                && mayBeTransformed(head);
    }

    private boolean isOfType(Head head) {
        int line = head.find(CONTENT_TYPE, 0);
        if (line < 0) {
            return false;
        }
        long at = head.valueAt(line);
        long end = until(at, head.valueEnd(line), ';');
        while (end > at && Memory.get(end - 1) == ' ') {
            end--;
        }
        if (end - at >= GRPC.length && Octets.sameIgnoringCase(at, at + GRPC.length, GRPC)) {
            return false;
        }
        return wanted.hold(at, end) && !unwanted.hold(at, end);
    }

    private static boolean mayBeTransformed(Head head) {
        for (int i = head.find(CACHE_CONTROL, 0); i >= 0; i = head.find(CACHE_CONTROL, i + 1)) {
            long last = head.valueEnd(i) - NO_TRANSFORM.length;
            for (long at = head.valueAt(i); at <= last; at++) {
                if (Octets.sameIgnoringCase(at, at + NO_TRANSFORM.length, NO_TRANSFORM)) {
                    return false;
                }
            }
        }
        return true;
    }
}
