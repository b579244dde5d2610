package sampan.gateway.proxy;

import java.util.Optional;
import sampan.linux.net.InternetAddress;
import sampan.linux.tls.TlsServer;

/// Where clients come in, and how they speak there.
///
/// @param http2 whether HTTP/2 is spoken: by agreement where there is TLS, else by prior knowledge
/// @param proxyProtocol whether each connection begins with a PROXY header (version 1 or 2) that
///   names its client; one that does not is dropped
public record Listener(
        InternetAddress address, boolean http2, boolean proxyProtocol, Optional<TlsServer> tls) {
    /// HTTP in the clear, nothing before it.
    public static Listener plain(InternetAddress address) {
        return new Listener(address, true, false, Optional.empty());
    }
}
