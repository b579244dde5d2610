package sampan.gateway.process;

import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.stream.Collectors;
import sampan.errors.SampanException;
import sampan.gateway.admin.AdminServer;
import sampan.gateway.audit.AuditLog;
import sampan.gateway.config.ConfigReader;
import sampan.gateway.config.FedReader;
import sampan.gateway.config.GatewayConfig;
import sampan.gateway.config.GatewayConfig.ListenerDefinition;
import sampan.gateway.config.TableBuilder;
import sampan.gateway.feed.Feeding;
import sampan.gateway.feed.Trial;
import sampan.gateway.feed.Views;
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
    private final Assembly assembly;
    private final Held held = new Held();
    private volatile List<InternetAddress> listening = List.of();
    private final Trial trial = new Trial();
    private final BlockingQueue<String> wakes = new ArrayBlockingQueue<>(WAKES_MAX);
    private final Set<Target> gone = new LinkedHashSet<>();
    private String text = NOTHING;
    private Optional<FedReader.Problem> wrongFile = Optional.empty();
    private Optional<FedReader.Problem> refused = Optional.empty();
    private GatewayConfig file;
    private GatewayConfig merged;
    private FedReader.Fed fed = FedReader.Fed.NOTHING;
    private String document = NOTHING;
    private List<FedReader.Problem> conflicts = List.of();
    private List<Object> told = List.of();
    private volatile boolean draining;

    Fed(Settings settings) {
        this.settings = settings;
        file = ConfigReader.readFed("settings", NOTHING);
        try {
            file = readFile().orElse(file);
        } catch (SampanException | UncheckedIOException e) {
            boolean _ = wrong(String.valueOf(e.getMessage()));
        }
        merged = file;
        assembly = new Assembly(file, new Assembly.Surroundings(held, settings.metrics(), true));
        assembly.gateway().waker(this::wake);
        rebuild(file);
        assembly.audit("started", "file", fileName(), "sha256", AuditLog.sha256(text));
    }

    private String fileName() {
        return settings.file().map(Path::toString).orElse("");
    }

    private Gateway gateway() {
        return assembly.gateway();
    }

    @Override
    public int loops() {
        return gateway().loops();
    }

    /// Follows the file until a loop fails, or the last request has ended after [#drain].
    void watch() throws InterruptedException {
        while (!gateway().awaitFailure(POLL_MILLIS) && !draining) {
            follow();
        }
    }

    /// What the file says, where it has changed; fails where it cannot be followed.
    private Optional<GatewayConfig> readFile() {
        if (settings.file().isEmpty()) {
            return Optional.empty();
        }
        Path path = settings.file().get();
        String now = Running.read(path);
        if (now.equals(text)) {
            return Optional.empty();
        }
        text = now;
        return Optional.of(ConfigReader.readFed(path.toString(), now));
    }

    /// What is wrong with the file is told once, however often it is looked at.
    ///
    /// @return whether it is told for the first time
    private boolean wrong(String message) {
        FedReader.Problem problem = new FedReader.Problem("file", fileName(), message);
        if (!wrongFile.equals(Optional.of(problem))) {
            wrongFile = Optional.of(problem);
            LOG.log(Level.ERROR, "what was before goes on: " + message);
            return true;
        }
        return false;
    }

    private void auditWrong(String message) {
        assembly.audit(
                "configuration refused",
                "file",
                fileName(),
                "sha256",
                AuditLog.sha256(text),
                "reason",
                message);
    }

    /// Goes by what that file says and what was fed; where that fails, nothing has changed.
    private void rebuild(GatewayConfig by) {
        List<FedReader.Problem> found = new ArrayList<>();
        GatewayConfig next = FedReader.merge(by, fed, found);
        boolean same = by.listeners().equals(file.listeners());
        TableBuilder.Built built =
                assembly.follow(next, same ? Optional.empty() : Optional.of(definitions(by)));
        file = by;
        merged = next;
        conflicts = found;
        gone.removeIf(target -> target.active() == 0 || !target.isRetired());
        gone.addAll(built.gone());
    }

    @Override
    public synchronized Map<String, Object> configure(String next) {
        FedReader.Fed before = fed;
        try {
            fed = FedReader.read(next, fed);
            rebuild(file);
            refused = Optional.empty();
            if (!next.equals(document)) {
                document = next;
                auditFeed();
            }
        } catch (SampanException e) {
            // What one route asks for is nowhere defined: all goes on as it was.
            fed = before;
            assembly.audit(
                    "feed refused",
                    "sha256",
                    AuditLog.sha256(next),
                    "reason",
                    String.valueOf(e.getMessage()));
            refused =
                    Optional.of(
                            new FedReader.Problem(
                                    "gateway", "labels", String.valueOf(e.getMessage())));
        }
        return report();
    }

    private void auditFeed() {
        assembly.audit(
                "fed",
                "sha256",
                AuditLog.sha256(document),
                "services",
                String.join(" ", fed.services().keySet()),
                "routes",
                String.join(" ", fed.routes().keySet()),
                "problems",
                Integer.toString(fed.problems().size() + conflicts.size()));
    }

    private Map<String, Object> report() {
        Map<String, Object> report = new LinkedHashMap<>();
        told = problems();
        report.put("problems", told);
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
        assembly.names()
                .problems()
                .forEach(
                        (name, problem) -> all.add(new FedReader.Problem("target", name, problem)));
        assembly.certificateProblems()
                .forEach((name, words) ->
                        all.add(new FedReader.Problem("certificate", name, words)));
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
    public void targets(String service, String targets) throws InterruptedException {
        synchronized (this) {
            FedReader.Fed before = fed;
            try {
                fed = FedReader.targets(fed, service, targets);
                rebuild(file);
            } catch (SampanException e) {
                fed = before;
                throw e;
            }
            assembly.audit(
                    "targets",
                    "service",
                    service,
                    "targets",
                    Objects.requireNonNull(fed.services().get(service)).targets().stream()
                            .map(target -> target.address().toString())
                            .collect(Collectors.joining(" ")));
        }
        gateway().settle(Set.of(), APPLY_MILLIS_MAX);
    }

    @Override
    public boolean settle(List<String> targets, long millisMax) throws InterruptedException {
        Set<Target> leaving;
        synchronized (this) {
            leaving = new LinkedHashSet<>(gone);
            leaving.removeIf(target -> !targets.contains(target.name()));
        }
        return gateway().settle(leaving, millisMax);
    }

    @Override
    public void socket(InternetAddress address, List<Fd> sockets) {
        held.put(address, sockets);
    }

    @Override
    public void listen(List<InternetAddress> addresses) {
        firstLook();
        List<InternetAddress> before = listening;
        synchronized (this) {
            listening = List.copyOf(addresses);
            try {
                assembly.listen(definitions(file));
            } catch (RuntimeException e) {
                listening = before;
                throw e;
            }
        }
        held.keep(addresses);
        if (!before.equals(addresses)) {
            assembly.audit(
                    "listening",
                    "addresses",
                    addresses.stream()
                            .map(InternetAddress::toString)
                            .collect(Collectors.joining(" ")));
        }
        LOG.log(Level.INFO, "listening on " + addresses);
    }

    /// How clients speak is the file's to say, at addresses that it names.
    private List<ListenerDefinition> definitions(GatewayConfig by) {
        List<ListenerDefinition> definitions = new ArrayList<>();
        for (InternetAddress address : listening) {
            definitions.add(
                    by.listeners().stream()
                            .filter(defined -> defined.address().equals(address))
                            .findFirst()
                            .orElseGet(() ->
                                    new ListenerDefinition(
                                            address, true, false, Optional.empty())));
        }
        return definitions;
    }

    /// Takes over what has changed in the file, or in the files of its certificates.
    synchronized void follow() {
        try {
            Optional<GatewayConfig> next = readFile();
            if (next.isPresent()) {
                settings.file().ifPresent(path -> assembly.refuseLasting(path, next.get()));
                rebuild(next.get());
                wrongFile = Optional.empty();
                assembly.audit("configured", "file", fileName(), "sha256", AuditLog.sha256(text));
                wakes.offer("");
            } else if (assembly.isChallenged() || assembly.names().changed()) {
                rebuild(file);
            } else if (assembly.isStale(definitions(file))) {
                assembly.listen(definitions(file));
                assembly.audit("certificates renewed");
            }
        } catch (SampanException | UncheckedIOException e) {
            String message = String.valueOf(e.getMessage());
            if (wrong(message)) {
                auditWrong(message);
            }
        }
        // What goes wrong, or right again, by itself is to be shown where people look too.
        if (!problems().equals(told)) {
            wake("");
        }
    }

    /// Who has waited for a new gateway shall not be told that nobody is ready when nobody was
    /// asked yet.
    private void firstLook() {
        long end = System.nanoTime() + FIRST_LOOK_MILLIS_MAX * 1_000_000L;
        try {
            while (System.nanoTime() - end < 0
                    && gateway().table().services().values().stream()
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
            case "routes" -> view.put("routes", Views.routes(gateway().table()));
            case "services" ->
                    view.put(
                            "services",
                            Views.services(gateway().table(), merged, System.nanoTime()));
            case "metrics" -> view.put("text", AdminServer.metrics(gateway()));
            default ->
                    throw SampanException.invalid(
                            "show \"" + what + "\": write routes, services or metrics");
        }
        view.put("problems", problems());
        view.put("clients", gateway().clients());
        return view;
    }

    @Override
    public synchronized Map<String, Object> test(String request) {
        return trial.of(request, gateway().table());
    }

    @Override
    public AccessLog.Tap tail() {
        return assembly.accessLog().orElseThrow().tap();
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
        assembly.audit("draining");
        assembly.handOver();
        draining = true;
    }

    /// Lets requests under way end, for a while.
    void end() {
        assembly.end(DRAIN_MILLIS_MAX);
        held.close();
    }

    boolean isDraining() {
        return draining;
    }

    @Override
    public void close() {
        assembly.close();
        held.close();
    }
}
