package sampan.gateway.auth;

import com.nimbusds.jwt.JWTClaimsSet;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import sampan.gateway.routes.Identity;
import sampan.gateway.routes.RequestView;
import sampan.gateway.wire.Octets;

/// `jwt`: a bearer token (RFC 6750).
final class TokenMethod implements AuthMethod {
    private static final String TOO_LONG =
            "token is over " + TokenVerifier.TOKEN_BYTES_MAX + " bytes";
    private static final long MILLI = 1_000_000L;
    // An issuer's clock may be set; nothing is remembered for longer.
    private static final long REMEMBER_MILLIS_MAX = 24 * 3600 * 1000L;

    private final String name;
    private final Credential from;
    private final TokenVerifier verifier;
    private final ClaimNames names;
    private final Consumers consumers;
    private final Failures failures;
    private final CredentialCache cache = new CredentialCache();

    TokenMethod(
            String name,
            Credential from,
            TokenVerifier verifier,
            ClaimNames names,
            Consumers consumers,
            Failures failures) {
        this.name = name;
        this.from = from;
        this.verifier = verifier;
        this.names = names;
        this.consumers = consumers;
        this.failures = failures;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String challenge() {
        return from.isBearer() ? "Bearer realm=\"" + name + "\"" : "";
    }

    @Override
    public void strip(RequestView view) {
        from.strip(view);
    }

    // Keys that are gone, of whichever issuer, end what all of them have proven: that is rare.
    private int epoch(long now) {
        int epoch = 0;
        for (int i = 0; i < verifier.issuers().size(); i++) {
            KeySource source = verifier.issuers().get(i).source();
            Keys _ = source.keys(now);
            epoch += source.epoch();
        }
        return epoch;
    }

    @Override
    public Verdict check(RequestView view, long now) {
        Verdict without = from.without(view);
        if (without != null) {
            return without;
        }
        long at = view.foundAt();
        long end = view.foundEnd();
        int epoch = epoch(now);
        Verdict.Proven known = cache.get(at, end, now, epoch);
        if (known != null) {
            return known;
        }
        Verdict come = come(view);
        if (!(come instanceof Verdict.Absent)) {
            return come;
        }
        if (end - at > TokenVerifier.TOKEN_BYTES_MAX) {
            return new Verdict.Refused(TOO_LONG);
        }
        long wait = failures.waitNanos(view, now);
        return wait > 0 ? new Verdict.Limited(wait) : verify(view, Octets.text(at, end), now);
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
                names.identity(claims.getClaims(), name, consumers).orElse(null);
        if (identity == null) {
            return new Verdict.Refused(
                    "claim " + names.name().toLowerCase(Locale.ROOT) + " names nobody");
        }
        Verdict.Proven proven = consumers.proven(identity);
        long now = System.nanoTime();
        long left =
                Math.min(
                        REMEMBER_MILLIS_MAX,
                        checked.issuer().rules().untilMillis(claims) - System.currentTimeMillis());
        cache.put(token, now + left * MILLI, epoch, proven);
        return proven;
    }
}
