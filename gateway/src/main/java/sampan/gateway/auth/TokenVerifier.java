package sampan.gateway.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Verifies JSON Web Tokens of some issuers (RFC 7519, RFC 8725). A token is believed only after
/// its signature: before that its `iss` chooses the rules, its `kid` the key, and nothing else of
/// it counts. Keys come from the configuration alone: `jku`, `jwk`, `x5u`, `x5c` mean nothing.
final class TokenVerifier {
    /// Longest token.
    static final int TOKEN_BYTES_MAX = 8 << 10;

    private static final int CANDIDATES_MAX = 4;

    /// An issuer and its keys.
    record Issuer(TokenRules rules, KeySource source) {}

    /// A token that has been read; nothing in it is to be believed.
    record Read(SignedJWT token, JWTClaimsSet claims, Issuer issuer) {}

    /// What a token came to.
    ///
    /// @param claims null where it is refused
    record Checked(
            @Nullable JWTClaimsSet claims, Issuer issuer, String reason, boolean unavailable) {}

    private static final long LOOK_NANOS = 10_000_000;

    private final List<Issuer> issuers;
    private final AtomicInteger epoch;
    private volatile long look = System.nanoTime();

    /// @param epoch grows when a key of any of them is gone
    TokenVerifier(List<Issuer> issuers, AtomicInteger epoch) {
        this.issuers = List.copyOf(issuers);
        this.epoch = epoch;
    }

    /// Grows when a key is gone: what was proven before, by whichever issuer, no longer holds. Now
    /// and then looks whether keys are due, and has them loaded in the background.
    int epoch(long now) {
        if (now - look >= 0) {
            look = now + LOOK_NANOS;
            for (Issuer issuer : issuers) {
                Keys _ = issuer.source().keys(now);
            }
        }
        return epoch.get();
    }

    /// Reads a token.
    ///
    /// @return [Read], or a text that says what is wrong
    Object read(String text) {
        try {
            SignedJWT token = SignedJWT.parse(text);
            if (!token.getParsedString().equals(text)) {
                return "malformed";
            }
            JWTClaimsSet claims = token.getJWTClaimsSet();
            Optional<Issuer> issuer = issuer(claims.getIssuer());
            if (issuer.isEmpty()) {
                return "issuer is another";
            }
            String wrong = issuer.get().rules().wrong(token.getHeader());
            return wrong.isEmpty() ? new Read(token, claims, issuer.get()) : wrong;
        } catch (ParseException | IllegalArgumentException | IllegalStateException _) {
            return "malformed";
        }
    }

    private Optional<Issuer> issuer(@Nullable String named) {
        Optional<Issuer> any = Optional.empty();
        for (Issuer issuer : issuers) {
            if (issuer.rules().issuer().isEmpty()) {
                any = Optional.of(issuer);
            } else if (issuer.rules().issuer().get().equals(named)) {
                return Optional.of(issuer);
            }
        }
        return any;
    }

    /// Verifies where that is quick and the key is known; null where it may block.
    @Nullable Checked verifyQuickly(Read read, long now) {
        JWSHeader header = read.token().getHeader();
        List<Keys.Key> keys = read.issuer().source().keys(now).candidates(header);
        if (keys.isEmpty() || keys.stream().anyMatch(Keys.Key::slow)) {
            return null;
        }
        return verify(read, keys);
    }

    /// Verifies, and asks for keys where none may have signed the token. Blocks.
    Checked verify(Read read) {
        KeySource source = read.issuer().source();
        List<Keys.Key> keys =
                new ArrayList<>(
                        source.keysFor(read.token().getHeader())
                                .candidates(read.token().getHeader()));
        if (keys.isEmpty() && !source.isLoaded()) {
            return new Checked(null, read.issuer(), "no keys of " + source.name(), true);
        }
        return verify(read, keys);
    }

    private static Checked verify(Read read, List<Keys.Key> keys) {
        if (keys.isEmpty()) {
            return refused(read, "key is unknown");
        }
        boolean signed = false;
        for (int i = 0; i < Math.min(keys.size(), CANDIDATES_MAX) && !signed; i++) {
            try {
                signed = read.token().verify(keys.get(i).verifier());
            } catch (JOSEException | IllegalStateException _) {
                // no signature of this key
            }
        }
        if (!signed) {
            return refused(read, "signature is wrong");
        }
        String wrong = read.issuer().rules().wrong(read.claims(), System.currentTimeMillis());
        return wrong.isEmpty()
                ? new Checked(read.claims(), read.issuer(), "", false)
                : refused(read, wrong);
    }

    private static Checked refused(Read read, String reason) {
        return new Checked(null, read.issuer(), reason, false);
    }
}
