package sampan.gateway.auth;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import sampan.gateway.routes.RequestView;
import sampan.gateway.wire.Octets;

/// `basic`: name and password (RFC 7617).
final class BasicMethod implements AuthMethod {
    private static final int BYTES_MAX = 1024;
    private static final long REMEMBER_NANOS = 60 * 1_000_000_000L;

    private final String name;
    private final String realm;
    private final Credential from = Credential.authorization("Basic");
    private final Consumers consumers;
    private final Failures failures;
    private final CredentialCache cache = new CredentialCache();

    BasicMethod(String name, String realm, Consumers consumers, Failures failures) {
        this.name = name;
        this.realm = realm;
        this.consumers = consumers;
        this.failures = failures;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String challenge() {
        return "Basic realm=\"" + realm + "\", charset=\"UTF-8\"";
    }

    @Override
    public void strip(RequestView view) {
        from.strip(view);
    }

    @Override
    public Verdict check(RequestView view, long now) {
        Verdict without = from.without(view);
        if (without != null) {
            return without;
        }
        long at = view.foundAt();
        long end = view.foundEnd();
        Verdict.Proven known = cache.get(at, end, now, 0);
        if (known != null) {
            return known;
        }
        Verdict come = come(view);
        if (!(come instanceof Verdict.Absent)) {
            return come;
        }
        long wait = failures.waitNanos(view, now);
        if (wait > 0) {
            return new Verdict.Limited(wait);
        }
        if (end - at > BYTES_MAX) {
            return new Verdict.Refused("credentials are over " + BYTES_MAX + " bytes");
        }
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
        Consumers.Login login = consumers.passwords().get(user);
        boolean same = Passwords.check(password, login == null ? "" : login.hash());
        if (login == null || !same) {
            return new Verdict.Refused("user or password is wrong");
        }
        Verdict.Proven proven =
                consumers.proven(
                        Consumers.identity(
                                name,
                                login.consumer(),
                                sampan.gateway.routes.Identity.Grants.NONE));
        cache.put(encoded, System.nanoTime() + REMEMBER_NANOS, 0, proven);
        return proven;
    }
}
