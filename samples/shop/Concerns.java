import com.sun.net.httpserver.HttpExchange;
import java.security.MessageDigest;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/// What every service that stands alone brings along: who is asking, how often, and a line of log.
final class Concerns {
    /// One of them.
    interface Module {
        /// 0, or the status that refuses.
        int check(HttpExchange exchange);
    }

    private static final class Authentication implements Module {
        @Override
        public int check(HttpExchange exchange) {
            String key = exchange.getRequestHeaders().getFirst("X-Api-Key");
            boolean known =
                    key != null && MessageDigest.isEqual(key.getBytes(), Service.KEY.getBytes());
            return known ? 0 : 401;
        }
    }

    private static final class RateLimit implements Module {
        private static final long PER_SECOND = 10_000;
        private final AtomicLong second = new AtomicLong();
        private final AtomicLong count = new AtomicLong();

        @Override
        public int check(HttpExchange exchange) {
            long now = System.nanoTime() / 1_000_000_000;
            if (second.getAndSet(now) != now) {
                count.set(0);
            }
            return count.incrementAndGet() > PER_SECOND ? 429 : 0;
        }
    }

    private static final class AccessLog implements Module {
        @Override
        public int check(HttpExchange exchange) {
            System.out.println(exchange.getRequestMethod() + " " + exchange.getRequestURI());
            return 0;
        }
    }

    private final List<Module> modules =
            List.of(new Authentication(), new RateLimit(), new AccessLog());

    int check(HttpExchange exchange) {
        for (Module module : modules) {
            int refused = module.check(exchange);
            if (refused != 0) {
                return refused;
            }
        }
        return 0;
    }

    int modules() {
        return modules.size();
    }
}
