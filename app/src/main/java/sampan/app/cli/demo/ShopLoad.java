package sampan.app.cli.demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/// The same journeys for both forms of the shop, for so long, by so many clients.
final class ShopLoad {
    static final List<String> JOURNEYS = List.of("browse", "profile", "basket", "checkout");

    private static final int CLIENTS = 16;
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final int GOOD = 200;

    /// What became of a journey's requests.
    static final class Outcome {
        private final AtomicLong sent = new AtomicLong();
        private final AtomicLong failed = new AtomicLong();

        long sent() {
            return sent.get();
        }

        /// Answered with a failure, or not within two seconds.
        long failed() {
            return failed.get();
        }
    }

    private final HttpClient client;
    private final String web;

    /// @param web where the pages are
    ShopLoad(HttpClient client, String web) {
        this.client = client;
        this.web = web;
    }

    Map<String, Outcome> run(Duration time) throws InterruptedException {
        Map<String, Outcome> outcomes = new TreeMap<>();
        JOURNEYS.forEach(journey -> outcomes.put(journey, new Outcome()));
        long end = System.nanoTime() + time.toNanos();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            int first = i;
            threads.add(
                    Thread.ofVirtual()
                            .name("shopper")
                            .start(() -> {
                                for (int n = first; System.nanoTime() - end < 0; n++) {
                                    String journey = JOURNEYS.get(n % JOURNEYS.size());
                                    Outcome outcome = outcomes.get(journey);
                                    if (outcome == null || !go(journey, outcome)) {
                                        return;
                                    }
                                }
                            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        return outcomes;
    }

    /// @return false where the caller has given up
    private boolean go(String journey, Outcome outcome) {
        outcome.sent.incrementAndGet();
        try {
            if (get(web + "/" + journey).statusCode() != GOOD) {
                outcome.failed.incrementAndGet();
            }
        } catch (IOException _) {
            outcome.failed.incrementAndGet();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
        return true;
    }

    private java.net.http.HttpResponse<String> get(String url)
            throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(url))
                        .timeout(PATIENCE)
                        .header("X-Api-Key", "demo")
                        .build();
        return client.send(request, BodyHandlers.ofString());
    }
}
