package sampan.gateway.auth;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Asks other servers: bounded in time and size, no redirects. Blocks; for virtual threads.
final class Http {
    private static final int CONNECT_SECONDS_MAX = 3;
    private static final int SECONDS_MAX = 5;
    private static final int BYTES_MAX = 512 << 10;

    private static final class Holder {
        private static final HttpClient CLIENT =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .connectTimeout(Duration.ofSeconds(CONNECT_SECONDS_MAX))
                        .build();
    }

    private Http() {}

    static HttpRequest.Builder request(URI uri) {
        return HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(SECONDS_MAX));
    }

    /// An answer of any status, with all of its body.
    static HttpResponse<byte[]> send(HttpRequest request) throws IOException {
        CompletableFuture<HttpResponse<byte[]>> answer =
                Holder.CLIENT.sendAsync(
                        request,
                        HttpResponse.BodyHandlers.limiting(
                                HttpResponse.BodyHandlers.ofByteArray(), BYTES_MAX));
        try {
            // The request's own timeout ends with the head of the answer.
            return answer.get(SECONDS_MAX, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new IOException(said(e.getCause()), e.getCause());
        } catch (TimeoutException e) {
            throw new IOException("no answer in " + SECONDS_MAX + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            answer.cancel(true);
        }
    }

    private static String said(@org.jspecify.annotations.Nullable Throwable cause) {
        return cause == null ? "it failed" : cause.getClass().getSimpleName();
    }
}
