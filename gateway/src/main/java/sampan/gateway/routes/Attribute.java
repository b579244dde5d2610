package sampan.gateway.routes;

import java.util.Locale;
import sampan.errors.SampanException;
import sampan.gateway.limits.RateLimit;
import sampan.gateway.wire.Octets;
import sampan.linux.net.Memory;

/// A part of a request by which it is told from others: for conditions, hashing and limits.
public final class Attribute {
    private enum Kind {
        NONE,
        ADDRESS,
        PATH,
        HEADER,
        QUERY,
        COOKIE,
        CONSUMER,
        CLAIM
    }

    /// The same for all requests.
    public static final Attribute NONE = new Attribute(Kind.NONE, "");

    public static final Attribute ADDRESS = new Attribute(Kind.ADDRESS, "");

    private static final long BASIS = 0xCBF29CE484222325L;
    private static final long PRIME = 0x100000001B3L;

    private final Kind kind;
    private final String text;
    private final byte[] name;

    private Attribute(Kind kind, String name) {
        this.kind = kind;
        text = name;
        this.name = Octets.ascii(name);
    }

    public static Attribute header(String name) {
        return new Attribute(Kind.HEADER, name.toLowerCase(Locale.ROOT));
    }

    public static Attribute query(String name) {
        return new Attribute(Kind.QUERY, name);
    }

    public static Attribute cookie(String name) {
        return new Attribute(Kind.COOKIE, name);
    }

    /// Reads `address`, `path`, `consumer`, `header:NAME`, `query:NAME`, `cookie:NAME` or
    /// `claim:NAME`.
    public static Attribute parse(String field, String text) {
        int colon = text.indexOf(':');
        String name = text.substring(colon + 1);
        String kind = colon < 0 ? text : text.substring(0, colon);
        boolean named = colon > 0 && !name.isEmpty();
        return switch (kind + (named ? ":" : "")) {
            case "address" -> ADDRESS;
            case "path" -> new Attribute(Kind.PATH, "");
            case "consumer" -> new Attribute(Kind.CONSUMER, "");
            case "claim:" -> new Attribute(Kind.CLAIM, name);
            case "header:" -> header(name);
            case "query:" -> query(name);
            case "cookie:" -> cookie(name);
            default ->
                    throw SampanException.invalid(
                            field
                                    + " \""
                                    + text
                                    + "\": write address, path, consumer, header:NAME,"
                                    + " query:NAME, cookie:NAME or claim:NAME");
        };
    }

    /// Whether it is of who the request is from, and known only once that is.
    public boolean isOfIdentity() {
        return kind == Kind.CONSUMER || kind == Kind.CLAIM;
    }

    /// Whether it is of the connection, and known before anything is proven.
    public boolean isOfConnection() {
        return kind == Kind.ADDRESS;
    }

    /// Looks it up; where true, the view knows the place. What [#isOfIdentity] has none.
    public boolean find(RequestView view) {
        return switch (kind) {
            case NONE, CONSUMER, CLAIM -> false;
            case ADDRESS -> view.findClient();
            case PATH -> view.findPath();
            case HEADER -> view.findField(name);
            case QUERY -> view.findQuery(name);
            case COOKIE -> view.findCookie(name);
        };
    }

    /// A hash of the value; 0 where there is none.
    public long hash(RequestView view) {
        if (isOfIdentity()) {
            Identity identity = view.identity();
            return identity == null
                    ? 0
                    : kind == Kind.CONSUMER ? identity.hash() : identity.claimHash(text);
        }
        return find(view) ? hash(view.foundAt(), view.foundEnd()) : 0;
    }

    static long hash(long from, long to) {
        long h = BASIS;
        for (long at = from; at < to; at++) {
            h = (h ^ Memory.get(at) & 0xFF) * PRIME;
        }
        return RateLimit.mix(h);
    }
}
