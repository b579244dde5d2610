package sampan.gateway.auth;

import com.nimbusds.jwt.JWTClaimsSet;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import sampan.gateway.routes.Identity;
import sampan.gateway.routes.RequestView;
import sampan.gateway.wire.Octets;

/// `jwt`: a bearer token (RFC 6750).
final class TokenMethod extends RememberedMethod {
    private static final long MILLI = 1_000_000L;
    // An issuer's clock may be set; nothing is remembered for longer.
    private static final long REMEMBER_MILLIS_MAX = 24 * 3600 * 1000L;

    private final TokenVerifier verifier;
    private final ClaimNames names;

    TokenMethod(Common common, TokenVerifier verifier, ClaimNames names) {
        super(common);
        this.verifier = verifier;
        this.names = names;
    }

    @Override
    public String challenge() {
        return isBearer() ? "Bearer realm=\"" + name() + "\"" : "";
    }

    @Override
    int epoch(long now) {
        return verifier.epoch(now);
    }

    @Override
    Verdict prove(RequestView view, long at, long end, long now) {
        return verify(view, Octets.text(at, end), now);
    }

    private Verdict verify(RequestView view, String token, long now) {
        Object read = verifier.read(token);
        if (!(read instanceof TokenVerifier.Read sound)) {
            return new Verdict.Refused(read.toString());
        }
        // Of before: where keys go while it is verified, what they prove is not remembered.
        int epoch = epoch(now);
        TokenVerifier.Checked checked = verifier.verifyQuickly(sound, now);
        if (checked != null) {
            return verdict(token, checked, epoch);
        }
        int _ =
                view.await(() ->
                        new Verdict.Outcome(this, verdict(token, verifier.verify(sound), epoch)));
        return Verdict.WAITS;
    }

    private Verdict verdict(String token, TokenVerifier.Checked checked, int epoch) {
        JWTClaimsSet claims = checked.claims();
        if (claims == null) {
            return checked.unavailable()
                    ? new Verdict.Unavailable(checked.reason())
                    : new Verdict.Refused(checked.reason());
        }
        @Nullable Identity identity =
                names.identity(claims.getClaims(), name(), consumers()).orElse(null);
        if (identity == null) {
            return new Verdict.Refused(
                    "claim " + names.name().toLowerCase(Locale.ROOT) + " names nobody");
        }
        Verdict.Proven proven = consumers().proven(identity);
        long now = System.nanoTime();
        long left =
                Math.min(
                        REMEMBER_MILLIS_MAX,
                        checked.issuer().rules().untilMillis(claims) - System.currentTimeMillis());
        remember(token, now + left * MILLI, epoch, proven);
        return proven;
    }
}
