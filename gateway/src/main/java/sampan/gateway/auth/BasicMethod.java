package sampan.gateway.auth;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import sampan.gateway.routes.RequestView;
import sampan.gateway.wire.Octets;

/// `basic`: name and password (RFC 7617).
final class BasicMethod extends RememberedMethod {
    /// Longest credentials, as they are encoded.
    static final int BYTES_MAX = 1024;

    private static final long REMEMBER_NANOS = 60 * 1_000_000_000L;

    private final String realm;

    BasicMethod(Common common, String realm) {
        super(common);
        this.realm = realm;
    }

    @Override
    public String challenge() {
        return "Basic realm=\"" + realm + "\", charset=\"UTF-8\"";
    }

    @Override
    Verdict prove(RequestView view, long at, long end, long now) {
        String encoded = Octets.text(at, end);
        byte @Nullable [] plain = decoded(encoded);
        int colon = plain == null ? -1 : colon(plain);
        if (plain == null || colon < 0) {
            return new Verdict.Refused("malformed");
        }
        String user = new String(plain, 0, colon, StandardCharsets.UTF_8);
        byte[] password = Arrays.copyOfRange(plain, colon + 1, plain.length);
        int _ = view.await(() -> new Verdict.Outcome(this, check(encoded, user, password)));
        return Verdict.WAITS;
    }

    private static byte @Nullable [] decoded(String encoded) {
        try {
            return Base64.getDecoder().decode(encoded);
        } catch (IllegalArgumentException _) {
            return null;
        }
    }

    private static int colon(byte[] plain) {
        int at = 0;
        while (at < plain.length && plain[at] != ':') {
            at++;
        }
        return at < plain.length ? at : -1;
    }

    private Verdict check(String encoded, String user, byte[] password)
            throws InterruptedException {
        Consumers.Login login = consumers().passwords().get(user);
        boolean same = Passwords.check(password, login == null ? "" : login.hash());
        if (login == null || !same) {
            return new Verdict.Refused("user or password is wrong");
        }
        Verdict.Proven proven =
                consumers()
                        .proven(
                                Consumers.identity(
                                        name(),
                                        login.consumer(),
                                        sampan.gateway.routes.Identity.Grants.NONE));
        remember(encoded, System.nanoTime() + REMEMBER_NANOS, 0, proven);
        return proven;
    }
}
