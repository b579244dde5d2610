package sampan.gateway.acme;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.gateway.config.ConfigReader;
import sampan.gateway.config.GatewayConfig.RouteDefinition;

/// Answers to challenges over HTTP: handed over by who orders, taken by who builds the routes.
final class Challenges {
    private static final long TAKEN_SECONDS_MAX = 30;
    private static final String TOKEN = "[A-Za-z0-9_-]{1,200}";
    private static final String ANSWER = "[A-Za-z0-9_.-]{1,300}";

    private record Answer(String host, String text) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition taken = lock.newCondition();
    private final Map<String, Answer> answers = new LinkedHashMap<>();
    private long version;
    private long published;

    /// Returns once the gateway answers.
    void offer(String host, String token, String text) throws InterruptedException {
        // They come from a server and go into a configuration.
        if (!token.matches(TOKEN) || !text.matches(ANSWER)) {
            throw SampanException.invalid("the ACME server's token is none: ask who runs it");
        }
        lock.lock();
        try {
            answers.put(token, new Answer(host, text));
            long mine = ++version;
            long left = TimeUnit.SECONDS.toNanos(TAKEN_SECONDS_MAX);
            while (published < mine) {
                if (left <= 0) {
                    throw new SampanException(
                            ErrorCode.UNAVAILABLE, "the gateway does not take the challenge");
                }
                left = taken.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    void withdraw() {
        lock.lock();
        try {
            if (!answers.isEmpty()) {
                answers.clear();
                version++;
            }
        } finally {
            lock.unlock();
        }
    }

    boolean isStale() {
        lock.lock();
        try {
            return published < version;
        } finally {
            lock.unlock();
        }
    }

    /// What is to be answered now; [#published] says that it is.
    List<RouteDefinition> routes() {
        lock.lock();
        try {
            List<RouteDefinition> routes = new ArrayList<>();
            answers.forEach((token, answer) ->
                    routes.addAll(ConfigReader.readFed("acme", route(token, answer)).routes()));
            return routes;
        } finally {
            lock.unlock();
        }
    }

    private static String route(String token, Answer answer) {
        return """
        routes:
        - name: "acme %1$s"
          hosts: "%2$s"
          path: {exact: "/.well-known/acme-challenge/%1$s"}
          respond: {text: "%3$s"}
        """
                .formatted(token, answer.host(), answer.text());
    }

    /// @param routes how many were taken: others may have come meanwhile
    void published(int routes) {
        lock.lock();
        try {
            if (routes == answers.size()) {
                published = version;
                taken.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }
}
