package sampan.engine.registry.http;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;
import sampan.engine.registry.RegistryException;
import sampan.engine.registry.RegistryLimits;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// The way into one endpoint for one caller: challenges are answered, redirects followed. A
/// credential goes to the endpoint's own origin alone. Thread-safe.
final class Door {
    private final Endpoint endpoint;
    private final Clients clients;
    private final Authorizer authorizer;

    Door(Endpoint endpoint, Clients clients, Authorizer authorizer) {
        this.endpoint = endpoint;
        this.clients = clients;
        this.authorizer = authorizer;
    }

    Endpoint endpoint() {
        return endpoint;
    }

    /// The repository with its registry.
    String name() {
        return endpoint.host() + "/" + endpoint.path();
    }

    Authorizer authorizer() {
        return authorizer;
    }

    /// `https://host`
    URI base() throws IOException {
        return clients.base(endpoint);
    }

    /// A place in the repository: `manifests/latest`.
    URI in(String rest) throws IOException {
        return URI.create(base() + "/v2/" + endpoint.path() + "/" + rest);
    }

    /// Sends it, whatever the status; the caller closes the body.
    Answer send(Calling call) throws IOException {
        Calling next = call;
        for (int hops = 0; hops <= RegistryLimits.REDIRECTS_MAX; hops++) {
            Answer response = authorized(next);
            Optional<URI> target = redirection(next, response);
            if (target.isEmpty()) {
                return response;
            }
            response.body().close();
            next = next.to(target.get());
        }
        throw SampanException.invalid(
                "registry "
                        + endpoint.host()
                        + " redirects more than "
                        + RegistryLimits.REDIRECTS_MAX
                        + " times");
    }

    private Answer authorized(Calling call) throws IOException {
        Origin origin = Origin.of(base());
        Origin target = Origin.of(call.uri());
        if (!target.equals(origin)) {
            return clients.send(call, Optional.empty(), Endpoint.isLoopback(target.host()));
        }
        Optional<String> used = authorizer.current();
        Answer response = clients.send(call, used, endpoint.insecure());
        if (response.statusCode() != 401) {
            return response;
        }
        List<String> challenges = response.headers().allValues("WWW-Authenticate");
        Optional<String> answer = authorizer.answer(origin, challenges, used);
        if (answer.isEmpty()) {
            return response;
        }
        response.body().close();
        return clients.send(call, answer, endpoint.insecure());
    }

    private Optional<URI> redirection(Calling call, Answer response) {
        boolean redirects =
                switch (response.statusCode()) {
                    case 301, 302, 303, 307, 308 -> call.reads();
                    default -> false;
                };
        if (!redirects) {
            return Optional.empty();
        }
        URI target = location(call.uri(), response);
        if (Origin.of(call.uri()).isHttps() && !Origin.of(target).isHttps()) {
            throw SampanException.invalid(
                    "registry " + endpoint.host() + " redirects from HTTPS to " + target);
        }
        return Optional.of(target);
    }

    /// The Location header, whole.
    URI location(URI from, Answer response) {
        String text = response.headers().firstValue("Location").orElse("");
        try {
            URI target = from.resolve(text);
            String scheme = String.valueOf(target.getScheme());
            boolean web = scheme.equals("https") || scheme.equals("http");
            if (!text.isEmpty()
                    && web
                    && target.getHost() != null
                    && target.getUserInfo() == null) {
                return target;
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw SampanException.invalid(
                "registry " + endpoint.host() + " gives a location that is no URL: " + text);
    }

    /// The failure that an answer stands for; closes its body.
    SampanException refusal(Answer response) {
        try (BodyChannel body = response.body()) {
            byte[] document = body.readAll(RegistryLimits.DOCUMENT_BYTES_MAX);
            RegistryException refusal = Tokens.Refusals.of(response.statusCode(), document);
            return authorizer.explain(refusal);
        } catch (IOException e) {
            return new RegistryException(
                    response.statusCode(),
                    "UNEXPECTED_ANSWER",
                    "status " + response.statusCode() + ", and " + e.getMessage());
        }
    }

    /// The whole of a short answer with this status.
    ///
    /// @throws RegistryException for another
    byte[] document(Answer response, int bytesMax) throws IOException {
        if (response.statusCode() != 200) {
            throw refusal(response);
        }
        try (BodyChannel body = response.body()) {
            return body.readAll(bytesMax);
        }
    }

    /// What went wrong before there was an answer.
    SampanException unreachable(IOException e) {
        return new SampanException(
                ErrorCode.UNAVAILABLE,
                "registry " + endpoint.host() + " cannot be reached: " + words(e),
                e);
    }

    private String words(IOException e) {
        for (Throwable at = e; at != null; at = at.getCause()) {
            if (at instanceof UnresolvedAddressException || at instanceof UnknownHostException) {
                return "no such host; check the name and this machine's DNS";
            }
            if (at instanceof HttpConnectTimeoutException) {
                return "no connection within " + clients.limits().connect().toMillis() + " ms";
            }
            if (at instanceof SSLException) {
                return "TLS: "
                        + at.getMessage()
                        + "; give its CA in certs.d/"
                        + endpoint.host()
                        + ", or make it insecure in registries.json";
            }
        }
        if (e instanceof ConnectException) {
            return e.getMessage() == null ? "connection refused" : e.getMessage();
        }
        return String.valueOf(e.getMessage());
    }
}
