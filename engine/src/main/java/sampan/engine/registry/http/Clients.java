package sampan.engine.registry.http;

import java.io.IOException;
import java.net.ConnectException;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.ReadableByteChannel;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import sampan.engine.registry.RegistryLimits;
import sampan.engine.registry.http.Calling.Sending;

/// Sends single requests: one client of the JDK per host, because certificates are per host. No
/// redirect, no challenge is answered here. Thread-safe.
final class Clients implements AutoCloseable {
    private static final String AGENT = "sampan";
    private static final int BAD_REQUEST = 400;

    /// How long a server on the loopback may take to answer by TLS before plain HTTP is tried.
    private static final Duration HELLO = Duration.ofSeconds(2);

    private final RegistryLimits limits;
    private final Certificates certificates;
    private final ProxySelector proxies;
    private final Map<Key, HttpClient> clients = new ConcurrentHashMap<>();
    private final Map<String, String> schemes = new ConcurrentHashMap<>();

    private record Key(String host, boolean unchecked) {}

    Clients(RegistryLimits limits, Certificates certificates, ProxySelector proxies) {
        this.limits = limits;
        this.certificates = certificates;
        this.proxies = proxies;
    }

    RegistryLimits limits() {
        return limits;
    }

    private HttpClient client(URI uri, boolean unchecked) {
        return clients.computeIfAbsent(
                new Key(uri.getScheme() + "://" + uri.getAuthority(), unchecked),
                key -> {
                    HttpClient.Builder builder =
                            HttpClient.newBuilder()
                                    .version(HttpClient.Version.HTTP_1_1)
                                    .followRedirects(HttpClient.Redirect.NEVER)
                                    .proxy(proxies)
                                    .connectTimeout(limits.connect());
                    if ("https".equals(uri.getScheme())) {
                        builder.sslContext(certificates.context(uri.getAuthority(), unchecked));
                    }
                    return builder.build();
                });
    }

    /// Where this endpoint is. For one that may be insecure, HTTPS is tried before plain HTTP.
    URI base(Endpoint endpoint) throws IOException {
        URI secure = URI.create("https://" + endpoint.host());
        if (!endpoint.insecure()) {
            return secure;
        }
        String known = schemes.get(endpoint.host());
        if (known != null) {
            return URI.create(known + "://" + endpoint.host());
        }
        URI found = found(endpoint, secure, URI.create("http://" + endpoint.host()));
        schemes.put(endpoint.host(), found.getScheme());
        return found;
    }

    // A server without TLS may take a TLS hello for the begin of a request, and wait for the rest.
    private URI found(Endpoint endpoint, URI secure, URI plain) throws IOException {
        boolean near = Endpoint.isLoopback(endpoint.host());
        try {
            ping(secure, near ? HELLO : limits.answer());
            return secure;
        } catch (HttpTimeoutException e) {
            if (pingAfter(e, plain) != BAD_REQUEST) {
                return plain;
            }
            ping(secure, limits.answer()); // it does speak TLS, and is slow
            return secure;
        } catch (ConnectException e) {
            throw e;
        } catch (IOException e) {
            ping(plain, limits.answer());
            return plain;
        }
    }

    private int pingAfter(HttpTimeoutException secure, URI plain) throws IOException {
        try {
            return ping(plain, limits.answer());
        } catch (IOException e) {
            secure.addSuppressed(e);
            throw secure;
        }
    }

    private int ping(URI base, Duration patience) throws IOException {
        Answer answer = send(Calling.get(base.resolve("/v2/")), Optional.empty(), true, patience);
        answer.body().close();
        return answer.statusCode();
    }

    /// @param unchecked the certificate need not be right
    Answer send(Calling call, Optional<String> authorization, boolean unchecked)
            throws IOException {
        return send(call, authorization, unchecked, limits.answer());
    }

    private Answer send(
            Calling call, Optional<String> authorization, boolean unchecked, Duration patience)
            throws IOException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(call.uri()).header("User-Agent", AGENT);
        call.headers().forEach(request::header);
        authorization.ifPresent(value -> request.header("Authorization", value));
        AtomicLong moved = new AtomicLong();
        request.method(call.method(), publisher(call.body(), request, moved));
        return await(exchange(call.uri(), request.build(), unchecked), call, moved, patience);
    }

    // The client's own future fails with the body, even where much of it has come.
    private Exchange exchange(URI uri, HttpRequest request, boolean unchecked) {
        CompletableFuture<Answer> head = new CompletableFuture<>();
        BodyChannel body = new BodyChannel(limits);
        CompletableFuture<?> whole =
                client(uri, unchecked)
                        .sendAsync(
                                request,
                                info -> {
                                    body.promised(bytes(request.method(), info));
                                    head.complete(
                                            new Answer(info.statusCode(), info.headers(), body));
                                    return body;
                                })
                        .whenComplete((response, failure) -> {
                            if (failure != null && !head.completeExceptionally(failure)) {
                                body.onError(failure);
                            }
                        });
        return new Exchange(head, whole);
    }

    /// How long the body of an answer is, negative where its head does not tell.
    private static long bytes(String method, HttpResponse.ResponseInfo answer) {
        return method.equals("HEAD") || answer.statusCode() == 204
                ? 0
                : answer.headers().firstValueAsLong("Content-Length").orElse(-1);
    }

    /// @param whole cancelled to give up
    private record Exchange(CompletableFuture<Answer> head, CompletableFuture<?> whole) {}

    private static BodyPublisher publisher(
            Optional<Sending> body, HttpRequest.Builder request, AtomicLong moved) {
        if (body.isEmpty()) {
            return BodyPublishers.noBody();
        }
        return switch (body.get()) {
            case Sending.Document(String type, byte[] content) -> {
                request.header("Content-Type", type);
                yield BodyPublishers.ofByteArray(content);
            }
            case Sending.Stream(ReadableByteChannel content) -> {
                request.header("Content-Type", "application/octet-stream");
                yield new ChannelBody(() -> content, -1, moved::addAndGet);
            }
            case Sending.Part part -> {
                request.header("Content-Type", "application/octet-stream");
                yield part.length() == 0
                        ? BodyPublishers.noBody()
                        : new ChannelBody(
                                () -> part.source().open().position(part.offset()),
                                part.length(),
                                size -> {
                                    moved.addAndGet(size);
                                    part.sent().bytes(size);
                                });
            }
        };
    }

    // While a body goes out, each stretch of waiting must have moved some of it.
    private Answer await(Exchange exchange, Calling call, AtomicLong moved, Duration patience)
            throws IOException {
        try {
            while (true) {
                long before = moved.get();
                try {
                    return exchange.head().get(patience.toNanos(), TimeUnit.NANOSECONDS);
                } catch (TimeoutException e) {
                    if (moved.get() == before) {
                        exchange.whole().cancel(true);
                        throw new HttpTimeoutException(
                                call.uri().getHost()
                                        + " did not answer "
                                        + call.method()
                                        + " within "
                                        + patience.toMillis()
                                        + " ms");
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            exchange.whole().cancel(true);
            throw new IOException("interrupted while a registry was asked", e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof CompletionException wrapped && wrapped.getCause() != null) {
                cause = wrapped.getCause();
            }
            if (cause instanceof IOException failure) {
                throw failure;
            }
            throw new IOException(String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public void close() {
        clients.values().forEach(HttpClient::shutdownNow);
    }
}
