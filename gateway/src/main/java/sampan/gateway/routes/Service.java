package sampan.gateway.routes;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import sampan.gateway.limits.Breaker;
import sampan.gateway.limits.Concurrency;
import sampan.gateway.limits.Guards;
import sampan.gateway.limits.Resilience;

/// A named set of targets that answer alike.
public final class Service {
    /// How a service treats its targets.
    ///
    /// @param connectNanos to have a connection
    /// @param responseNanos from the request's last byte to the head of the answer
    /// @param retries other targets that are tried when one takes no connection
    /// @param requestsMax requests under way to all targets
    /// @param outlier when a target gets none for a while
    /// @param wakeNanos how long a request waits for a service that has no target and is asked to
    ///   start one, 0 where it does not
    /// @param resilience how it is asked once more, and how much at once
    public record Settings(
            long connectNanos,
            long responseNanos,
            int retries,
            int requestsMax,
            Outlier outlier,
            long wakeNanos,
            Resilience resilience) {}

    /// What outlives a table.
    ///
    /// @param turn of round robin
    public record State(
            AtomicInteger turn,
            Concurrency concurrency,
            Optional<Breaker> breaker,
            Guards guards) {}

    /// A target and its share.
    public record Share(Target target, int weight) {}

    private static final int POINTS = 64;
    private static final int SLOW_START_PARTS_MAX = 10;

    private final String name;
    private final Settings settings;
    private final State state;
    private final Balance balance;
    private final Attribute hashBy;
    private final long slowStartNanos;
    private final @Nullable Stickiness stickiness;
    private final Target[] targets;
    // Each target as often as its weight says, spread; for round robin and random picks.
    private final Target[] turns;
    private final long[] ring;
    private final Target[] ringTargets;

    public Service(
            String name, Settings settings, State state, Balancing balancing, List<Share> shares) {
        this.name = name;
        this.settings = settings;
        this.state = state;
        balance = balancing.balance();
        hashBy = balancing.hashBy();
        slowStartNanos = balancing.slowStartNanos();
        targets = shares.stream().map(Share::target).toArray(Target[]::new);
        stickiness =
                balancing
                        .sticky()
                        .map(cookie -> new Stickiness(cookie, name, List.of(targets)))
                        .orElse(null);
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

    /// Whether its clients come back to the target that they had.
    public boolean isSticky() {
        return stickiness != null;
    }

    /// The target that the request's client had, where that may have it still.
    public @Nullable Target stuck(RequestView view, long now) {
        Target had = stickiness == null ? null : stickiness.find(view);
        return had == null || had.isEjected(now) ? null : had;
    }

    /// The line of an answer by which its client comes back to that target; null where it does not.
    public byte @Nullable [] stickyLine(Target target) {
        return stickiness == null ? null : stickiness.line(target);
    }

    /// A target that is ready, none where there is none.
    ///
    /// @param except one that has just failed, taken only where there is no other
    public @Nullable Target pick(long hash, long now, @Nullable Target except) {
        if (turns.length == 0) {
            return null;
        }
        Target picked = choose(hash, now, except);
        if (slowStartNanos > 0 && picked != null && isTooYoung(picked, now)) {
            Target older = choose(hash, now, picked);
            picked = older == null || older == except ? picked : older;
        }
        return picked == null && except != null && !except.isEjected(now) ? except : picked;
    }

    private @Nullable Target choose(long hash, long now, @Nullable Target except) {
        return switch (balance) {
            case ROUND_ROBIN -> turn(state.turn().getAndIncrement(), now, except);
            case LEAST_REQUEST -> least(now, except);
            case POWER_OF_TWO -> lessOfTwo(now, except);
            case CONSISTENT_HASH -> onRing(hash, now, except);
        };
    }

    /// Whether another should have this one of the requests that would be the target's: so often as
    /// is left of its slow start, but not always.
    private boolean isTooYoung(Target target, long now) {
        long age = now - target.joined();
        return age < slowStartNanos
                && ThreadLocalRandom.current().nextLong(slowStartNanos)
                        >= Math.max(age, slowStartNanos / SLOW_START_PARTS_MAX);
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

    /// A target has answered.
    ///
    /// @param status none by which it counts as [#failed] anyway
    public void answered(Target target, int status, long now) {
        if (settings.outlier().counts(status)) {
            failed(target, now);
        } else {
            target.succeeded();
        }
    }

    /// A target did not answer as it should; ejects it in time, but never more than so many of
    /// them.
    public void failed(Target target, long now) {
        int ejected = 0;
        for (Target other : targets) {
            if (other.isEjected(now)) {
                ejected++;
            }
        }
        Outlier outlier = settings.outlier();
        target.failed(now, outlier, outlier.allows(ejected, targets.length));
    }
}
