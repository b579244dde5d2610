package sampan.gateway.auth;

import sampan.gateway.routes.Identity;
import sampan.gateway.routes.Reply;

/// What a method has to say of a request.
public sealed interface Verdict {
    /// There are no credentials of its kind.
    Verdict ABSENT = new Absent();

    /// It has let go of the request, see [sampan.gateway.routes.RequestView#await].
    Verdict WAITS = new Waits();

    record Absent() implements Verdict {}

    record Waits() implements Verdict {}

    /// @param lines that tell the service of it, each with its CR LF
    record Proven(Identity identity, byte[] lines) implements Verdict {}

    /// The credentials prove nothing.
    ///
    /// @param reason for the audit log; quotes nothing of the credentials
    record Refused(String reason) implements Verdict {}

    /// Too many of this client's credentials have proven nothing.
    record Limited(long waitNanos) implements Verdict {}

    /// Nothing can be said now: who is to be asked does not answer.
    record Unavailable(String reason) implements Verdict {}

    /// The client is to do something else first.
    record Told(Reply reply, String reason) implements Verdict {}

    /// What a method's work on another thread came to.
    record Outcome(AuthMethod of, Verdict verdict) {}
}
