package sampan.gateway.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jwt.JWTClaimsSet;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.text.ParseException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import sampan.gateway.outgoing.Outgoing;
import sampan.gateway.routes.Attribute;
import sampan.gateway.routes.Identity;
import sampan.gateway.routes.Reply;
import sampan.gateway.routes.RequestView;
import sampan.gateway.wire.Method;
import sampan.gateway.wire.Octets;

/// `login`: a browser logs in at an OpenID provider (authorization code with PKCE) and keeps a
/// sealed session in a cookie. Other clients get a 401.
final class LoginMethod implements AuthMethod {
    private static final String SESSION = "sampan_session";
    private static final String STATE = "sampan_login";
    private static final int STATE_SECONDS = 600;
    private static final int RETURN_CHARS_MAX = 1024;
    private static final int SESSION_CHARS_MAX = 3800;
    private static final int RANDOM_BYTES = 32;
    private static final int FOUND = 302;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final String name;
    private final MethodSettings.Login settings;
    private final TokenVerifier verifier;
    private final Consumers consumers;
    private final Outgoing outgoing;
    private final Sealed sealed;
    private final byte[] clientSecret;
    private final byte[] callback;
    private final byte[] logout;
    private final String attributes;
    private final Attribute session = Attribute.cookie(SESSION);
    private final Attribute state = Attribute.cookie(STATE);
    private final Attribute accept = Attribute.header("accept");
    private final CredentialCache cache = new CredentialCache();

    LoginMethod(
            String name,
            MethodSettings.Login settings,
            TokenVerifier verifier,
            Consumers consumers,
            byte[] clientSecret,
            Sealed sealed) {
        this.name = name;
        this.settings = settings;
        outgoing = Outgoing.trusting(settings.ca());
        this.verifier = verifier;
        this.consumers = consumers;
        this.clientSecret = clientSecret;
        this.sealed = sealed;
        callback = Octets.ascii(settings.callback().getPath());
        logout = Octets.ascii(settings.logout());
        boolean secure = "https".equals(settings.callback().getScheme());
        attributes = "; Path=/; HttpOnly; SameSite=Lax" + (secure ? "; Secure" : "");
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String challenge() {
        return "";
    }

    @Override
    public void strip(RequestView view) {
        Cookies.strip(view, Octets.ascii("sampan_"));
    }

    @Override
    public boolean isStripped() {
        return true;
    }

    @Override
    public Verdict check(RequestView view, long now) {
        Verdict come = come(view);
        if (!(come instanceof Verdict.Absent)) {
            return come;
        }
        if (Octets.same(view.pathAt(), view.pathEnd(), callback)) {
            return returned(view);
        }
        if (Octets.same(view.pathAt(), view.pathEnd(), logout)) {
            return new Verdict.Told(
                    redirect("/", "Set-Cookie: " + SESSION + "=; Max-Age=0" + attributes + "\r\n"),
                    "logged out");
        }
        if (!session.find(view)) {
            return Verdict.ABSENT;
        }
        long at = view.foundAt();
        long end = view.foundEnd();
        Verdict.Proven known = cache.get(at, end, now, 0);
        return known != null ? known : opened(Octets.text(at, end), now);
    }

    private Verdict opened(String text, long now) {
        Optional<Map<String, Object>> values = sealed.open(SESSION, text);
        // A session that is over is none: the client may log in again.
        if (values.isEmpty()) {
            return Verdict.ABSENT;
        }
        Optional<Identity> identity = settings.names().identity(values.get(), name, consumers);
        if (identity.isEmpty()) {
            return Verdict.ABSENT;
        }
        Verdict.Proven proven = consumers.proven(identity.get());
        cache.put(text, now + Sealed.leftNanos(values.get()), 0, proven);
        return proven;
    }

    private static Reply redirect(String location, String fields) {
        return Reply.of(
                FOUND,
                "see " + location,
                "Location: " + location + "\r\nCache-Control: no-store\r\n" + fields);
    }

    private static String random() {
        byte[] bytes = new byte[RANDOM_BYTES];
        RANDOM.nextBytes(bytes);
        return Base64URL.encode(bytes).toString();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Override
    public Verdict invite(RequestView view) {
        boolean page =
                view.head().method() == Method.GET
                        && accept.find(view)
                        && Octets.text(view.foundAt(), view.foundEnd()).contains("text/html");
        if (!page) {
            return Verdict.ABSENT;
        }
        String back =
                Octets.text(view.pathAt(), view.pathEnd())
                        + Octets.text(view.head().pathEnd(), view.head().queryEnd());
        String stateValue = random();
        String nonce = random();
        String proof = random();
        Map<String, Object> kept = new LinkedHashMap<>();
        kept.put("state", stateValue);
        kept.put("nonce", nonce);
        kept.put("proof", proof);
        // "//host" would lead elsewhere.
        boolean local = back.startsWith("/") && !back.startsWith("//");
        kept.put("back", local && back.length() <= RETURN_CHARS_MAX ? back : "/");
        try {
            String location =
                    settings.authorize()
                            + (settings.authorize().getQuery() == null ? "?" : "&")
                            + "response_type=code&client_id="
                            + encoded(settings.clientId())
                            + "&redirect_uri="
                            + encoded(settings.callback().toString())
                            + "&scope="
                            + encoded(String.join(" ", settings.scopes()))
                            + "&state="
                            + stateValue
                            + "&nonce="
                            + nonce
                            + "&code_challenge_method=S256&code_challenge="
                            + challengeOf(proof);
            String cookie =
                    STATE
                            + "="
                            + sealed.seal(STATE, kept, STATE_SECONDS)
                            + "; Max-Age="
                            + STATE_SECONDS
                            + attributes;
            return new Verdict.Told(
                    redirect(location, "Set-Cookie: " + cookie + "\r\n"), "has to log in");
        } catch (JOSEException e) {
            throw new IllegalStateException("sealing", e);
        }
    }

    private static String challengeOf(String proof) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return Base64URL.encode(digest.digest(Octets.ascii(proof))).toString();
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    private static Optional<String> parameter(RequestView view, String name) {
        if (!Attribute.query(name).find(view)) {
            return Optional.empty();
        }
        try {
            String text = Octets.text(view.foundAt(), view.foundEnd());
            return Optional.of(URLDecoder.decode(text, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private Verdict returned(RequestView view) {
        Optional<String> code = parameter(view, "code");
        Optional<String> given = parameter(view, "state");
        Optional<Map<String, Object>> kept =
                state.find(view)
                        ? sealed.open(STATE, Octets.text(view.foundAt(), view.foundEnd()))
                        : Optional.empty();
        boolean ours =
                kept.isPresent()
                        && given.isPresent()
                        && MessageDigest.isEqual(
                                Octets.ascii(given.get()),
                                Octets.ascii(String.valueOf(kept.get().get("state"))));
        if (!ours || code.isEmpty()) {
            return failed(code.isEmpty() ? "the provider sent no code" : "the login is not ours");
        }
        int _ = view.await(() -> new Verdict.Outcome(this, exchange(code.get(), kept.get())));
        return Verdict.WAITS;
    }

    private Verdict failed(String reason) {
        return new Verdict.Told(
                Reply.of(
                        400,
                        "the login failed: begin again",
                        "Set-Cookie: " + STATE + "=; Max-Age=0" + attributes + "\r\n"),
                name + ": " + reason);
    }

    /// Has the provider say who it was. Blocks.
    private Verdict exchange(String code, Map<String, Object> kept) {
        String form =
                "grant_type=authorization_code&code="
                        + encoded(code)
                        + "&redirect_uri="
                        + encoded(settings.callback().toString())
                        + "&code_verifier="
                        + encoded(String.valueOf(kept.get("proof")));
        String credentials =
                encoded(settings.clientId())
                        + ":"
                        + encoded(new String(clientSecret, StandardCharsets.UTF_8));
        HttpRequest request =
                Outgoing.request(settings.token())
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .header("Accept", "application/json")
                        .header(
                                "Authorization",
                                "Basic "
                                        + java.util.Base64.getEncoder()
                                                .encodeToString(Octets.ascii(credentials)))
                        .POST(HttpRequest.BodyPublishers.ofString(form))
                        .build();
        try {
            HttpResponse<byte[]> answer = outgoing.send(request);
            if (answer.statusCode() != 200) {
                return failed("the provider says " + answer.statusCode());
            }
            String token =
                    JSONObjectUtils.getString(
                            JSONObjectUtils.parse(
                                    new String(answer.body(), StandardCharsets.UTF_8)),
                            "id_token");
            return token == null ? failed("the provider sent no token") : begin(token, kept);
        } catch (IOException e) {
            return failed("the provider does not answer");
        } catch (ParseException | JOSEException _) {
            return failed("the provider's answer is malformed");
        }
    }

    private Verdict begin(String token, Map<String, Object> kept) throws JOSEException {
        if (!(verifier.read(token) instanceof TokenVerifier.Read read)) {
            return failed("the token is malformed or of another issuer");
        }
        TokenVerifier.Checked checked = verifier.verify(read);
        JWTClaimsSet claims = checked.claims();
        if (claims == null) {
            return failed(checked.reason());
        }
        if (!String.valueOf(kept.get("nonce")).equals(claims.getClaim("nonce"))) {
            return failed("the token is of another login");
        }
        Optional<Identity> identity =
                settings.names().identity(claims.getClaims(), name, consumers);
        if (identity.isEmpty()) {
            return failed("the token names nobody");
        }
        Map<String, Object> values = new LinkedHashMap<>(claims.getClaims());
        for (String gone :
                new String[] {"nonce", "at_hash", "c_hash", "aud", "exp", "iat", "nbf"}) {
            values.remove(gone);
        }
        String text = sealed.seal(SESSION, values, settings.sessionSeconds());
        if (text.length() > SESSION_CHARS_MAX) {
            return failed("the claims are too long for a cookie");
        }
        String cookies =
                "Set-Cookie: "
                        + SESSION
                        + "="
                        + text
                        + "; Max-Age="
                        + settings.sessionSeconds()
                        + attributes
                        + "\r\nSet-Cookie: "
                        + STATE
                        + "=; Max-Age=0"
                        + attributes
                        + "\r\n";
        return new Verdict.Told(
                redirect(String.valueOf(kept.get("back")), cookies),
                identity.get().name() + " logged in");
    }
}
