package sampan.gateway.config;

import java.util.List;
import java.util.Optional;
import sampan.gateway.health.HealthSettings;
import sampan.gateway.limits.Breaker;
import sampan.gateway.limits.SharedLimit;
import sampan.gateway.proxy.ProxyLimits;
import sampan.gateway.redis.RedisSettings;
import sampan.gateway.routes.Attribute;
import sampan.gateway.routes.Balancing;
import sampan.gateway.routes.Dialing;
import sampan.gateway.routes.Filter;
import sampan.gateway.routes.Importance;
import sampan.gateway.routes.Route;
import sampan.gateway.routes.Service;
import sampan.gateway.traces.TraceSettings;
import sampan.linux.net.InternetAddress;
import sampan.linux.tls.TlsClient;
import sampan.linux.tls.TlsServer;

/// What a file says, checked but not yet resolved.
///
/// @param loops none where there is to be one per processor
public record GatewayConfig(
        List<ListenerDefinition> listeners,
        Optional<InternetAddress> admin,
        Optional<Integer> loops,
        Optional<String> accessLog,
        ProxyLimits limits,
        List<ServiceDefinition> services,
        List<RouteDefinition> routes,
        SecurityDefinition security,
        Optional<TraceSettings> traces,
        Optional<RedisDefinition> redis,
        Optional<AcmeDefinition> acme,
        Optional<Long> sheddingNanos) {

    /// The same with other services and routes.
    public GatewayConfig with(List<ServiceDefinition> services, List<RouteDefinition> routes) {
        return new GatewayConfig(
                listeners,
                admin,
                loops,
                accessLog,
                limits,
                List.copyOf(services),
                List.copyOf(routes),
                security,
                traces,
                redis,
                acme,
                sheddingNanos);
    }

    /// @param tls none where clients speak in the clear
    public record ListenerDefinition(
            InternetAddress address,
            boolean http2,
            boolean proxyProtocol,
            Optional<TlsServer.Settings> tls) {}

    /// A target by name or address.
    public record TargetDefinition(InternetAddress address, int weight) {}

    public record ServiceDefinition(
            String name,
            List<TargetDefinition> targets,
            Balancing balancing,
            Service.Settings settings,
            Optional<Breaker.Settings> breaker,
            Optional<HealthSettings> health,
            DialingDefinition dialing) {
        /// The same service with other targets.
        public ServiceDefinition withTargets(List<TargetDefinition> others) {
            return new ServiceDefinition(
                    name, List.copyOf(others), balancing, settings, breaker, health, dialing);
        }
    }

    /// @param tls none in the clear
    public record DialingDefinition(
            Dialing.Protocol protocol, Optional<TlsClient.Settings> tls, boolean proxyHeader) {
        public static final DialingDefinition PLAIN =
                new DialingDefinition(Dialing.Protocol.HTTP_1, Optional.empty(), false);
    }

    /// @param by what is counted apart, [Attribute#NONE] for all together
    /// @param key tells it from others of the route: with the same it keeps its counts
    /// @param shared whether other gateways count with it
    /// @param onFailure what holds while that cannot be; as the configuration says for all where it
    ///   is not told
    public record LimitDefinition(
            double perSecond,
            int burst,
            Attribute by,
            String key,
            boolean shared,
            Optional<SharedLimit.OnFailure> onFailure) {}

    /// A bound of concurrent requests.
    ///
    /// @param name with the same, routes share their places
    /// @param by what is counted apart
    /// @param queue requests that wait for a place, for waitNanos at most
    public record BulkheadDefinition(
            Optional<String> name, int max, Attribute by, String key, int queue, long waitNanos) {}

    /// What a route is held back by besides its limits.
    public record GuardDefinition(Importance importance, List<BulkheadDefinition> bulkheads) {}

    /// Where limits are shared.
    ///
    /// @param waitNanos how long a request waits for it
    public record RedisDefinition(
            RedisSettings settings, long waitNanos, SharedLimit.OnFailure onFailure) {}

    /// A part of a route's requests.
    public record ShareDefinition(String service, int weight) {}

    /// What becomes of a request.
    public sealed interface ActionDefinition {}

    public record ForwardDefinition(List<ShareDefinition> shares, Optional<MirrorDefinition> mirror)
            implements ActionDefinition {
        /// All services that it names.
        public List<String> services() {
            return java.util.stream.Stream.concat(
                            shares.stream().map(ShareDefinition::service),
                            mirror.stream().map(MirrorDefinition::service))
                    .toList();
        }
    }

    /// See [sampan.gateway.routes.Mirror].
    public record MirrorDefinition(
            String service, int percent, int bodyBytesMax, boolean shadowHost) {}

    public record FixedDefinition(Route.Action action) implements ActionDefinition {}

    /// @param own filters that need nothing but themselves
    /// @param authenticate methods, one of which must prove an identity; those of all routes where
    ///   it is not told
    public record RouteDefinition(
            String name,
            Route.Match match,
            List<Filter> own,
            ActionDefinition action,
            Route.Edits edits,
            Route.Bounds bounds,
            List<LimitDefinition> limits,
            GuardDefinition guards,
            Optional<List<String>> authenticate,
            Optional<BasicReader.BasicDefinition> basic) {}
}
