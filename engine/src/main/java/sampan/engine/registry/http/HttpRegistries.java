package sampan.engine.registry.http;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import sampan.engine.registry.Credential;
import sampan.engine.registry.Registries;
import sampan.engine.registry.RegistryConfig;
import sampan.engine.registry.RegistryException;
import sampan.engine.registry.RegistryLimits;
import sampan.engine.registry.Repository;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.Reference;
import sampan.oci.json.Json;

/// Registries over HTTP, by a configuration. Closing it cuts what goes on.
public final class HttpRegistries implements Registries, AutoCloseable {
    private static final String INDEX = "index.docker.io";

    private final RegistryConfig config;
    private final Clients clients;
    private final Tokens tokens;
    private final KnownBlobs known = new KnownBlobs(System::nanoTime);

    /// @param certificates directories with one directory per registry in them
    /// @param environment may name proxies
    public HttpRegistries(
            RegistryConfig config,
            RegistryLimits limits,
            List<Path> certificates,
            Map<String, String> environment) {
        this.config = config;
        this.clients =
                new Clients(
                        limits,
                        new Certificates(certificates),
                        new EnvironmentProxies(environment));
        this.tokens = new Tokens(clients);
    }

    @Override
    public Repository repository(Reference name, Credential credential, Purpose purpose) {
        RegistryConfig.Rule rule = config.rule(name.name());
        if (rule.blocked()) {
            throw new SampanException(
                    ErrorCode.DENIED,
                    "registry " + rule.prefix() + " is blocked by registries.json: " + name.name());
        }
        String actions = purpose == Purpose.PULL ? "pull" : "pull,push";
        List<Door> doors = new ArrayList<>();
        if (purpose == Purpose.PULL) {
            for (RegistryConfig.Mirror mirror : rule.mirrors()) {
                String there = rule.rewrite(name.name(), mirror.location());
                Credential own = credential.elsewhere().at(there.substring(0, there.indexOf('/')));
                doors.add(
                        door(Endpoint.of(there, mirror.insecure(), true, List.of()), own, actions));
            }
        }
        String there = rule.rewrite(name.name(), rule.location());
        doors.add(
                door(
                        Endpoint.of(there, rule.insecure(), true, rule.tokenRealms()),
                        credential,
                        actions));
        return new HttpRepository(name, doors, clients.limits(), known);
    }

    private Door door(Endpoint endpoint, Credential credential, String actions) {
        return door(endpoint, credential, List.of("repository:" + endpoint.path() + ":" + actions));
    }

    private Door door(Endpoint endpoint, Credential credential, List<String> scopes) {
        return new Door(endpoint, clients, new Authorizer(endpoint, credential, tokens, scopes));
    }

    /// A door to a whole registry.
    private Door door(String domain, Credential credential) {
        RegistryConfig.Rule rule = config.rule(domain + "/");
        if (rule.blocked()) {
            throw new SampanException(
                    ErrorCode.DENIED, "registry " + domain + " is blocked by registries.json");
        }
        Endpoint endpoint = Endpoint.of(domain + "/", rule.insecure(), true, rule.tokenRealms());
        return door(endpoint, credential, List.of());
    }

    @Override
    public String login(String domain, Credential credential) {
        Door door = door(domain, credential);
        try {
            URI base = door.base();
            Calling ping = Calling.get(base.resolve("/v2/"));
            Answer open = clients.send(ping, Optional.empty(), door.endpoint().insecure());
            open.body().close();
            List<String> challenges = open.headers().allValues("WWW-Authenticate");
            Optional<Challenge> bearer = Challenge.find(challenges, "bearer");
            if (open.statusCode() == 401 && bearer.isPresent()) {
                Tokens.Wish wish = door.authorizer().wish(Origin.of(base), bearer.get());
                if (!wish.credential().isPresent()) {
                    throw door.authorizer().explain(refused());
                }
                return tokens.fetch(wish, true).refreshToken();
            }
            Answer response = door.send(ping);
            if (response.statusCode() != 200) {
                throw door.refusal(response);
            }
            response.body().close();
            return "";
        } catch (IOException e) {
            throw door.unreachable(e);
        }
    }

    private static RegistryException refused() {
        return new RegistryException(401, RegistryException.UNAUTHORIZED, "no credentials");
    }

    /// The answer of the search that came before distribution-spec.
    record SearchAnswer(List<SearchResult> results) {
        SearchAnswer {
            results = results == null ? List.of() : results;
        }
    }

    /// One of its results.
    record SearchResult(
            String name,
            String description,
            @JsonProperty("star_count") int stars,
            @JsonProperty("is_official") boolean official,
            @JsonProperty("is_automated") boolean automated) {
        Hit hit() {
            return new Hit(text(name), text(description), stars, official, automated);
        }

        private static String text(@Nullable String value) {
            return value == null ? "" : value;
        }
    }

    /// A page of the catalog.
    record CatalogPage(List<String> repositories) {
        CatalogPage {
            repositories = repositories == null ? List.of() : repositories;
        }
    }

    @Override
    public List<Hit> search(String domain, String term, int limit, Credential credential) {
        Door door =
                domain.equals(Reference.DEFAULT_DOMAIN)
                        ? door(
                                new Endpoint(INDEX, "", false, true, List.of()),
                                credential,
                                List.of())
                        : door(domain, credential);
        try {
            String query =
                    "/v1/search?q="
                            + URLEncoder.encode(term, StandardCharsets.UTF_8)
                            + "&n="
                            + limit;
            Answer response = door.send(Calling.get(door.base().resolve(query)));
            if (response.statusCode() == 404) {
                response.body().close();
                return catalog(door, term, limit);
            }
            byte[] document = door.document(response, RegistryLimits.DOCUMENT_BYTES_MAX);
            return Json.read(document, SearchAnswer.class).results().stream()
                    .map(SearchResult::hit)
                    .limit(limit)
                    .toList();
        } catch (IOException e) {
            throw door.unreachable(e);
        }
    }

    private static List<Hit> catalog(Door door, String term, int limit) throws IOException {
        List<Hit> found = new ArrayList<>();
        HttpRepository.Pages.each(
                door,
                door.base().resolve("/v2/_catalog"),
                page ->
                        Json.read(page, CatalogPage.class).repositories().stream()
                                .filter(name -> name.contains(term) && found.size() < limit)
                                .forEach(name -> found.add(new Hit(name, "", 0, false, false))));
        return found;
    }

    @Override
    public void close() {
        clients.close();
    }
}
