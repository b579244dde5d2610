package sampan.gateway.routes;

import java.util.Optional;
import sampan.linux.tls.TlsClient;

/// How a target is spoken to.
///
/// @param tls none in the clear
/// @param proxyHeader whether each connection begins with a PROXY header (version 2) that names the
///   client; it carries only that client's requests then
public record Dialing(Protocol protocol, Optional<TlsClient> tls, boolean proxyHeader) {
    /// HTTP/1.1 in the clear.
    public static final Dialing PLAIN = new Dialing(Protocol.HTTP_1, Optional.empty(), false);

    /// What is spoken.
    public enum Protocol {
        HTTP_1,
        HTTP_2,
        /// HTTP/2 whose streams may be silent for as long as a tunnel.
        GRPC
    }

    /// Whether a connection carries many requests at a time.
    public boolean isShared() {
        return protocol != Protocol.HTTP_1;
    }
}
