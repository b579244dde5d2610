package sampan.api.containers;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sampan.api.call.Call;
import sampan.api.call.Problem;
import sampan.api.call.Routes;
import sampan.api.translate.ContainerDocs;
import sampan.api.translate.CreateRequest;
import sampan.api.translate.LifecycleRequest;
import sampan.api.translate.ResourceRequest;
import sampan.api.wire.Doc;
import sampan.api.wire.Resources;
import sampan.api.wire.RestartEnvelope;
import sampan.engine.containers.Container;
import sampan.engine.containers.ContainerSpec;
import sampan.engine.containers.LifecycleSpec.RestartPolicy;
import sampan.engine.images.Image;
import sampan.engine.services.ContainerService;
import sampan.engine.services.ContainerService.Size;
import sampan.engine.services.ImageService;
import sampan.engine.services.PlatformText;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.image.Platform;

/// Containers as data: made, shown, changed, removed.
public final class ContainerRecords {
    private final ContainerService containers;
    private final ImageService images;

    public ContainerRecords(ContainerService containers, ImageService images) {
        this.containers = containers;
        this.images = images;
    }

    public void register(Routes routes) {
        routes.add("POST", "/containers/create", this::create)
                .add("GET", "/containers/json", this::list)
                .add("GET", "/containers/{id}/json", this::inspect)
                .add("POST", "/containers/{id}/rename", this::rename)
                .add("POST", "/containers/{id}/update", this::update)
                .add("POST", "/containers/prune", this::prune)
                .add("DELETE", "/containers/{id}", this::remove);
    }

    private void create(Call call) throws IOException {
        byte[] body =
                call.body()
                        .orElseThrow(() ->
                                SampanException.invalid(
                                        "invalid JSON: got EOF while reading request" + " body"));
        String platform = call.query("platform");
        if (!platform.isEmpty() && !platform.equals("linux") && !platform.startsWith("linux/")) {
            throw SampanException.invalid("platform must be linux: " + platform);
        }
        ContainerSpec request = CreateRequest.read(body, call.version());
        boolean exact = platform.indexOf('/') > 0 && images.find(request.image()).isPresent();
        ContainerService.Created created =
                exact
                        ? create(call, request, platform)
                        : containers.create(call.optional("name"), request);
        call.answer(
                201, Doc.of().put("Id", created.id().value()).put("Warnings", created.warnings()));
    }

    /// Not found is what makes clients pull the image that was meant.
    private ContainerService.Created create(Call call, ContainerSpec request, String text) {
        Platform platform = PlatformText.parse(text);
        Image ignored = images.inspect(request.image(), platform);
        return containers.create(call.optional("name"), request, platform);
    }

    private void list(Call call) throws IOException {
        boolean size = call.flag("size");
        int limit = call.number("limit").orElse(0);
        boolean all = call.flag("all") || limit > 0;
        Instant now = Instant.now();
        List<Doc> docs = new ArrayList<>();
        for (Container container : containers.list(all, Math.max(0, limit), call.filters())) {
            docs.add(
                    ContainerDocs.summary(
                            container,
                            size ? sizeUnlessGone(container) : Optional.empty(),
                            call.version(),
                            now));
        }
        call.answer(200, docs);
    }

    /// A container may be removed between the list and the measuring.
    private Optional<Size> sizeUnlessGone(Container container) {
        try {
            return Optional.of(containers.size(container.id().value()));
        } catch (SampanException e) {
            if (e.code() == ErrorCode.NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private void inspect(Call call) throws IOException {
        Container container = containers.inspect(call.path("id"));
        Optional<Size> size =
                call.flag("size")
                        ? Optional.of(containers.size(container.id().value()))
                        : Optional.empty();
        call.answer(200, ContainerDocs.inspect(container, size));
    }

    private void rename(Call call) throws IOException {
        String name = call.query("name");
        if (name.isEmpty()) {
            throw SampanException.invalid("Neither old nor new names may be empty");
        }
        containers.rename(call.path("id"), name);
        call.answer(204);
    }

    private void update(Call call) throws IOException {
        byte[] body = call.body().orElse(new byte[] {'{', '}'});
        Resources resources = Call.bind(body, Resources.class);
        sampan.api.wire.RestartPolicy wire = Call.bind(body, RestartEnvelope.class).restartPolicy();
        Optional<RestartPolicy> restart =
                wire == null || wire.name() == null || wire.name().isEmpty()
                        ? Optional.empty()
                        : Optional.of(LifecycleRequest.restart(wire));
        List<String> warnings =
                containers.update(call.path("id"), ResourceRequest.read(resources, 0), restart);
        call.answer(200, Doc.of().putOrNull("Warnings", warnings));
    }

    private void remove(Call call) throws IOException {
        if (call.flag("link")) {
            throw Problem.unsupported("removing a link is not supported: links are not");
        }
        containers.remove(call.path("id"), call.flag("force"), call.flag("v"));
        call.answer(204);
    }

    private void prune(Call call) throws IOException {
        ContainerService.Pruned pruned = containers.prune(call.filters());
        call.answer(
                200,
                Doc.of()
                        .putOrNull("ContainersDeleted", pruned.ids())
                        .put("SpaceReclaimed", pruned.bytes()));
    }
}
