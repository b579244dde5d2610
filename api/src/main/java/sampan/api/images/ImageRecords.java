package sampan.api.images;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import sampan.api.call.Call;
import sampan.api.call.Routes;
import sampan.api.translate.ImageDocs;
import sampan.api.translate.ManifestDocs;
import sampan.api.wire.Doc;
import sampan.engine.images.Image;
import sampan.engine.services.ContainerService;
import sampan.engine.services.Engine;
import sampan.engine.services.ImageService;
import sampan.errors.SampanException;

/// Images that are here: shown, named, removed.
public final class ImageRecords {
    private final ImageService images;
    private final ContainerService containers;

    public ImageRecords(Engine engine) {
        this.images = engine.images();
        this.containers = engine.containers();
    }

    public void register(Routes routes) {
        routes.add("GET", "/images/json", this::list)
                .add("GET", "/images/{name...}/json", this::inspect)
                .add("GET", "/images/{name...}/history", this::history)
                .add("POST", "/images/{name...}/tag", this::tag)
                .add("DELETE", "/images/{name...}", this::remove)
                .add("POST", "/images/prune", this::prune);
    }

    private void list(Call call) throws IOException {
        Map<String, List<String>> filters = new HashMap<>(call.filters());
        call.optional("filter").ifPresent(name -> filters.put("reference", List.of(name)));
        Map<String, List<String>> uses = users();
        List<Doc> docs =
                images.list(call.flag("all"), filters).stream()
                        .map(image -> summary(call, image, uses))
                        .toList();
        call.answer(200, docs);
    }

    /// Ids of containers by the id of their image.
    private Map<String, List<String>> users() {
        Map<String, List<String>> users = new HashMap<>();
        containers
                .list()
                .forEach(c ->
                        users.computeIfAbsent(c.imageId(), _ -> new ArrayList<>())
                                .add(c.id().value()));
        return users;
    }

    private Doc summary(Call call, Image image, Map<String, List<String>> uses) {
        long count = uses.getOrDefault(image.id(), List.of()).size();
        Doc doc = ImageDocs.summary(image, count, -1, call.version());
        if (call.flag("manifests") && !image.virtual()) {
            doc.put("Manifests", manifests(nameOf(image), uses));
        }
        return doc;
    }

    private static String nameOf(Image image) {
        return image.references().stream().findFirst().orElse(image.id());
    }

    private List<Doc> manifests(String name, Map<String, List<String>> uses) {
        return images.platforms(name).stream().map(one -> ManifestDocs.summary(one, uses)).toList();
    }

    private Image named(Call call) {
        String name = call.path("name");
        return PlatformChoice.of(call)
                .map(platform -> images.inspect(name, platform))
                .orElseGet(() -> images.inspect(name));
    }

    private void inspect(Call call) throws IOException {
        Doc doc = ImageDocs.inspect(named(call), call.version());
        if (call.flag("manifests")) {
            doc.put("Manifests", manifests(call.path("name"), users()));
        }
        call.answer(200, doc);
    }

    private void history(Call call) throws IOException {
        String name =
                PlatformChoice.of(call)
                        .map(platform -> images.inspect(call.path("name"), platform).id())
                        .orElse(call.path("name"));
        call.answer(200, images.history(name).stream().map(ImageDocs::history).toList());
    }

    private void tag(Call call) throws IOException {
        String repository = call.query("repo");
        if (repository.isEmpty()) {
            throw SampanException.invalid("invalid reference format: repo is empty");
        }
        images.tag(call.path("name"), repository, call.query("tag"));
        call.answer(201);
    }

    private void remove(Call call) throws IOException {
        List<ImageService.Removal> removals = new ArrayList<>();
        for (String platform : call.all("platforms")) {
            removals.addAll(
                    images.remove(
                            call.path("name"), PlatformChoice.parse(platform), call.flag("force")));
        }
        if (call.all("platforms").isEmpty()) {
            removals.addAll(
                    images.remove(call.path("name"), call.flag("force"), call.flag("noprune")));
        }
        call.answer(200, removals.stream().map(ImageDocs::removal).toList());
    }

    private void prune(Call call) throws IOException {
        ImageService.Pruned pruned = images.prune(call.filters());
        List<Doc> removals = pruned.removals().stream().map(ImageDocs::removal).toList();
        call.answer(
                200,
                Doc.of()
                        .putOrNull("ImagesDeleted", removals)
                        .put("SpaceReclaimed", pruned.bytes()));
    }
}
