package sampan.gateway.outgoing;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import sampan.errors.SampanException;

/// Asks other servers: bounded in time and size, no redirects. Blocks; for virtual threads and
/// threads of their own.
public final class Outgoing {
    /// How long an answer may take.
    public static final int SECONDS_MAX = 5;

    private static final int CONNECT_SECONDS_MAX = 3;
    private static final int BYTES_MAX = 512 << 10;

    // A client has threads of its own, which end when nobody has it any more.
    private static final class Usual {
        private static final HttpClient CLIENT = builder().build();
    }

    private final Optional<HttpClient> own;

    private Outgoing(Optional<HttpClient> own) {
        this.own = own;
    }

    /// One that takes these authorities' certificates for good.
    ///
    /// @param file in PEM, read now; those of the machine where none is named
    public static Outgoing trusting(Optional<Path> file) {
        if (file.isEmpty()) {
            return new Outgoing(Optional.empty());
        }
        try {
            SSLContext context = Authorities.context(file.get());
            return new Outgoing(Optional.of(builder().sslContext(context).build()));
        } catch (IOException e) {
            throw SampanException.invalid(
                    "ca \""
                            + file.get()
                            + "\": no certificates in PEM can be read: "
                            + e.getMessage());
        }
    }

    public static HttpRequest.Builder request(URI uri) {
        return HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(SECONDS_MAX));
    }

    // The usual one is made with the first question: it takes some hundred classes.
    private HttpClient client() {
        return own.orElseGet(() -> Usual.CLIENT);
    }

    private static HttpClient.Builder builder() {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(Duration.ofSeconds(CONNECT_SECONDS_MAX));
    }

    /// An answer of any status, with all of its body.
    public HttpResponse<byte[]> send(HttpRequest request) throws IOException {
        CompletableFuture<HttpResponse<byte[]>> answer =
                client().sendAsync(
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

    private static String said(@Nullable Throwable cause) {
        return cause == null ? "it failed" : cause.getClass().getSimpleName();
    }
}
