package sampan.gateway.process;

import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import sampan.errors.SampanException;
import sampan.gateway.admin.AdminServer;
import sampan.gateway.audit.AuditLog;
import sampan.gateway.config.ConfigReader;
import sampan.gateway.config.FedReader;
import sampan.gateway.config.GatewayConfig;
import sampan.gateway.config.GatewayConfig.ListenerDefinition;
import sampan.gateway.config.ListenerBuilder;
import sampan.gateway.config.TableBuilder;
import sampan.gateway.feed.Feeding;
import sampan.gateway.feed.Trial;
import sampan.gateway.feed.Views;
import sampan.gateway.health.HealthChecks;
import sampan.gateway.metrics.AccessLog;
import sampan.gateway.proxy.Gateway;
import sampan.gateway.routes.Target;
import sampan.linux.net.InternetAddress;
import sampan.linux.sys.Fd;

/// A gateway that is fed: routes, targets and listening sockets come over a socket, and from a file
/// where one is named. It goes on with the last it knew while nobody feeds it.
final class Fed implements Feeding, AutoCloseable {
    private static final System.Logger LOG = System.getLogger("sampan-gateway");
    private static final String NOTHING = "{}";
    private static final int POLL_MILLIS = 500;
    private static final int DRAIN_MILLIS_MAX = 30_000;
    private static final int APPLY_MILLIS_MAX = 2_000;
    private static final int WAKES_MAX = 1024;
    private static final int FIRST_LOOK_MILLIS_MAX = 1_000;
    private static final int LOOK_STEP_MILLIS = 2;

    /// @param file routes beside those that are fed
    /// @param metrics where counters are to be had, if the file says nothing of it
    record Settings(Optional<Path> file, Optional<InternetAddress> metrics) {}

    private final Settings settings;
    private final TableBuilder builder;
    private final Gateway gateway;
    private final Optional<AdminServer> admin;
    private final HealthChecks health = new HealthChecks();
    private final Held held = new Held();
    private final ListenerBuilder rules = new ListenerBuilder();
    private volatile List<InternetAddress> listening = List.of();
    private final AccessLog accessLog;
    private final Trial trial = new Trial();
    private final BlockingQueue<String> wakes = new ArrayBlockingQueue<>(WAKES_MAX);
    private final Set<Target> gone = new LinkedHashSet<>();
    private String text = NOTHING;
    private Optional<FedReader.Problem> wrongFile = Optional.empty();
    private Optional<FedReader.Problem> refused = Optional.empty();
    private final Optional<AuditLog> audit;
    private GatewayConfig file;
    private GatewayConfig merged;
    private FedReader.Fed fed = FedReader.Fed.NOTHING;
    private List<FedReader.Problem> conflicts = List.of();
    private volatile boolean draining;

    Fed(Settings settings) {
        this.settings = settings;
        file = ConfigReader.readFed("settings", NOTHING);
        readFile();
        merged = file;
        int loops = file.loops().orElse(Runtime.getRuntime().availableProcessors());
        builder = new TableBuilder(loops);
        accessLog =
                file.accessLog()
                        .map(to -> new AccessLog(to, loops))
                        .orElseGet(() -> AccessLog.unkept(loops));
        TableBuilder.Built built = builder.build(file);
        gateway = new Gateway(loops, built.table(), file.limits(), Optional.of(accessLog), held);
        gateway.waker(this::wake);
        audit = file.security().audit().map(AuditLog::new);
        audit.ifPresent(gateway::refusals);
        admin =
                file.admin()
                        .or(settings::metrics)
                        .map(address -> new AdminServer(gateway, address));
        rebuild();
    }

    @Override
    public int loops() {
        return gateway.loops();
    }

    /// Follows the file until a loop fails, or the last request has ended after [#drain].
    void watch() throws InterruptedException {
        while (!gateway.awaitFailure(POLL_MILLIS) && !draining) {
            synchronized (this) {
                renew();
            }
        }
    }

    /// @return whether it has changed and can be followed
    private boolean readFile() {
        if (settings.file().isEmpty()) {
            return false;
        }
        Path path = settings.file().get();
        try {
            String now = Running.read(path);
            if (now.equals(text)) {
                return false;
            }
            text = now;
            file = ConfigReader.readFed(path.toString(), now);
            wrongFile = Optional.empty();
            return true;
        } catch (SampanException | UncheckedIOException e) {
            if (wrongFile.isEmpty()) {
                LOG.log(Level.ERROR, "what was before goes on: " + e.getMessage());
            }
            wrongFile =
                    Optional.of(
                            new FedReader.Problem(
                                    "file", path.toString(), String.valueOf(e.getMessage())));
            return false;
        }
    }

    private void rebuild() {
        List<FedReader.Problem> found = new ArrayList<>();
        GatewayConfig next = FedReader.merge(file, fed, found);
        TableBuilder.Built built = builder.build(next);
        merged = next;
        conflicts = found;
        gateway.publish(built.table(), next.limits(), built.gone());
        gateway.consumers(builder.consumers());
        health.follow(built.checked(), built.unchecked());
        gone.removeIf(target -> target.active() == 0 || !target.isRetired());
        gone.addAll(built.gone());
    }

    @Override
    public synchronized Map<String, Object> configure(String document) {
        FedReader.Fed before = fed;
        try {
            fed = FedReader.read(document, fed);
            rebuild();
            refused = Optional.empty();
        } catch (SampanException e) {
            // What one route asks for is nowhere defined: all goes on as it was.
            fed = before;
            refused =
                    Optional.of(
                            new FedReader.Problem(
                                    "gateway", "labels", String.valueOf(e.getMessage())));
        }
        return report();
    }

    private Map<String, Object> report() {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("problems", problems());
        report.put(
                "listeners",
                file.listeners().stream().map(listener -> listener.address().toString()).toList());
        return report;
    }

    private List<Object> problems() {
        List<FedReader.Problem> all = new ArrayList<>();
        wrongFile.ifPresent(all::add);
        refused.ifPresent(all::add);
        all.addAll(fed.problems());
        all.addAll(conflicts);
        List<Object> views = new ArrayList<>();
        for (FedReader.Problem problem : all) {
            Map<String, Object> view = new LinkedHashMap<>();
            view.put("kind", problem.kind());
            view.put("name", problem.name());
            view.put("message", problem.message());
            views.add(view);
        }
        return views;
    }

    @Override
    public void targets(String service, String document) throws InterruptedException {
        synchronized (this) {
            fed = FedReader.targets(fed, service, document);
            rebuild();
        }
        gateway.settle(Set.of(), APPLY_MILLIS_MAX);
    }

    @Override
    public boolean settle(List<String> targets, long millisMax) throws InterruptedException {
        Set<Target> leaving;
        synchronized (this) {
            leaving = new LinkedHashSet<>(gone);
            leaving.removeIf(target -> !targets.contains(target.name()));
        }
        return gateway.settle(leaving, millisMax);
    }

    @Override
    public void socket(InternetAddress address, List<Fd> sockets) {
        held.put(address, sockets);
    }

    @Override
    public void listen(List<InternetAddress> addresses) {
        firstLook();
        listening = List.copyOf(addresses);
        apply();
        held.keep(addresses);
        LOG.log(Level.INFO, "listening on " + addresses);
    }

    /// How clients speak is the file's to say, at addresses that it names.
    private synchronized void apply() {
        List<ListenerDefinition> definitions = new ArrayList<>();
        for (InternetAddress address : listening) {
            definitions.add(
                    file.listeners().stream()
                            .filter(defined -> defined.address().equals(address))
                            .findFirst()
                            .orElseGet(() ->
                                    new ListenerDefinition(
                                            address, true, false, Optional.empty())));
        }
        gateway.listen(rules.build(definitions));
    }

    /// Takes over what has changed in the file, or in the files of its certificates.
    private void renew() {
        try {
            if (readFile()) {
                rebuild();
                apply();
                wakes.offer("");
            } else if (rules.isStale(file.listeners())) {
                apply();
            }
        } catch (SampanException | UncheckedIOException e) {
            LOG.log(Level.ERROR, "what was before goes on: " + e.getMessage());
        }
    }

    /// Who has waited for a new gateway shall not be told that nobody is ready when nobody was
    /// asked yet.
    private void firstLook() {
        long end = System.nanoTime() + FIRST_LOOK_MILLIS_MAX * 1_000_000L;
        try {
            while (System.nanoTime() - end < 0
                    && gateway.table().services().values().stream()
                            .anyMatch(s ->
                                    !s.targets().isEmpty()
                                            && s.targets().stream().noneMatch(Target::isReady))) {
                Thread.sleep(LOOK_STEP_MILLIS);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public List<Listening> sockets() {
        return held.all();
    }

    @Override
    public synchronized Map<String, Object> show(String what) {
        Map<String, Object> view = new LinkedHashMap<>();
        switch (what) {
            case "routes" -> view.put("routes", Views.routes(gateway.table()));
            case "services" ->
                    view.put(
                            "services", Views.services(gateway.table(), merged, System.nanoTime()));
            case "metrics" -> view.put("text", AdminServer.metrics(gateway));
            default ->
                    throw SampanException.invalid(
                            "show \"" + what + "\": write routes, services or metrics");
        }
        view.put("problems", problems());
        view.put("clients", gateway.clients());
        return view;
    }

    @Override
    public synchronized Map<String, Object> test(String request) {
        return trial.of(request, gateway.table());
    }

    @Override
    public AccessLog.Tap tail() {
        return accessLog.tap();
    }

    @Override
    public BlockingQueue<String> wakes() {
        return wakes;
    }

    // On a loop's thread. Who waits asks again and again: one in the queue is enough.
    private void wake(String service) {
        if (!wakes.contains(service)) {
            wakes.offer(service);
        }
    }

    @Override
    public void drain() {
        draining = true;
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

    boolean isDraining() {
        return draining;
    }

    @Override
    public void close() {
        health.close();
        admin.ifPresent(AdminServer::close);
        gateway.close();
        audit.ifPresent(AuditLog::close);
        held.close();
    }
}
