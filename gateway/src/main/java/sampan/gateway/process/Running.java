package sampan.gateway.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import sampan.errors.SampanException;
import sampan.gateway.admin.AdminServer;
import sampan.gateway.audit.AuditLog;
import sampan.gateway.config.ConfigReader;
import sampan.gateway.config.GatewayConfig;
import sampan.gateway.config.ListenerBuilder;
import sampan.gateway.config.TableBuilder;
import sampan.gateway.health.HealthChecks;
import sampan.gateway.metrics.AccessLog;
import sampan.gateway.proxy.Gateway;

/// A gateway that follows its file. What is wrong in a changed file is logged, and what was stays.
public final class Running implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("sampan-gateway");
    private static final int FILE_BYTES_MAX = 8 << 20;
    private static final int DRAIN_MILLIS_MAX = 10_000;
    private static final int POLL_MILLIS = 500;

    private final Path file;
    private final TableBuilder builder;
    private final ListenerBuilder listeners = new ListenerBuilder();
    private final Gateway gateway;
    private final Optional<AdminServer> admin;
    private final HealthChecks health = new HealthChecks();
    private final Optional<AuditLog> audit;
    private GatewayConfig config;
    private String text;

    private Running(Path file, String text, GatewayConfig config) {
        this.file = file;
        this.text = text;
        this.config = config;
        int loops = config.loops().orElse(Runtime.getRuntime().availableProcessors());
        builder = new TableBuilder(loops);
        TableBuilder.Built built = builder.build(config);
        Optional<AccessLog> log = config.accessLog().map(to -> new AccessLog(to, loops));
        audit = config.security().audit().map(AuditLog::new);
        gateway = new Gateway(loops, built.table(), config.limits(), log);
        audit.ifPresent(gateway::refusals);
        gateway.consumers(builder.consumers());
        try {
            gateway.listen(listeners.build(config.listeners()));
            health.follow(built.checked(), built.unchecked());
            admin = config.admin().map(address -> new AdminServer(gateway, address));
        } catch (RuntimeException e) {
            gateway.close();
            audit.ifPresent(AuditLog::close);
            throw e;
        }
        audit("started", text);
    }

    private void audit(String kind, String configuration) {
        audit.ifPresent(log ->
                log.record(
                        kind, "file", file.toString(), "sha256", AuditLog.sha256(configuration)));
    }

    /// Reads the file and starts.
    public static Running start(Path file) {
        String text = read(file);
        Running running = new Running(file, text, ConfigReader.read(file.toString(), text));
        LOG.log(
                Level.INFO,
                "listening on "
                        + running.config.listeners().stream()
                                .map(GatewayConfig.ListenerDefinition::address)
                                .toList());
        return running;
    }

    /// Fails where the file cannot be followed.
    public static void check(Path file) {
        GatewayConfig config = ConfigReader.read(file.toString(), read(file));
        new ListenerBuilder().build(config.listeners());
    }

    static String read(Path file) {
        try {
            long size = Files.size(file);
            if (size > FILE_BYTES_MAX) {
                throw SampanException.invalid(
                        file + ": over " + FILE_BYTES_MAX + " bytes: split the services");
            }
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": " + e, e);
        }
    }

    public Gateway gateway() {
        return gateway;
    }

    public Optional<AdminServer> admin() {
        return admin;
    }

    /// Follows the file until a loop fails.
    void watch() throws InterruptedException {
        while (!gateway.awaitFailure(POLL_MILLIS)) {
            follow();
        }
    }

    /// Takes over what has changed in the file, if anything has.
    ///
    /// @return whether a change was taken over
    public boolean follow() {
        try {
            String now = read(file);
            if (now.equals(text)) {
                return renew();
            }
            text = now;
            GatewayConfig next = ConfigReader.read(file.toString(), now);
            refuseChange("loops", config.loops(), next.loops());
            refuseChange("accessLog", config.accessLog(), next.accessLog());
            refuseChange("admin", config.admin(), next.admin());
            refuseChange("audit", config.security().audit(), next.security().audit());
            TableBuilder.Built built = builder.build(next);
            gateway.listen(listeners.build(next.listeners()));
            gateway.publish(built.table(), next.limits(), built.gone());
            health.follow(built.checked(), built.unchecked());
            gateway.consumers(builder.consumers());
            config = next;
            audit("configured", now);
            LOG.log(Level.INFO, file + " was taken over");
            return true;
        } catch (SampanException | UncheckedIOException e) {
            audit("configuration refused", text);
            LOG.log(Level.ERROR, "what was before goes on: " + e.getMessage());
            return false;
        }
    }

    /// Takes certificates over that have changed in their files.
    private boolean renew() {
        if (!listeners.isStale(config.listeners())) {
            return false;
        }
        gateway.listen(listeners.build(config.listeners()));
        LOG.log(Level.INFO, "certificates were read again");
        return true;
    }

    private void refuseChange(String field, Object before, Object now) {
        if (!before.equals(now)) {
            throw SampanException.invalid(
                    file + ": " + field + ": it holds from start to end: restart the gateway");
        }
    }

    /// Lets requests under way end, for a while.
    void end() {
        admin.ifPresent(server -> server.ready(false));
        try {
            if (!gateway.drain(DRAIN_MILLIS_MAX)) {
                LOG.log(Level.WARNING, gateway.clients() + " clients are cut off");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        close();
    }

    @Override
    public void close() {
        health.close();
        admin.ifPresent(AdminServer::close);
        gateway.close();
        audit.ifPresent(log -> {
            log.record("ended");
            log.close();
        });
    }
}
