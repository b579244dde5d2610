package sampan.engine.registry.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Proxies by `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` of the daemon's environment, in capitals
/// or not, as curl and Docker read them. The loopback is never asked through one.
final class EnvironmentProxies extends ProxySelector {
    private static final int PORT_DEFAULT = 80;

    private final Map<String, String> environment;

    EnvironmentProxies(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    private String variable(String name) {
        String upper = environment.getOrDefault(name, "");
        return upper.isEmpty()
                ? environment.getOrDefault(name.toLowerCase(Locale.ROOT), "")
                : upper;
    }

    @Override
    public List<Proxy> select(URI uri) {
        String host = String.valueOf(uri.getHost()).toLowerCase(Locale.ROOT);
        boolean secure = "https".equals(uri.getScheme());
        String proxy = variable(secure ? "HTTPS_PROXY" : "HTTP_PROXY");
        if (proxy.isEmpty() || Endpoint.isLoopback(host) || isExcepted(host, uri.getPort())) {
            return List.of(Proxy.NO_PROXY);
        }
        URI address = URI.create(proxy.contains("://") ? proxy : "http://" + proxy);
        int port = address.getPort() < 0 ? PORT_DEFAULT : address.getPort();
        return List.of(
                new Proxy(
                        Proxy.Type.HTTP,
                        InetSocketAddress.createUnresolved(address.getHost(), port)));
    }

    private boolean isExcepted(String host, int port) {
        for (String entry : variable("NO_PROXY").toLowerCase(Locale.ROOT).split(",", -1)) {
            String name = entry.strip();
            if (name.equals("*") || name.equals(host) || name.equals(host + ":" + port)) {
                return true;
            }
            String suffix = name.startsWith(".") ? name : "." + name;
            if (!name.isEmpty() && host.endsWith(suffix)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException failure) {
        // the request's own failure tells
    }
}
