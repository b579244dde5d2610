package sampan.gateway.auth;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import sampan.gateway.routes.Filter;
import sampan.gateway.routes.Identity;
import sampan.gateway.routes.Reply;
import sampan.gateway.routes.RequestView;

/// Lets a request pass whose client has proven an identity that the route's policy allows. The
/// first method for which there are credentials decides: who shows wrong ones is refused, even
/// where somebody without any might pass.
public final class AuthFilter implements Filter {
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final int TOO_MANY = 429;
    private static final int UNAVAILABLE = 503;
    private static final long RETRY_AFTER_NANOS = 2_000_000_000L;

    private final AuthMethod[] methods;
    private final Policy policy;
    private final Failures failures;
    private final IdentityHeaders headers;
    private final boolean strips;
    private final Reply nobody;
    private final Reply wrong;

    /// @param strips whether the service does not get the credentials
    public AuthFilter(
            List<AuthMethod> methods,
            Policy policy,
            Failures failures,
            IdentityHeaders headers,
            boolean strips) {
        this.methods = methods.toArray(AuthMethod[]::new);
        this.policy = policy;
        this.failures = failures;
        this.headers = headers;
        this.strips = strips;
        nobody = unauthorized(methods, "authentication is required", "");
        wrong = unauthorized(methods, "the credentials are not valid", ", error=\"invalid_token\"");
    }

    public Policy policy() {
        return policy;
    }

    /// Whether an identity can be proven at all.
    public boolean authenticates() {
        return methods.length > 0;
    }

    private static Reply unauthorized(List<AuthMethod> methods, String words, String bearer) {
        Set<String> lines = new LinkedHashSet<>();
        for (AuthMethod method : methods) {
            String challenge = method.challenge();
            if (!challenge.isEmpty()) {
                String more = challenge.startsWith("Bearer ") ? bearer : "";
                lines.add("WWW-Authenticate: " + challenge + more + "\r\n");
            }
        }
        int status = methods.isEmpty() ? FORBIDDEN : UNAUTHORIZED;
        return Reply.of(status, words, String.join("", lines));
    }

    @Override
    public int check(RequestView view, long now) {
        headers.drop(view.head());
        for (AuthMethod method : methods) {
            Verdict verdict = method.check(view, now);
            if (!(verdict instanceof Verdict.Absent)) {
                return by(method, verdict, view, now);
            }
        }
        if (policy.allowing(view.head().method(), null) != null) {
            return PASS;
        }
        for (AuthMethod method : methods) {
            if (method.invite(view) instanceof Verdict.Told(Reply reply, String reason)) {
                view.reason(reason);
                return view.reply(reply);
            }
        }
        view.reason("no credentials");
        return view.reply(nobody);
    }

    private int by(AuthMethod method, Verdict verdict, RequestView view, long now) {
        return switch (verdict) {
            case Verdict.Proven proven -> allow(method, proven, view);
            case Verdict.Waits _ -> WAIT;
            case Verdict.Absent _ -> throw new AssertionError(method.name());
            case Verdict.Refused(String reason) -> {
                failures.count(view, now);
                view.reason(method.name() + ": " + reason);
                yield view.reply(wrong);
            }
            case Verdict.Limited(long wait) -> {
                view.reason(method.name() + ": too many failures of this client");
                view.retryAfter(wait);
                yield view.reply(Reply.of(TOO_MANY, "too many credentials were not valid", ""));
            }
            case Verdict.Unavailable(String reason) -> {
                view.reason(method.name() + ": " + reason);
                view.retryAfter(RETRY_AFTER_NANOS);
                yield view.reply(
                        Reply.of(UNAVAILABLE, "credentials cannot be checked at the moment", ""));
            }
            case Verdict.Told(Reply reply, String reason) -> {
                view.reason(reason);
                yield view.reply(reply);
            }
        };
    }

    private int allow(AuthMethod method, Verdict.Proven proven, RequestView view) {
        Identity identity = proven.identity();
        view.identity(identity);
        Policy.@Nullable Rule rule = policy.allowing(view.head().method(), identity);
        if (rule == null) {
            view.reason("no rule allows it");
            return view.reply(Reply.of(FORBIDDEN, "this is not allowed", ""));
        }
        if (strips || method.isStripped()) {
            method.strip(view);
        }
        return view.add(proven.lines()) ? PASS : tooLarge(view);
    }

    private static int tooLarge(RequestView view) {
        view.reason("the head would be too large");
        return view.reply(Reply.of(431, "the request's head is too large", ""));
    }
}
