package sampan.engine.registry.http;

import java.util.List;

/// Where a repository is asked for: the registry itself, or a mirror of it.
///
/// @param host with its port, as it is connected to
/// @param path of the repository there
/// @param insecure HTTPS without a check, then plain HTTP, may be used
/// @param trusted may have the caller's credential
/// @param tokenRealms more hosts of token servers that may have it
record Endpoint(
        String host, String path, boolean insecure, boolean trusted, List<String> tokenRealms) {
    /// Where Docker's hub really is.
    static final String HUB = "registry-1.docker.io";

    /// @param name `domain/path` after all rewriting
    static Endpoint of(String name, boolean insecure, boolean trusted, List<String> tokenRealms) {
        int slash = name.indexOf('/');
        String domain = name.substring(0, slash);
        return new Endpoint(
                hostOf(domain),
                name.substring(slash + 1),
                insecure || isLoopback(domain),
                trusted,
                tokenRealms);
    }

    static String hostOf(String domain) {
        return domain.equals("docker.io") || domain.equals("index.docker.io") ? HUB : domain;
    }

    /// As Docker has it: the name `localhost` and literal addresses of the loopback.
    static boolean isLoopback(String domain) {
        String host = withoutPort(domain);
        return host.equals("localhost")
                || host.equals("[::1]")
                || host.matches("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}");
    }

    static String withoutPort(String domain) {
        int colon = domain.lastIndexOf(':');
        return colon > domain.lastIndexOf(']') ? domain.substring(0, colon) : domain;
    }
}
