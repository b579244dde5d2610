package sampan.gateway.redis;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import sampan.gateway.limits.TokenSource;
import sampan.gateway.redis.RespReader.Replies;
import sampan.gateway.redis.RespReader.Reply;
import sampan.gateway.redis.RespReader.Whole;

/// Buckets that live in a Redis server. One script takes tokens, so that a decision is atomic, and
/// by the server's clock, so that those of the gateways need not agree.
///
/// One virtual thread speaks with the server; what is asked meanwhile goes with its next turn. It
/// connects again by itself, and as long as it cannot, [#isUp] says so. Thread-safe.
public final class RedisTokens implements TokenSource, AutoCloseable {
    /// Questions that wait; more fail at once.
    public static final int ASKS_MAX = 8192;

    private static final System.Logger LOG = System.getLogger(RedisTokens.class.getName());
    private static final int TURN_MAX = 512;
    private static final long RETRY_MILLIS_MIN = 50;
    private static final long RETRY_MILLIS_MAX = 1_000;
    private static final long IDLE_MILLIS = 1_000;

    // The theoretical arrival time of the generic cell rate algorithm, in microseconds since 2025,
    // so that a double tells hundredths of them apart. More than a full bucket ahead is a clock
    // that went back.
    private static final String SCRIPT =
            """
            local t = redis.call('TIME')
            local now = (t[1] - 1735689600) * 1000000 + t[2]
            local interval = tonumber(ARGV[1])
            local burst = tonumber(ARGV[2])
            local wanted = tonumber(ARGV[3])
            local full = tonumber(redis.call('GET', KEYS[1]) or now)
            if full < now then full = now end
            if full > now + burst * interval then full = now + burst * interval end
            local have = math.floor((now - full) / interval + burst + 0.000001)
            local given = math.min(have, wanted)
            if given > 0 then
              full = full + given * interval
              redis.call('SET', KEYS[1], string.format('%.3f', full),
                'PX', math.ceil((full - now) / 1000) + 1)
            end
            if given == wanted then return {given, 0} end
            local least = math.max(1, math.floor(wanted / 2))
            return {given, math.ceil(full - now - (burst - least) * interval)}
            """;

    private record Ask(Bucket bucket, int wanted, Asker asker) {}

    private final RedisSettings settings;
    private final BlockingQueue<Ask> asks = new ArrayBlockingQueue<>(ASKS_MAX);
    private final Thread thread;
    private final AtomicLong asked = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private volatile boolean up;
    private volatile boolean closed;

    public RedisTokens(RedisSettings settings) {
        this.settings = settings;
        thread = Thread.ofVirtual().name("redis").start(this::run);
    }

    public RedisSettings settings() {
        return settings;
    }

    /// Questions that it has answered.
    public long asked() {
        return asked.get();
    }

    /// How often a connection was lost, or could not be had after one was.
    public long failures() {
        return failures.get();
    }

    @Override
    public boolean isUp() {
        return up;
    }

    @Override
    public void ask(Bucket bucket, int wanted, Asker asker) {
        Ask ask = new Ask(bucket, wanted, asker);
        if (!up || !asks.offer(ask)) {
            asker.failed();
        } else if (!up && asks.remove(ask)) {
            asker.failed(); // the connection was lost between
        }
    }

    private void run() {
        long pause = RETRY_MILLIS_MIN;
        boolean told = false;
        while (!closed) {
            try (RedisConnection connection = RedisConnection.open(settings)) {
                String script = connection.load(SCRIPT);
                pause = RETRY_MILLIS_MIN;
                told = false;
                LOG.log(Level.INFO, "limits are shared by redis " + settings);
                up = true;
                while (!closed) {
                    turn(connection, script);
                }
            } catch (IOException | RuntimeException e) {
                lost(e, told);
                told = true;
            } catch (InterruptedException _) {
                lost();
                return;
            }
            try {
                TimeUnit.MILLISECONDS.sleep(pause);
            } catch (InterruptedException _) {
                return;
            }
            pause = Math.min(RETRY_MILLIS_MAX, pause * 2);
        }
    }

    private void lost(Exception e, boolean told) {
        failures.incrementAndGet();
        lost();
        if (!told && !closed) {
            LOG.log(
                    Level.WARNING,
                    "redis "
                            + settings
                            + " cannot be asked, limits are as onFailure says: "
                            + e.getMessage());
        }
    }

    private void lost() {
        up = false;
        for (Ask ask = asks.poll(); ask != null; ask = asks.poll()) {
            ask.asker.failed();
        }
    }

    /// Asks all that waits at once.
    private void turn(RedisConnection connection, String script)
            throws IOException, InterruptedException {
        List<Ask> turn = new ArrayList<>();
        Ask first = asks.poll(IDLE_MILLIS, TimeUnit.MILLISECONDS);
        if (first == null) {
            connection.ping();
            return;
        }
        turn.add(first);
        asks.drainTo(turn, TURN_MAX - 1);
        int answered = 0;
        try {
            for (Ask ask : turn) {
                connection.write(command(ask, script));
            }
            connection.flush();
            while (answered < turn.size()) {
                answer(turn.get(answered), connection.read());
                answered++;
            }
        } finally {
            for (Ask ask : turn.subList(answered, turn.size())) {
                ask.asker.failed();
            }
        }
    }

    private List<String> command(Ask ask, String script) {
        return List.of(
                "EVALSHA",
                script,
                "1",
                settings.prefix() + ask.bucket.name(),
                String.format(Locale.ROOT, "%.6f", ask.bucket.intervalMicros()),
                Integer.toString(ask.bucket.burst()),
                Integer.toString(ask.wanted));
    }

    private void answer(Ask ask, Reply reply) throws IOException {
        if (!(reply instanceof Replies(List<Reply> parts))
                || parts.size() != 2
                || !(parts.get(0) instanceof Whole(long given))
                || !(parts.get(1) instanceof Whole(long wait))
                || given < 0
                || given > ask.wanted
                || wait < 0) {
            String said = reply instanceof RespReader.Failure(String text) ? text : "no numbers";
            throw new IOException("tokens were asked for and answered by " + said);
        }
        asked.incrementAndGet();
        ask.asker.given((int) given, TimeUnit.MICROSECONDS.toNanos(wait));
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
