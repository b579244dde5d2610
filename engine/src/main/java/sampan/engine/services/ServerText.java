package sampan.engine.services;

import sampan.errors.SampanException;
import sampan.oci.Reference;

/// A registry's server as people and configurations name it.
public final class ServerText {
    /// The key of Docker's hub in `config.json`, and its server in requests.
    public static final String HUB = "https://index.docker.io/v1/";

    private ServerText() {}

    /// The host of `https://index.docker.io/v1/`, `localhost:5000`, or of nothing: `docker.io`.
    ///
    /// @throws SampanException INVALID for what is no host
    public static String domain(String server) {
        String host = server.strip();
        int scheme = host.indexOf("://");
        host = scheme < 0 ? host : host.substring(scheme + 3);
        int slash = host.indexOf('/');
        host = slash < 0 ? host : host.substring(0, slash);
        return switch (host) {
            case "", "index.docker.io", "registry-1.docker.io", "docker.io" ->
                    Reference.DEFAULT_DOMAIN;
            default -> checked(host);
        };
    }

    private static String checked(String host) {
        try {
            return new Reference(host, "x", java.util.Optional.empty(), java.util.Optional.empty())
                    .domain();
        } catch (SampanException e) {
            throw SampanException.invalid(
                    "server '" + host + "' is no registry: give HOST or HOST:PORT");
        }
    }
}
