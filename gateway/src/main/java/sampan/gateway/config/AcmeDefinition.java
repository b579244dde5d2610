package sampan.gateway.config;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sampan.gateway.config.GatewayConfig.ListenerDefinition;
import sampan.linux.tls.TlsServer;

/// Where certificates come from by ACME (RFC 8555), and where they are kept.
///
/// @param server its directory's address
/// @param sealed whether names are proved by TLS, otherwise over HTTP
/// @param directory for the account's key and for certificates
/// @param authorities whose certificate the server shows, those of the JDK unless told
public record AcmeDefinition(
        URI server,
        Optional<String> email,
        boolean sealed,
        Path directory,
        Optional<Path> authorities) {
    private static final String SUFFIX = ".pem";

    /// Where the certificate of these names is: a file with its key and its chain.
    Path file(List<String> names) {
        return directory.resolve(names.getFirst() + SUFFIX);
    }

    /// What is to be ordered for these listeners, each once.
    public List<TlsServer.Certificate> certificates(List<ListenerDefinition> listeners) {
        List<TlsServer.Certificate> ordered = new ArrayList<>();
        for (ListenerDefinition listener : listeners) {
            listener.tls().stream()
                    .flatMap(tls -> tls.certificates().stream())
                    .filter(c -> directory.equals(c.chain().getParent()) && !ordered.contains(c))
                    .forEach(ordered::add);
        }
        return ordered;
    }
}
