package sampan.gateway.routes;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import sampan.gateway.limits.RateLimit;
import sampan.gateway.metrics.RouteStats;

/// Who a request is from, once that is proven. Immutable; asking it allocates nothing.
public final class Identity {
    /// Whom the configuration names.
    ///
    /// @param stats its counters, shared by all its identities
    public record Consumer(String name, Set<String> roles, RouteStats stats) {}

    /// What it may be asked about.
    ///
    /// @param claims the values of each, as text
    public record Grants(Set<String> roles, Set<String> scopes, Map<String, List<String>> claims) {
        public static final Grants NONE = new Grants(Set.of(), Set.of(), Map.of());

        public Grants {
            roles = Set.copyOf(roles);
            scopes = Set.copyOf(scopes);
            claims = Map.copyOf(claims);
        }
    }

    private final String name;
    private final String method;
    private final @Nullable Consumer consumer;
    private final Grants grants;
    private final Map<String, Long> hashes = new HashMap<>();
    private final byte[] logName;
    private final long nameHash;

    /// @param name what it is called in logs and limits
    /// @param method the name of the method that proved it
    /// @param consumer whom it belongs to, where the configuration names that
    public Identity(String name, String method, @Nullable Consumer consumer, Grants grants) {
        this.name = name;
        this.method = method;
        this.consumer = consumer;
        this.grants = grants;
        logName = name.getBytes(StandardCharsets.UTF_8);
        nameHash = hash(logName);
        grants.claims()
                .forEach((claim, values) ->
                        hashes.put(
                                claim,
                                hash(String.join("\0", values).getBytes(StandardCharsets.UTF_8))));
    }

    private static long hash(byte[] bytes) {
        long h = 0;
        for (byte b : bytes) {
            h = RateLimit.mix(h ^ b);
        }
        return h;
    }

    public String name() {
        return name;
    }

    /// Octets of the name in UTF-8.
    public int logLength() {
        return logName.length;
    }

    public byte logOctet(int i) {
        return logName[i];
    }

    public String method() {
        return method;
    }

    public @Nullable Consumer consumer() {
        return consumer;
    }

    public Set<String> roles() {
        return grants.roles();
    }

    public Set<String> scopes() {
        return grants.scopes();
    }

    /// The values of each claim, as text.
    public Map<String, List<String>> claims() {
        return grants.claims();
    }

    /// A hash of the name.
    public long hash() {
        return nameHash;
    }

    /// A hash of a claim's values; 0 where it has none.
    public long claimHash(String claim) {
        Long found = hashes.get(claim);
        return found == null ? 0 : found;
    }
}
