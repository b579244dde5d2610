package sampan.buildkit.session;

import java.util.Optional;
import sampan.buildkit.wire.Fields;
import sampan.buildkit.wire.Message;
import sampan.engine.registry.Credential;
import sampan.oci.Reference;

/// Small things that a build asks its client for.
public final class SessionInputs {
    private static final String SECRET = "moby.buildkit.secrets.v1.Secrets/GetSecret";
    private static final String CREDENTIALS = "moby.filesync.v1.Auth/Credentials";

    /// What clients call Docker's hub when they look for credentials.
    private static final String HUB = "registry-1.docker.io";

    /// As BuildKit has it.
    private static final int SECRET_BYTES_MAX = 500 << 10;

    private final Session session;

    public SessionInputs(Session session) {
        this.session = session;
    }

    public Optional<byte[]> secret(String id) {
        if (!session.offers(SECRET)) {
            return Optional.empty();
        }
        Optional<byte[]> found =
                session.ask(SECRET, new Message().text(1, id)).map(answer -> answer.bytes(1));
        if (found.isPresent() && found.get().length > SECRET_BYTES_MAX) {
            throw sampan.errors.SampanException.invalid(
                    "secret " + id + " has more than " + SECRET_BYTES_MAX + " bytes");
        }
        return found;
    }

    /// What the client is known by where the reference leads; NONE where it has nothing.
    public Credential credential(String reference) {
        return at(Reference.parseBare(reference).domain()).with(this::at);
    }

    private Credential at(String domain) {
        if (!session.offers(CREDENTIALS)) {
            return Credential.NONE;
        }
        String host = domain.equals(Reference.DEFAULT_DOMAIN) ? HUB : domain;
        Optional<Fields> answer = session.ask(CREDENTIALS, new Message().text(1, host));
        if (answer.isEmpty() || answer.get().text(2).isEmpty()) {
            return Credential.NONE;
        }
        String user = answer.get().text(1);
        String secret = answer.get().text(2);
        return user.isEmpty() || user.equals("<token>")
                ? new Credential("", "", secret, "")
                : Credential.of(user, secret);
    }
}
