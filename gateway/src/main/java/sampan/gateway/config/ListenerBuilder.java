package sampan.gateway.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import sampan.gateway.config.GatewayConfig.ListenerDefinition;
import sampan.gateway.proxy.Listener;
import sampan.linux.tls.TicketKeys;
import sampan.linux.tls.TlsProofs;
import sampan.linux.tls.TlsServer;

/// Makes listeners of their definitions: reads certificates, and says when they must be read again.
public final class ListenerBuilder {
    /// How long session tickets are sealed with the same keys. Those of before are refused then,
    /// and their clients shake hands in full.
    public static final long TICKETS_NANOS_MAX = 12 * 3600 * 1_000_000_000L;

    private Optional<TlsProofs> proofs = Optional.empty();
    private TicketKeys tickets = new TicketKeys();
    private long since = System.nanoTime();
    private String stamps = "";

    /// Those that listeners show to ACME servers, from the next [#build] on.
    public void show(Optional<TlsProofs> shown) {
        proofs = shown;
    }

    /// Where a file is not what it should be it fails, and what was made before stays good.
    public List<Listener> build(List<ListenerDefinition> definitions) {
        stamps = stamps(definitions);
        if (System.nanoTime() - since >= TICKETS_NANOS_MAX) {
            tickets = new TicketKeys();
            since = System.nanoTime();
        }
        List<Listener> listeners = new ArrayList<>();
        for (ListenerDefinition definition : definitions) {
            Optional<TlsServer> tls =
                    definition.tls().map(settings -> new TlsServer(settings, tickets, proofs));
            listeners.add(
                    new Listener(
                            definition.address(),
                            definition.http2(),
                            definition.proxyProtocol(),
                            tls));
        }
        return listeners;
    }

    /// Whether the files have changed since [#build] looked at them, or tickets have grown old.
    public boolean isStale(List<ListenerDefinition> definitions) {
        boolean sealed = definitions.stream().anyMatch(d -> d.tls().isPresent());
        return sealed
                && (System.nanoTime() - since >= TICKETS_NANOS_MAX
                        || !stamps.equals(stamps(definitions)));
    }

    private static String stamps(List<ListenerDefinition> definitions) {
        Set<Path> files = new LinkedHashSet<>();
        for (ListenerDefinition definition : definitions) {
            definition
                    .tls()
                    .ifPresent(tls -> {
                        tls.certificates()
                                .forEach(certificate -> {
                                    files.add(certificate.chain());
                                    files.add(certificate.key());
                                });
                        tls.authorities().ifPresent(files::add);
                    });
        }
        StringBuilder all = new StringBuilder();
        for (Path file : files) {
            all.append(file).append(' ').append(stamp(file)).append('\n');
        }
        return all.toString();
    }

    private static String stamp(Path file) {
        try {
            return Files.getLastModifiedTime(file) + " " + Files.size(file);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
