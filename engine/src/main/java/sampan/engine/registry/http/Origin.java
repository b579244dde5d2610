package sampan.engine.registry.http;

import java.net.URI;
import java.util.Locale;

/// Scheme, host and port: who is spoken to. Credentials belong to one.
record Origin(String scheme, String host, int port) {
    static Origin of(URI uri) {
        String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        int standard = scheme.equals("https") ? 443 : 80;
        return new Origin(
                scheme,
                String.valueOf(uri.getHost()).toLowerCase(Locale.ROOT),
                uri.getPort() < 0 ? standard : uri.getPort());
    }

    boolean isHttps() {
        return scheme.equals("https");
    }

    /// Whether a token server belongs to this registry: the same host, or both below one domain of
    /// at least two labels that a registry's first label is not alone in.
    boolean owns(Origin realm) {
        if (isHttps() && !realm.isHttps()) {
            return false;
        }
        if (realm.host.equals(host)) {
            return true;
        }
        if (isAddress(host) || isAddress(realm.host)) {
            return false;
        }
        String parent = host.substring(host.indexOf('.') + 1);
        boolean named = host.indexOf('.') > 0 && parent.indexOf('.') > 0 && !isSuffix(parent);
        return (named && (realm.host.equals(parent) || realm.host.endsWith("." + parent)))
                || realm.host.endsWith("." + host);
    }

    private static boolean isAddress(String host) {
        return host.startsWith("[") || host.matches("[0-9.]+") || host.indexOf('.') < 0;
    }

    // `co.uk` and its like: names below it belong to different people.
    private static boolean isSuffix(String domain) {
        return domain.matches("(?:co|com|net|org|ac|gov|edu|or|ne|go|gob)\\.[a-z]{2}");
    }

    @Override
    public String toString() {
        return scheme + "://" + host + ":" + port;
    }
}
