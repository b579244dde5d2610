package sampan.gateway.auth;

import sampan.gateway.routes.RequestView;

/// A way to prove who a request is from. On a loop's thread: it must not block.
public interface AuthMethod {
    /// Its name in the configuration.
    String name();

    Verdict check(RequestView view, long now);

    /// What WWW-Authenticate says to who has nothing to show, empty for nothing.
    String challenge();

    /// What who has nothing to show is to do first, [Verdict#ABSENT] for nothing.
    default Verdict invite(RequestView view) {
        return Verdict.ABSENT;
    }

    /// Takes the credentials out of the head, that the service does not see them.
    void strip(RequestView view);

    /// Whether services never get its credentials.
    default boolean isStripped() {
        return false;
    }

    /// What its work on another thread came to, where the view has just come back from there.
    default Verdict come(RequestView view) {
        return view.outcome() instanceof Verdict.Outcome(AuthMethod of, Verdict verdict)
                        && of.equals(this)
                ? verdict
                : Verdict.ABSENT;
    }
}
