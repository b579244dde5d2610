package sampan.gateway.routes;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import sampan.gateway.limits.Breaker;
import sampan.gateway.limits.Concurrency;

/// A named set of targets that answer alike.
public final class Service {
    /// How a service treats its targets.
    ///
    /// @param connectNanos to have a connection
    /// @param responseNanos from the request's last byte to the head of the answer
    /// @param retries other targets that are tried when one takes no connection
    /// @param requestsMax requests under way to all targets
    /// @param failuresMax failures in a row after which a target is ejected
    /// @param ejectNanos for how long, times how often it was since
    /// @param wakeNanos how long a request waits for a service that has no target and is asked to
    ///   start one, 0 where it does not
    public record Settings(
            long connectNanos,
            long responseNanos,
            int retries,
            int requestsMax,
            int failuresMax,
            long ejectNanos,
            long wakeNanos) {}

    /// What outlives a table.
    ///
    /// @param turn of round robin
    public record State(AtomicInteger turn, Concurrency concurrency, Optional<Breaker> breaker) {}

    /// A target and its share.
    public record Share(Target target, int weight) {}

    private static final int POINTS = 64;

    private final String name;
    private final Settings settings;
    private final State state;
    private final Balance balance;
    private final Attribute hashBy;
    private final Target[] targets;
    // Each target as often as its weight says, spread; for round robin and random picks.
    private final Target[] turns;
    private final long[] ring;
    private final Target[] ringTargets;

    public Service(
            String name,
            Settings settings,
            State state,
            Balance balance,
            Attribute hashBy,
            List<Share> shares) {
        this.name = name;
        this.settings = settings;
        this.state = state;
        this.balance = balance;
        this.hashBy = hashBy;
        targets = shares.stream().map(Share::target).toArray(Target[]::new);
        turns = spread(shares);
        List<Point> points =
                shares.stream()
                        .flatMap(share -> points(share).stream())
                        .sorted(java.util.Comparator.comparingLong(Point::at))
                        .toList();
        ring = points.stream().mapToLong(Point::at).toArray();
        ringTargets = points.stream().map(Point::target).toArray(Target[]::new);
    }

    private record Point(long at, Target target) {}

    private static List<Point> points(Share share) {
        return java.util.stream.IntStream.range(0, POINTS * share.weight())
                .mapToObj(i -> new Point(hash(share.target().name() + "#" + i), share.target()))
                .toList();
    }

    private static long hash(String text) {
        long h = 0;
        for (int i = 0; i < text.length(); i++) {
            h = h * 31 + text.charAt(i);
        }
        return sampan.gateway.limits.RateLimit.mix(h);
    }

    /// Smooth weighted round robin, written out once.
    private static Target[] spread(List<Share> shares) {
        int sum = shares.stream().mapToInt(Share::weight).sum();
        int[] current = new int[shares.size()];
        Target[] order = new Target[sum];
        for (int i = 0; i < sum; i++) {
            int best = 0;
            for (int k = 0; k < current.length; k++) {
                current[k] += shares.get(k).weight();
                if (current[k] > current[best]) {
                    best = k;
                }
            }
            current[best] -= sum;
            order[i] = shares.get(best).target();
        }
        return order;
    }

    public String name() {
        return name;
    }

    public Settings settings() {
        return settings;
    }

    public State state() {
        return state;
    }

    public List<Target> targets() {
        return List.of(targets);
    }

    /// What [#pick] goes by where it hashes.
    public long hash(RequestView view) {
        return balance == Balance.CONSISTENT_HASH ? hashBy.hash(view) : 0;
    }

    /// A target that is ready, none where there is none.
    ///
    /// @param except one that has just failed, taken only where there is no other
    public @Nullable Target pick(long hash, long now, @Nullable Target except) {
        if (turns.length == 0) {
            return null;
        }
        Target picked =
                switch (balance) {
                    case ROUND_ROBIN -> turn(state.turn().getAndIncrement(), now, except);
                    case LEAST_REQUEST -> least(now, except);
                    case POWER_OF_TWO -> lessOfTwo(now, except);
                    case CONSISTENT_HASH -> onRing(hash, now, except);
                };
        return picked == null && except != null && !except.isEjected(now) ? except : picked;
    }

    private @Nullable Target turn(int from, long now, @Nullable Target except) {
        for (int i = 0; i < turns.length; i++) {
            Target target = turns[Math.floorMod(from + i, turns.length)];
            if (target != except && !target.isEjected(now)) {
                return target;
            }
        }
        return null;
    }

    private @Nullable Target least(long now, @Nullable Target except) {
        Target best = null;
        int from = state.turn().getAndIncrement();
        for (int i = 0; i < targets.length; i++) {
            Target target = targets[Math.floorMod(from + i, targets.length)];
            if (target != except
                    && !target.isEjected(now)
                    && (best == null || target.active() < best.active())) {
                best = target;
            }
        }
        return best;
    }

    private @Nullable Target lessOfTwo(long now, @Nullable Target except) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        Target one = turn(random.nextInt(turns.length), now, except);
        Target two = turn(random.nextInt(turns.length), now, except);
        return one == null || two == null || one.active() <= two.active() ? one : two;
    }

    private @Nullable Target onRing(long hash, long now, @Nullable Target except) {
        int at = Arrays.binarySearch(ring, hash);
        int from = at < 0 ? -at - 1 : at;
        for (int i = 0; i < ring.length; i++) {
            Target target = ringTargets[(from + i) % ring.length];
            if (target != except && !target.isEjected(now)) {
                return target;
            }
        }
        return null;
    }

    /// A target did not answer as it should; ejects it in time, but never more than half of them.
    public void failed(Target target, long now) {
        int ejected = 0;
        for (Target other : targets) {
            if (other.isEjected(now)) {
                ejected++;
            }
        }
        target.failed(
                now,
                settings.failuresMax(),
                settings.ejectNanos(),
                (ejected + 1) * 2 <= targets.length);
    }
}
