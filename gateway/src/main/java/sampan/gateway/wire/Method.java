package sampan.gateway.wire;

import java.util.Locale;
import sampan.errors.SampanException;

/// The methods that the gateway treats by name; others are passed on as they are.
public enum Method {
    OTHER(false),
    GET(true),
    HEAD(true),
    POST(false),
    PUT(true),
    DELETE(true),
    OPTIONS(true),
    TRACE(true),
    PATCH(false),
    CONNECT(false);

    private static final Method[] ALL = values();

    private final byte[] name = Octets.ascii(name());
    private final boolean idempotent;

    Method(boolean idempotent) {
        this.idempotent = idempotent;
    }

    /// The method of that name.
    public static Method of(long from, long to) {
        for (int i = 1; i < ALL.length; i++) {
            if (Octets.same(from, to, ALL[i].name)) {
                return ALL[i];
            }
        }
        return OTHER;
    }

    /// A method's name as written in a configuration.
    public static Method named(String field, String text) {
        for (Method method : ALL) {
            if (method != OTHER && method.name().equals(text.toUpperCase(Locale.ROOT))) {
                return method;
            }
        }
        throw SampanException.invalid(
                field + " \"" + text + "\": use GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS");
    }

    /// Sent twice it does what sent once does (RFC 9110 section 9.2.2).
    public boolean isIdempotent() {
        return idempotent;
    }
}
