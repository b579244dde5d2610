package sampan.gateway.auth;

import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import sampan.gateway.routes.ClientCertificate;
import sampan.gateway.routes.Identity.Consumer;
import sampan.gateway.routes.RequestView;

/// `certificate`: what the client has proven by TLS. Its chain is verified there; here it is asked
/// whose it is.
final class CertificateMethod implements AuthMethod {
    private static final int REMEMBERED_MAX = 4096;

    private final String name;
    private final Consumers consumers;
    private final ConcurrentHashMap<ClientCertificate, Verdict> known = new ConcurrentHashMap<>();

    CertificateMethod(String name, Consumers consumers) {
        this.name = name;
        this.consumers = consumers;
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
        // Nothing of it stands in the head.
    }

    @Override
    public Verdict check(RequestView view, long now) {
        ClientCertificate certificate = view.certificate();
        if (certificate == null) {
            return Verdict.ABSENT;
        }
        Verdict verdict = known.get(certificate);
        if (verdict == null) {
            verdict = consumers.proven(name, consumer(certificate), "certificate is nobody's");
            if (known.size() < REMEMBERED_MAX) {
                known.put(certificate, verdict);
            }
        }
        return verdict;
    }

    private @Nullable Consumer consumer(ClientCertificate certificate) {
        Consumer found = consumers.certificates().get("sha256:" + certificate.sha256());
        if (found == null) {
            found = consumers.certificates().get(certificate.subject());
        }
        for (int i = 0; found == null && i < certificate.names().size(); i++) {
            found = consumers.certificates().get(certificate.names().get(i));
        }
        return found;
    }
}
