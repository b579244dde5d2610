package sampan.gateway.process;

import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sampan.errors.SampanException;
import sampan.gateway.acme.Acme;
import sampan.gateway.admin.AdminServer;
import sampan.gateway.audit.AuditLog;
import sampan.gateway.config.AcmeDefinition;
import sampan.gateway.config.GatewayConfig;
import sampan.gateway.config.GatewayConfig.ListenerDefinition;
import sampan.gateway.config.GatewayConfig.RouteDefinition;
import sampan.gateway.config.ListenerBuilder;
import sampan.gateway.config.TableBuilder;
import sampan.gateway.config.TargetNames;
import sampan.gateway.health.HealthChecks;
import sampan.gateway.metrics.AccessLog;
import sampan.gateway.proxy.Gateway;
import sampan.gateway.proxy.ListenSockets;
import sampan.gateway.traces.Tracer;
import sampan.linux.net.InternetAddress;

/// The parts of a gateway, made of one configuration and led to the next. Whoever has it says where
/// configurations come from. Not thread-safe, but for [#audit].
final class Assembly implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("sampan-gateway");

    private final GatewayConfig begun;
    private final TableBuilder builder;
    private final ListenerBuilder listeners = new ListenerBuilder();
    private final Gateway gateway;
    private final Optional<AccessLog> accessLog;
    private final Optional<AdminServer> admin;
    private final HealthChecks health = new HealthChecks();
    private final Optional<AuditLog> audit;
    private final Acme acme = new Acme();
    private Optional<AcmeDefinition> certified;
    private Optional<Tracer> tracer = Optional.empty();

    /// Where sockets come from and who looks on.
    ///
    /// @param admin where counters are to be had, if the configuration says nothing of it
    /// @param fed whether the daemon runs it: then somebody may read the access log along where it
    ///   is not kept, and a former gateway may still end that has the audit log and the address of
    ///   the counters
    record Surroundings(ListenSockets sockets, Optional<InternetAddress> admin, boolean fed) {}

    /// Makes and starts all of them; it listens nowhere yet.
    Assembly(GatewayConfig config, Surroundings surroundings) {
        begun = config;
        certified = config.acme();
        int loops = config.loops().orElse(Runtime.getRuntime().availableProcessors());
        builder = new TableBuilder(loops);
        TableBuilder.Built built = builder.build(config);
        accessLog =
                config.accessLog()
                        .map(to -> new AccessLog(to, loops))
                        .or(() ->
                                surroundings.fed()
                                        ? Optional.of(AccessLog.unkept(loops))
                                        : Optional.empty());
        audit = config.security().audit().map(to -> new AuditLog(to, surroundings.fed()));
        gateway =
                new Gateway(
                        loops, built.table(), config.limits(), accessLog, surroundings.sockets());
        try {
            audit.ifPresent(gateway::refusals);
            gateway.consumers(builder.consumers());
            trace(tracer(config));
            health.follow(built.checked(), built.unchecked());
            admin =
                    config.admin()
                            .or(surroundings::admin)
                            .map(address -> new AdminServer(gateway, address, surroundings.fed()));
        } catch (RuntimeException e) {
            health.close();
            gateway.close();
            builder.close();
            tracer.ifPresent(Tracer::close);
            audit.ifPresent(AuditLog::close);
            throw e;
        }
        acme.follow(config);
    }

    /// Fails where a configuration differs in what holds from start to end.
    void refuseLasting(Path file, GatewayConfig next) {
        same(file, "loops", begun.loops(), next.loops());
        same(file, "accessLog", begun.accessLog(), next.accessLog());
        same(file, "admin", begun.admin(), next.admin());
        same(file, "audit", begun.security().audit(), next.security().audit());
    }

    private static void same(Path file, String field, Object before, Object now) {
        if (!before.equals(now)) {
            throw SampanException.invalid(
                    file + ": " + field + ": it holds from start to end: restart the gateway");
        }
    }

    /// Goes by another configuration; what fails has changed nothing.
    ///
    /// @param definitions where to listen and how, none where that stays as it is
    TableBuilder.Built follow(GatewayConfig next, Optional<List<ListenerDefinition>> definitions) {
        List<RouteDefinition> challenges = acme.routes();
        builder.open(challenges);
        TableBuilder.Built built = builder.build(next);
        Optional<Tracer> traces = tracer(next);
        try {
            definitions.ifPresent(all -> listen(next.acme(), all));
        } catch (RuntimeException e) {
            if (!traces.equals(tracer)) {
                traces.ifPresent(Tracer::close);
            }
            throw e;
        }
        gateway.publish(built.table(), next.limits(), built.gone());
        gateway.consumers(builder.consumers());
        health.follow(built.checked(), built.unchecked());
        trace(traces);
        certified = next.acme();
        acme.published(challenges);
        acme.follow(next);
        return built;
    }

    /// The one that goes with a configuration: where that says what it said, it stays.
    private Optional<Tracer> tracer(GatewayConfig next) {
        return tracer.map(Tracer::settings).equals(next.traces())
                ? tracer
                : next.traces().map(settings -> new Tracer(settings, gateway.spans()));
    }

    private void trace(Optional<Tracer> next) {
        Optional<Tracer> before = tracer;
        tracer = next;
        gateway.tracer(next);
        if (!before.equals(next)) {
            // It may have to wait for a collector, which is nobody else's business.
            before.ifPresent(
                    old -> Thread.ofPlatform().daemon().name("traces end").start(old::close));
        }
    }

    /// Listens at these addresses and no others.
    void listen(List<ListenerDefinition> definitions) {
        listen(certified, definitions);
    }

    private void listen(Optional<AcmeDefinition> by, List<ListenerDefinition> definitions) {
        by.ifPresent(definition -> Acme.prepare(definition, definitions));
        listeners.show(by.filter(AcmeDefinition::sealed).map(_ -> acme.proofs()));
        gateway.listen(listeners.build(definitions));
    }

    /// Whether certificates have changed in their files.
    boolean isStale(List<ListenerDefinition> definitions) {
        return listeners.isStale(definitions);
    }

    /// What the names of targets mean.
    TargetNames names() {
        return builder.names();
    }

    /// Whether [#follow] would answer other challenges for certificates than are answered now.
    boolean isChallenged() {
        return acme.isStale();
    }

    /// What is wrong with certificates that come by ACME, by name.
    Map<String, String> certificateProblems() {
        return acme.problems();
    }

    Gateway gateway() {
        return gateway;
    }

    Optional<AdminServer> admin() {
        return admin;
    }

    /// Present where it is kept or somebody may read along.
    Optional<AccessLog> accessLog() {
        return accessLog;
    }

    /// Notes an action on the gateway, as names and values.
    void audit(String kind, String... pairs) {
        audit.ifPresent(log -> log.record(kind, pairs));
    }

    /// Another gateway tells counters from now on.
    void handOver() {
        admin.ifPresent(AdminServer::close);
    }

    /// Lets requests under way end, for a while, then closes.
    void end(int drainMillisMax) {
        admin.ifPresent(server -> server.ready(false));
        try {
            if (!gateway.drain(drainMillisMax)) {
                LOG.log(Level.WARNING, gateway.clients() + " clients are cut off");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        close();
    }

    @Override
    public void close() {
        acme.close();
        health.close();
        admin.ifPresent(AdminServer::close);
        gateway.close();
        builder.close();
        tracer.ifPresent(Tracer::close);
        audit("ended");
        audit.ifPresent(AuditLog::close);
    }
}
