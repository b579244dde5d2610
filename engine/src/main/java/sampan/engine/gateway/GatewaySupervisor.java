package sampan.engine.gateway;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import sampan.engine.containers.Containers;
import sampan.engine.events.Event;
import sampan.engine.events.EventLog;
import sampan.engine.gateway.labels.Discovered;
import sampan.engine.gateway.labels.Discovered.Member;
import sampan.engine.gateway.labels.Problem;
import sampan.engine.gateway.process.GatewayLink;
import sampan.engine.gateway.process.GatewayProgram;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// Keeps a gateway running where routes exist, and tells it what containers do.
///
/// The daemon's end leaves the gateway as it is; the next daemon finds it by its socket and goes on
/// feeding it. The gateway's death concerns no container: it is started anew, with a pause that
/// grows, on the listening sockets that the daemon holds too, so that clients wait and none is
/// refused. Thread-safe.
public final class GatewaySupervisor implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("sampan.gateway");
    private static final long PAUSE_MILLIS = 100;
    private static final long PAUSE_MILLIS_MAX = 30_000;
    private static final long WELL_MILLIS = 60_000;
    private static final long AGAIN_MILLIS = 2_000;
    private static final int LEAVE_MILLIS_MAX = 2_000;
    private static final int SPARE_MILLIS = 1_000;
    private static final Set<String> CONCERNING =
            Set.of(
                    "create", "start", "die", "destroy", "pause", "unpause", "rename", "update",
                    "restart");

    /// What it works with.
    public record Parts(
            GatewaySettings settings,
            GatewayProgram program,
            Containers containers,
            EventLog events) {}

    private final Parts parts;
    private final Membership membership;
    private final News news;
    private final Listeners listeners = new Listeners();
    private final Waking waking;
    private final Sleeping sleeping;
    private final EventLog.Listener watch;
    private final Thread thread;
    // Held where what the gateway knows is compared with what is, and told.
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private Optional<GatewayLink> link = Optional.empty();
    private String told = "";
    private List<String> wanted = List.of();
    private volatile Discovered discovered = Discovered.NOTHING;
    private volatile List<Problem> refused = List.of();
    // Where the gateway cannot listen as it should; tried again.
    private volatile List<Problem> unheard = List.of();
    private boolean dirty = true;
    private boolean closed;
    private long pause = PAUSE_MILLIS;
    private long began;

    /// @param start starts a container of that id, for a request that waits for it
    /// @param stop stops one that has no requests
    public GatewaySupervisor(Parts parts, Consumer<String> start, Consumer<String> stop) {
        this.parts = parts;
        membership = new Membership(parts.containers());
        news = new News(parts.events());
        waking = new Waking(() -> discovered, start, this::again);
        sleeping = new Sleeping(() -> discovered, parts.program().place().socket(), stop);
        watch = parts.events().watch();
        thread = Thread.ofPlatform().daemon().name("gateway").unstarted(this::run);
    }

    /// Begins, once containers of a former daemon are known again.
    public GatewaySupervisor begin() {
        Thread.ofPlatform().daemon().name("gateway events").start(this::listen);
        thread.start();
        return this;
    }

    private void listen() {
        try {
            for (Optional<Event> event = watch.next(); event.isPresent(); event = watch.next()) {
                if (event.get().type().equals("container")
                        && CONCERNING.contains(event.get().action())) {
                    if (event.get().action().equals("die")) {
                        membership.back(event.get().actor());
                    }
                    nudge();
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void nudge() {
        lock.lock();
        try {
            dirty = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// The gateway's file says other things now: all is told anew.
    private void again() {
        lock.lock();
        try {
            told = "";
        } finally {
            lock.unlock();
        }
        nudge();
    }

    private void run() {
        lock.lock();
        try {
            while (!closed) {
                if (!dirty) {
                    if (unheard.isEmpty()) {
                        changed.await();
                    } else if (!changed.await(AGAIN_MILLIS, TimeUnit.MILLISECONDS)) {
                        dirty = true;
                    }
                    continue;
                }
                dirty = false;
                try {
                    follow();
                } catch (RuntimeException e) {
                    lost(e);
                    dirty = true;
                    changed.await(pause, TimeUnit.MILLISECONDS);
                    pause = Math.min(PAUSE_MILLIS_MAX, pause * 2);
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /// Brings the gateway to what is.
    private void follow() {
        Discovered now = membership.now();
        discovered = now;
        sleeping.follow(now);
        report(now);
        boolean needed = !now.routes().isEmpty() || parts.settings().file().isPresent();
        if (link.isEmpty() && !needed && !found()) {
            return;
        }
        if (!needed) {
            retire();
            return;
        }
        GatewayLink to = link.isPresent() ? link.get() : connect();
        tell(to, now);
    }

    private void tell(GatewayLink to, Discovered now) {
        String document = Membership.document(now);
        if (!document.equals(told)) {
            var answer = to.order("configure " + document);
            told = document;
            refused = Answers.problems(answer);
            wanted = new ArrayList<>(Answers.texts(answer.path("listeners")));
            parts.settings().listeners().stream()
                    .filter(address -> !wanted.contains(address))
                    .forEach(wanted::add);
        }
        listen(to);
        report(now);
    }

    private void listen(GatewayLink to) {
        try {
            listeners.want(to, wanted);
            unheard = List.of();
        } catch (SampanException e) {
            if (e.code() == ErrorCode.UNAVAILABLE) {
                throw e;
            }
            String all = String.join(", ", wanted);
            unheard =
                    List.of(new Problem("error", "listener", all, String.valueOf(e.getMessage())));
        }
    }

    /// Connects to the gateway that runs, or starts one.
    private GatewayLink connect() {
        GatewayLink made;
        if (found()) {
            made = GatewayLink.open(parts.program().place().socket());
            listeners.adopt(made);
            news.publish("found", Map.of());
            if (!made.build().equals(parts.program().build())) {
                return renewed(made);
            }
        } else {
            if (began != 0 && System.nanoTime() - began > WELL_MILLIS * 1_000_000) {
                pause = PAUSE_MILLIS;
            }
            began = System.nanoTime();
            parts.program().start();
            parts.program().takePlace();
            made = GatewayLink.open(parts.program().place().socket());
            news.publish("start", Map.of());
        }
        goOnWith(made);
        return made;
    }

    private void goOnWith(GatewayLink next) {
        told = "";
        listeners.forget();
        link = Optional.of(next);
        follow(next);
    }

    /// Has a new gateway take the place of the one that runs; UNAVAILABLE where none does. No
    /// request fails: the new one accepts on the same sockets before the former stops to, which
    /// answers what it has and ends. What the former knew of limits, breakers and counts goes with
    /// it.
    public void replace() {
        lock.lock();
        try {
            GatewayLink former = link.orElseThrow(GatewaySupervisor::none);
            GatewayLink _ = replaced(former);
        } finally {
            lock.unlock();
        }
    }

    /// One that a daemon of another version started does not stay, if that can be had.
    private GatewayLink renewed(GatewayLink former) {
        try {
            return replaced(former);
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "gateway: the former one goes on: " + e.getMessage());
            news.publish("error", Map.of("error", String.valueOf(e.getMessage())));
            return former;
        }
    }

    /// Goes on with the former where a new one is not to be had, and fails then.
    private GatewayLink replaced(GatewayLink former) {
        Optional<GatewayLink> begun = Optional.empty();
        try {
            parts.program().start();
            begun = Optional.of(GatewayLink.open(parts.program().beginning()));
            told = "";
            listeners.forget();
            tell(begun.get(), membership.now());
            if (!unheard.isEmpty()) {
                throw new SampanException(ErrorCode.CONFLICT, unheard.getFirst().message());
            }
            parts.program().takePlace();
        } catch (RuntimeException e) {
            begun.ifPresent(GatewaySupervisor::dismiss);
            goOnWith(former);
            throw e;
        }
        link = begun;
        follow(begun.get());
        dismiss(former);
        news.publish("replace", Map.of());
        return begun.get();
    }

    /// Has it end with its last request.
    private static void dismiss(GatewayLink gateway) {
        try {
            gateway.order("drain");
        } catch (SampanException e) {
            LOG.log(Level.WARNING, "gateway: " + e.getMessage());
        } finally {
            gateway.release();
        }
    }

    private boolean found() {
        return Answers.listens(parts.program().place().socket());
    }

    /// Hears by a connection of its own for whom requests wait, and when the gateway is gone.
    private void follow(GatewayLink of) {
        GatewayLink hears = GatewayLink.open(parts.program().place().socket());
        Thread.ofPlatform()
                .daemon()
                .name("gateway wakes")
                .start(() -> {
                    try {
                        waking.hear(hears);
                    } catch (RuntimeException e) {
                        gone(of, e);
                    } finally {
                        hears.release();
                    }
                });
    }

    private void gone(GatewayLink of, RuntimeException e) {
        lock.lock();
        try {
            if (!closed && link.isPresent() && link.get() == of) {
                lost(e);
                dirty = true;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    private void lost(RuntimeException e) {
        link.ifPresent(GatewayLink::release);
        boolean had = link.isPresent();
        link = Optional.empty();
        told = "";
        LOG.log(Level.ERROR, "gateway: " + e.getMessage());
        news.publish(had ? "die" : "error", Map.of("error", String.valueOf(e.getMessage())));
    }

    /// There are no routes any more.
    private void retire() {
        GatewayLink to =
                link.isPresent() ? link.get() : GatewayLink.open(parts.program().place().socket());
        link = Optional.empty();
        told = "";
        dismiss(to);
        listeners.close();
        refused = List.of();
        news.publish("stop", Map.of());
    }

    private void report(Discovered now) {
        news.report(problems(now));
    }

    private List<Problem> problems(Discovered now) {
        List<Problem> all = new ArrayList<>(now.problems());
        all.addAll(refused);
        all.addAll(unheard);
        return all;
    }

    /// A container is about to end: the gateway gives it no new requests from here on.
    ///
    /// @param millisMax how long this may wait for requests under way, where the container's own
    ///   bound is not less
    public void leaving(String container, int millisMax) {
        if (link.isEmpty() && discovered.members().isEmpty()) {
            return;
        }
        membership.leave(container);
        List<String> addresses = new ArrayList<>();
        int millis = 0;
        try {
            if (!lock.tryLock(LEAVE_MILLIS_MAX, TimeUnit.MILLISECONDS)) {
                nudge(container);
                return;
            }
            try {
                for (Map.Entry<String, List<Member>> service : discovered.members().entrySet()) {
                    for (Member member : service.getValue()) {
                        if (member.container().equals(container) && member.ready()) {
                            addresses.add(member.address());
                            millis = Math.min(millisMax, member.drainMillis());
                        }
                    }
                }
                if (addresses.isEmpty() || link.isEmpty()) {
                    return;
                }
                takeOut(link.get());
            } finally {
                lock.unlock();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return;
        }
        if (millis > 0) {
            settle(addresses, millis);
        }
    }

    private void nudge(String container) {
        LOG.log(
                Level.WARNING,
                "gateway: busy, container " + container + " ends without waiting for it");
    }

    private void takeOut(GatewayLink to) {
        try {
            Discovered now = membership.now();
            for (String service : now.services().keySet()) {
                List<Member> members = now.members().getOrDefault(service, List.of());
                if (!members.equals(discovered.members().getOrDefault(service, List.of()))) {
                    to.order(
                            "targets "
                                    + service
                                    + " "
                                    + Answers.targets(Membership.targets(members)));
                }
            }
            discovered = now;
            // What else has changed meanwhile is told with the next whole.
            told = "";
            dirty = true;
            changed.signalAll();
        } catch (SampanException e) {
            // The container ends all the same; the gateway's end is seen to elsewhere.
            LOG.log(Level.WARNING, "gateway: " + e.getMessage());
            told = "";
        }
    }

    private void settle(List<String> addresses, int millis) {
        try {
            GatewayLink own = GatewayLink.open(parts.program().place().socket());
            try {
                own.order(
                        "settle " + millis + " " + String.join(" ", addresses),
                        List.of(),
                        millis + SPARE_MILLIS);
            } finally {
                own.release();
            }
        } catch (SampanException e) {
            LOG.log(Level.WARNING, "gateway: " + e.getMessage());
        }
    }

    /// The container did not end, or has been started again.
    public void back(String container) {
        membership.back(container);
        nudge();
    }

    /// A connection of the caller's own to the gateway; UNAVAILABLE where none runs.
    public GatewayLink open() {
        if (!found()) {
            throw none();
        }
        return GatewayLink.open(parts.program().place().socket());
    }

    private static SampanException none() {
        return new SampanException(
                ErrorCode.UNAVAILABLE,
                "no gateway runs: it starts with the first container that has a route, such as"
                        + " the label sampan.gateway.host=NAME, or with --gateway-file");
    }

    /// What containers say, as far as it was told to the gateway.
    public Discovered discovered() {
        return discovered;
    }

    /// Everything that is wrong, with labels and with the file.
    public List<Problem> problems() {
        return problems(discovered);
    }

    /// Leaves the gateway as it is.
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            link.ifPresent(GatewayLink::release);
            link = Optional.empty();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        watch.close();
        waking.close();
        sleeping.close();
        listeners.close();
    }
}
