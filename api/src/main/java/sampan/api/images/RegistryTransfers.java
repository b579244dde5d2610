package sampan.api.images;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import sampan.api.call.Call;
import sampan.api.call.LateBody;
import sampan.api.call.Routes;
import sampan.api.translate.ManifestDocs;
import sampan.api.wire.AuthConfig;
import sampan.api.wire.Doc;
import sampan.engine.registry.Registries.Hit;
import sampan.engine.registry.RegistryException;
import sampan.engine.services.ImageService;
import sampan.engine.services.RegistryService;
import sampan.engine.services.RegistryService.Distribution;
import sampan.engine.services.RegistryService.PullRequest;
import sampan.engine.services.RegistryService.PushRequest;
import sampan.engine.services.RegistryService.Pushed;
import sampan.errors.SampanException;
import sampan.oci.image.Descriptor;

/// Images from registries and to them.
public final class RegistryTransfers {
    private static final String JSON = "application/json";
    private static final int SEARCH_LIMIT = 25;

    private final RegistryService registries;
    private final ImageService images;

    public RegistryTransfers(RegistryService registries, ImageService images) {
        this.registries = registries;
        this.images = images;
    }

    public void register(Routes routes) {
        routes.add("POST", "/images/{name...}/push", this::push)
                .add("POST", "/auth", this::login)
                .add("GET", "/distribution/{name...}/json", this::distribution)
                .add("GET", "/images/search", this::search);
    }

    /// POST /images/create with `fromImage`.
    void pull(Call call) throws IOException {
        String image = call.query("fromImage");
        String tag = call.query("tag");
        String reference = tag.isEmpty() ? image : image + (tag.contains(":") ? "@" : ":") + tag;
        ProgressLines lines = new ProgressLines(new LateBody(call, JSON), true);
        PullRequest request =
                new PullRequest(reference, call.query("platform"), RegistryAuth.of(call));
        lines.telling(() -> registries.pull(request, lines));
    }

    private void push(Call call) throws IOException {
        String name = call.path("name");
        String tag = call.query("tag");
        String reference = tag.isEmpty() ? name : name + ":" + tag;
        PushRequest request =
                new PushRequest(
                        reference,
                        PlatformChoice.of(call, images, List.of(reference)),
                        RegistryAuth.of(call));
        ProgressLines lines = new ProgressLines(new LateBody(call, JSON), true);
        lines.telling(() -> {
            for (Pushed pushed : registries.push(request, lines)) {
                Doc aux =
                        Doc.of()
                                .put("Tag", pushed.tag())
                                .put("Digest", pushed.digest())
                                .put("Size", pushed.size());
                lines.line(Doc.of().put("progressDetail", Doc.of()).put("aux", aux));
                if (pushed.left().isPresent()) {
                    lines.line(
                            Doc.of().put("aux", instead(pushed.left().get(), pushed.manifest())));
                }
            }
        });
    }

    /// What makes clients say that one image went in place of the index.
    private static Doc instead(Descriptor index, Descriptor manifest) {
        return Doc.of()
                .put("manifestPushedInsteadOfIndex", true)
                .put("originalIndex", ManifestDocs.descriptor(index))
                .put("selectedManifest", ManifestDocs.descriptor(manifest));
    }

    private void login(Call call) throws IOException {
        AuthConfig auth = call.body(AuthConfig.class);
        try {
            String token = registries.login(auth.serverAddress(), auth.credential());
            call.answer(200, Doc.of().put("Status", "Login Succeeded").put("IdentityToken", token));
        } catch (RegistryException e) {
            if (e.status() != 401 && e.status() != 403) {
                throw e;
            }
            call.fail(401, "login attempt to " + auth.shownServer() + " failed: " + e.getMessage());
        }
    }

    private void distribution(Call call) throws IOException {
        Distribution found = registries.distribution(call.path("name"), RegistryAuth.of(call));
        Descriptor descriptor = found.descriptor();
        call.answer(
                200,
                Doc.of()
                        .put("Descriptor", ManifestDocs.descriptor(descriptor))
                        .put(
                                "Platforms",
                                found.platforms().stream().map(ManifestDocs::platform).toList()));
    }

    private void search(Call call) throws IOException {
        int limit = call.number("limit").filter(n -> n != 0).orElse(SEARCH_LIMIT);
        Map<String, List<String>> filters = call.filters();
        List<Doc> docs = new ArrayList<>();
        SearchFilters wanted = SearchFilters.of(filters);
        for (Hit hit : registries.search(call.query("term"), limit, RegistryAuth.of(call))) {
            if (wanted.fits(hit)) {
                docs.add(
                        Doc.of()
                                .put("star_count", hit.stars())
                                .put("is_official", hit.official())
                                .put("name", hit.name())
                                .put("is_automated", hit.automated())
                                .put("description", hit.description()));
            }
        }
        call.answer(200, docs);
    }

    /// `is-official`, `is-automated` and `stars`.
    private record SearchFilters(List<String> official, List<String> automated, int stars) {
        static SearchFilters of(Map<String, List<String>> filters) {
            for (String name : filters.keySet()) {
                if (!List.of("is-official", "is-automated", "stars").contains(name)) {
                    throw SampanException.invalid("invalid filter '" + name + "'");
                }
            }
            int stars = 0;
            for (String text : filters.getOrDefault("stars", List.of())) {
                try {
                    stars = Math.max(stars, Integer.parseInt(text));
                } catch (NumberFormatException e) {
                    throw SampanException.invalid("invalid filter 'stars=" + text + "'");
                }
            }
            return new SearchFilters(
                    filters.getOrDefault("is-official", List.of()),
                    filters.getOrDefault("is-automated", List.of()),
                    stars);
        }

        boolean fits(Hit hit) {
            return fits(official, hit.official())
                    && fits(automated, hit.automated())
                    && hit.stars() >= stars;
        }

        private static boolean fits(List<String> wanted, boolean value) {
            return wanted.isEmpty()
                    || wanted.stream()
                            .anyMatch(text ->
                                    value
                                            ? text.equals("true") || text.equals("1")
                                            : text.equals("false") || text.equals("0"));
        }
    }
}
