package sampan.gateway.acme;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import sampan.gateway.config.AcmeDefinition;
import sampan.gateway.config.GatewayConfig;
import sampan.gateway.config.GatewayConfig.ListenerDefinition;
import sampan.gateway.config.GatewayConfig.RouteDefinition;
import sampan.linux.tls.TlsProofs;
import sampan.linux.tls.TlsServer;

/// The certificates of a gateway that come by ACME; nothing where its file asks for none. Never
/// waits for a server: until one has answered, listeners show a placeholder.
public final class Acme implements AutoCloseable {
    private final Challenges challenges = new Challenges();
    private final TlsProofs proofs = new TlsProofs();
    private Optional<AcmeDefinition> definition = Optional.empty();
    private List<TlsServer.Certificate> wanted = List.of();
    private @Nullable Keeper keeper;

    /// Puts something where listeners will read, before they are made.
    public static void prepare(AcmeDefinition acme, List<ListenerDefinition> listeners) {
        List<TlsServer.Certificate> wanted = acme.certificates(listeners);
        if (wanted.isEmpty()) {
            return;
        }
        CertificateStore store = new CertificateStore(acme.directory());
        for (TlsServer.Certificate one : wanted) {
            try {
                store.placeholder(one.chain());
            } catch (IOException e) {
                throw new UncheckedIOException("acme.directory " + acme.directory() + ": " + e, e);
            }
        }
    }

    /// Whether a listener has a certificate that was not ordered yet.
    public static boolean isAwaited(Optional<AcmeDefinition> acme, ListenerDefinition listener) {
        return acme.stream()
                .flatMap(a -> a.certificates(List.of(listener)).stream())
                .anyMatch(certificate -> !Files.exists(certificate.chain()));
    }

    /// Orders and renews what this configuration asks for, from now on.
    public synchronized void follow(GatewayConfig config) {
        List<TlsServer.Certificate> next =
                config.acme().map(acme -> acme.certificates(config.listeners())).orElse(List.of());
        if (definition.equals(config.acme()) && wanted.equals(next)) {
            return;
        }
        end();
        definition = config.acme();
        wanted = next;
        if (definition.isPresent() && !next.isEmpty()) {
            keeper = new Keeper(new Orders(definition.get(), challenges, proofs), next);
        }
    }

    /// What listeners show where names are proved by TLS.
    public TlsProofs proofs() {
        return proofs;
    }

    /// Whether other challenges are to be answered than those of before.
    public boolean isStale() {
        return challenges.isStale();
    }

    /// What is to be answered, to anybody; [#published] is told once it is.
    public List<RouteDefinition> routes() {
        return challenges.routes();
    }

    public void published(List<RouteDefinition> routes) {
        challenges.published(routes.size());
    }

    /// What is wrong, by the first name of a certificate.
    public synchronized Map<String, String> problems() {
        return keeper == null ? Map.of() : keeper.problems();
    }

    private void end() {
        if (keeper != null) {
            keeper.close();
            keeper = null;
        }
        challenges.withdraw();
        proofs.withdraw();
    }

    @Override
    public synchronized void close() {
        end();
    }
}
