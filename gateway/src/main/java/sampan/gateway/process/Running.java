package sampan.gateway.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sampan.errors.SampanException;
import sampan.gateway.acme.Acme;
import sampan.gateway.admin.AdminServer;
import sampan.gateway.audit.AuditLog;
import sampan.gateway.config.ConfigReader;
import sampan.gateway.config.GatewayConfig;
import sampan.gateway.config.ListenerBuilder;
import sampan.gateway.config.TableBuilder;
import sampan.gateway.proxy.Gateway;
import sampan.gateway.proxy.ListenSockets;

/// A gateway that follows its file. What is wrong in a changed file is logged, and what was stays.
public final class Running implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("sampan-gateway");
    private static final int FILE_BYTES_MAX = 8 << 20;
    private static final int DRAIN_MILLIS_MAX = 10_000;
    private static final int POLL_MILLIS = 500;

    private final Path file;
    private final Assembly assembly;
    private GatewayConfig config;
    private String text;

    private Running(Path file, String text, GatewayConfig config) {
        this.file = file;
        this.text = text;
        this.config = config;
        assembly =
                new Assembly(
                        config,
                        new Assembly.Surroundings(ListenSockets.OWN, Optional.empty(), false));
        try {
            assembly.listen(config.listeners());
        } catch (RuntimeException e) {
            assembly.audit("start failed", "file", file.toString());
            assembly.close();
            throw e;
        }
        audit("started", text);
    }

    private void audit(String kind, String configuration, String... more) {
        List<String> pairs = new ArrayList<>(List.of("file", file.toString()));
        pairs.addAll(List.of("sha256", AuditLog.sha256(configuration)));
        pairs.addAll(List.of(more));
        assembly.audit(kind, pairs.toArray(String[]::new));
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
        // What is still to be ordered is not there to be looked at.
        new ListenerBuilder()
                .build(
                        config.listeners().stream()
                                .filter(listener -> !Acme.isAwaited(config.acme(), listener))
                                .toList());
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
        return assembly.gateway();
    }

    public Optional<AdminServer> admin() {
        return assembly.admin();
    }

    /// Follows the file until a loop fails.
    void watch() throws InterruptedException {
        while (!gateway().awaitFailure(POLL_MILLIS)) {
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
            assembly.refuseLasting(file, next);
            TableBuilder.Built _ = assembly.follow(next, Optional.of(next.listeners()));
            config = next;
            audit("configured", now);
            LOG.log(Level.INFO, file + " was taken over");
            return true;
        } catch (SampanException | UncheckedIOException e) {
            audit("configuration refused", text, "reason", String.valueOf(e.getMessage()));
            LOG.log(Level.ERROR, "what was before goes on: " + e.getMessage());
            return false;
        }
    }

    /// Takes over certificates that have changed in their files, challenges for new ones, and names
    /// that mean other addresses.
    private boolean renew() {
        if (assembly.isChallenged()) {
            TableBuilder.Built _ = assembly.follow(config, Optional.empty());
            return true;
        }
        if (assembly.names().changed()) {
            TableBuilder.Built _ = assembly.follow(config, Optional.empty());
            LOG.log(Level.INFO, "targets have other addresses");
            return true;
        }
        if (!assembly.isStale(config.listeners())) {
            return false;
        }
        assembly.listen(config.listeners());
        assembly.audit("certificates renewed");
        LOG.log(Level.INFO, "certificates were read again");
        return true;
    }

    /// Lets requests under way end, for a while.
    void end() {
        assembly.end(DRAIN_MILLIS_MAX);
    }

    @Override
    public void close() {
        assembly.close();
    }
}
