package sampan.api;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import sampan.api.builds.BuildConnections;
import sampan.api.builds.BuildWire;
import sampan.api.builds.SessionBuilds;
import sampan.api.call.ApiVersion;
import sampan.api.call.Call;
import sampan.api.call.Problem;
import sampan.api.call.Route;
import sampan.api.call.Routes;
import sampan.api.containers.ContainerFiles;
import sampan.api.containers.ContainerRecords;
import sampan.api.containers.ContainerStats;
import sampan.api.containers.ContainerStreams;
import sampan.api.containers.ContainerTasks;
import sampan.api.containers.Execs;
import sampan.api.images.Builds;
import sampan.api.images.Commits;
import sampan.api.images.ImageRecords;
import sampan.api.images.ImageTransfers;
import sampan.api.images.RegistryTransfers;
import sampan.api.networks.Networks;
import sampan.api.system.Absent;
import sampan.api.system.EngineState;
import sampan.api.system.Greeting;
import sampan.api.system.Product;
import sampan.api.volumes.Volumes;
import sampan.engine.services.Engine;
import sampan.errors.SampanException;
import sampan.http.Exchange;
import sampan.http.Handler;
import sampan.http.ProtocolException;
import sampan.http.route.Query;
import sampan.http.route.Router;

/// Finds the version and the route of a request, and words every failure. Routes that need the
/// engine wait for it on the first such request.
final class Dispatcher implements Handler {
    private final Router<Route> early;
    private final Supplier<Engine> engine;
    private final Product product;
    private final Function<Engine, BuildWire> buildWire;
    private final ReentrantLock making = new ReentrantLock();
    private Optional<BuildWire> made = Optional.empty();
    private volatile Optional<Router<Route>> rest = Optional.empty();

    /// @param engine blocks until the engine is there; asked more than once while it is not
    Dispatcher(Supplier<Engine> engine, Product product, Function<Engine, BuildWire> buildWire) {
        this.engine = engine;
        this.buildWire = buildWire;
        this.product = product;
        Registrar registrar = new Registrar();
        new Greeting(product).register(registrar);
        this.early = registrar.builder.build();
    }

    private static final class Registrar implements Routes {
        private final Router.Builder<Route> builder = Router.builder();

        @Override
        public Routes add(String method, String pattern, Route route) {
            builder.add(method, pattern, route);
            return this;
        }
    }

    private Router<Route> rest() {
        Optional<Router<Route>> known = rest;
        if (known.isPresent()) {
            return known.get();
        }
        Router<Route> built = routes(engine.get());
        rest = Optional.of(built);
        return built;
    }

    private Router<Route> routes(Engine ready) {
        Registrar registrar = new Registrar();
        new ContainerRecords(ready.containers(), ready.images()).register(registrar);
        new ContainerTasks(ready.tasks()).register(registrar);
        new ContainerStreams(ready).register(registrar);
        new ContainerStats(ready).register(registrar);
        new ContainerFiles(ready.archives()).register(registrar);
        new Execs(ready).register(registrar);
        new ImageRecords(ready).register(registrar);
        RegistryTransfers registries = new RegistryTransfers(ready.registries(), ready.images());
        registries.register(registrar);
        new ImageTransfers(ready.transfers(), ready.images(), registries).register(registrar);
        new Commits(ready.archives()).register(registrar);
        Supplier<BuildWire> wire = () -> wire(ready);
        new Builds(ready.builds(), new SessionBuilds(wire)).register(registrar);
        new BuildConnections(wire).register(registrar);
        new Volumes(ready.volumes()).register(registrar);
        new Networks(ready).register(registrar);
        new EngineState(ready, product).register(registrar);
        Absent.register(registrar);
        return registrar.builder.build();
    }

    // Made when a client asks for it, once: most daemons never load what stands behind it.
    private BuildWire wire(Engine ready) {
        making.lock();
        try {
            BuildWire wire = made.orElseGet(() -> buildWire.apply(ready));
            made = Optional.of(wire);
            return wire;
        } finally {
            making.unlock();
        }
    }

    @Override
    public void handle(Exchange exchange) throws IOException, InterruptedException {
        Call call = new Call(exchange, ApiVersion.NEWEST, Map.of(), new Query(List.of()));
        try {
            answer(exchange);
        } catch (SampanException e) {
            fail(exchange, call, Problem.status(e.code()), String.valueOf(e.getMessage()), e);
        } catch (UncheckedIOException e) {
            // The disk's, or the connection's own: then the answer fails as well.
            SampanException storage = SampanException.storage(e);
            fail(exchange, call, 500, storage.getMessage(), storage);
        } catch (ProtocolException e) {
            throw e;
        } catch (RuntimeException e) {
            fail(exchange, call, 500, "internal error: " + e, e);
        }
    }

    private static void fail(
            Exchange exchange, Call call, int status, String message, RuntimeException cause)
            throws IOException {
        if (exchange.committed()) {
            // Too late for a status: the connection is cut, so that the client notices.
            throw new IOException(message, cause);
        }
        call.fail(status, message);
    }

    // BuildKit's gRPC, as its own daemon and newer ones of Docker serve it.
    @Override
    public boolean takesHttp2() {
        return true;
    }

    private void answer(Exchange exchange) throws IOException, InterruptedException {
        if (exchange.head().isPreface()) {
            wire(engine.get()).control(exchange.takeOver());
            return;
        }
        String path = exchange.head().path();
        ApiVersion version = ApiVersion.NEWEST;
        int versionEnd = versionEnd(path);
        if (versionEnd > 0) {
            version = ApiVersion.parse(path.substring(2, versionEnd));
            check(version);
            path = path.substring(versionEnd);
        }
        String method = exchange.head().method();
        if (method.equals("OPTIONS")) {
            // Docker says yes to every path.
            exchange.respond(200).end();
            return;
        }
        Optional<Router.Match<Route>> match = early.match(method, path);
        if (match.isEmpty()) {
            match = rest().match(method, path);
        }
        if (match.isEmpty()) {
            throw SampanException.notFound("page not found");
        }
        Query query =
                Query.parse(exchange.head().query())
                        .orElseThrow(
                                () -> SampanException.invalid("query of the request is malformed"));
        Call call = new Call(exchange, version, match.get().parameters(), query);
        match.get().handler().answer(call);
    }

    /// Index of the slash that ends `/v1.51`, or 0 for a path without a version.
    private static int versionEnd(String path) {
        if (!path.startsWith("/v")) {
            return 0;
        }
        int end = 2;
        while (end < path.length() && (isDigit(path.charAt(end)) || path.charAt(end) == '.')) {
            end++;
        }
        return end > 2 && end < path.length() && path.charAt(end) == '/' ? end : 0;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static void check(ApiVersion version) {
        if (version.compareTo(ApiVersion.OLDEST) < 0) {
            throw SampanException.invalid(
                    "client version "
                            + version
                            + " is too old. Minimum supported API version is "
                            + ApiVersion.OLDEST
                            + ", please upgrade your client to a newer version");
        }
        if (version.compareTo(ApiVersion.NEWEST) > 0) {
            throw SampanException.invalid(
                    "client version "
                            + version
                            + " is too new. Maximum supported API version is "
                            + ApiVersion.NEWEST);
        }
    }
}
