package sampan.gateway.auth;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import sampan.gateway.routes.Attribute;
import sampan.gateway.routes.RequestView;
import sampan.gateway.wire.Field;
import sampan.gateway.wire.Head;
import sampan.gateway.wire.Octets;
import sampan.linux.net.Memory;

/// Where in a request credentials stand.
final class Credential {
    /// What a look came to.
    enum Found {
        ABSENT,
        TWICE,
        /// The view knows the place.
        FOUND
    }

    private final byte[] scheme;
    private final byte[] header;
    private final byte[] cookie;
    private final byte[] cookiePrefix;
    private final Attribute cookieAttribute;

    private Credential(String scheme, String header, String cookie) {
        this.scheme = Octets.ascii(scheme.toLowerCase(Locale.ROOT));
        this.header = Octets.ascii(header.toLowerCase(Locale.ROOT));
        this.cookie = Octets.ascii(cookie);
        cookiePrefix = Octets.ascii(cookie + "=");
        cookieAttribute = Attribute.cookie(cookie);
    }

    /// Authorization with that scheme.
    static Credential authorization(String scheme) {
        return new Credential(scheme + " ", "authorization", "");
    }

    static Credential header(String name) {
        return new Credential("", name, "");
    }

    static Credential cookie(String name) {
        return new Credential("", "", name);
    }

    boolean isBearer() {
        return scheme.length > 0;
    }

    /// The verdict where there is no credential to check; null where [RequestView#foundAt] tells
    /// where one stands.
    @Nullable Verdict without(RequestView view) {
        return switch (find(view)) {
            case ABSENT -> Verdict.ABSENT;
            case TWICE -> new Verdict.Refused("credentials stand twice");
            case FOUND -> null;
        };
    }

    Found find(RequestView view) {
        if (cookie.length > 0) {
            return cookieAttribute.find(view) ? Found.FOUND : Found.ABSENT;
        }
        Head head = view.head();
        int line = scheme.length > 0 ? head.first(Field.AUTHORIZATION) : head.find(header, 0);
        if (line < 0) {
            return Found.ABSENT;
        }
        long at = head.valueAt(line);
        long end = head.valueEnd(line);
        // Of another scheme: another method's.
        if (end - at < scheme.length || !Octets.sameIgnoringCase(at, at + scheme.length, scheme)) {
            return Found.ABSENT;
        }
        if (head.find(header, line + 1) >= 0) {
            return Found.TWICE;
        }
        at += scheme.length;
        while (at < end && Memory.get(at) == ' ') {
            at++;
        }
        view.found(at, end);
        return Found.FOUND;
    }

    void strip(RequestView view) {
        if (cookie.length > 0) {
            Cookies.strip(view, cookiePrefix);
            return;
        }
        Head head = view.head();
        for (int i = head.find(header, 0); i >= 0; i = head.find(header, i + 1)) {
            head.drop(i);
        }
    }
}
