package sampan.api.images;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import sampan.api.call.Call;
import sampan.api.call.Problem;
import sampan.api.call.Routes;
import sampan.api.translate.ImageDocs;
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
        Map<String, Long> uses = new HashMap<>();
        containers.list().forEach(c -> uses.merge(c.imageId(), 1L, Long::sum));
        List<Doc> docs =
                images.list(call.flag("all"), filters).stream()
                        .map(image -> summary(call, image, uses))
                        .toList();
        call.answer(200, docs);
    }

    private static Doc summary(Call call, Image image, Map<String, Long> uses) {
        return ImageDocs.summary(image, uses.getOrDefault(image.id(), 0L), -1, call.version());
    }

    private void inspect(Call call) throws IOException {
        call.answer(200, ImageDocs.inspect(images.inspect(call.path("name")), call.version()));
    }

    private void history(Call call) throws IOException {
        call.answer(
                200, images.history(call.path("name")).stream().map(ImageDocs::history).toList());
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
        if (!call.all("platforms").isEmpty()) {
            throw Problem.unsupported("removing single platforms of an image is not supported yet");
        }
        List<ImageService.Removal> removals =
                images.remove(call.path("name"), call.flag("force"), call.flag("noprune"));
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
