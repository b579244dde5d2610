package sampan.api.volumes;

import java.io.IOException;
import java.util.List;
import sampan.api.call.Call;
import sampan.api.call.Problem;
import sampan.api.call.Routes;
import sampan.api.translate.VolumeDocs;
import sampan.api.translate.VolumeRequest;
import sampan.api.wire.Doc;
import sampan.api.wire.VolumeCreate;
import sampan.engine.services.VolumeService;

/// Volumes: made, shown, removed.
public final class Volumes {
    private final VolumeService volumes;

    public Volumes(VolumeService volumes) {
        this.volumes = volumes;
    }

    public void register(Routes routes) {
        routes.add("GET", "/volumes", this::list)
                .add("POST", "/volumes/create", this::create)
                .add("POST", "/volumes/prune", this::prune)
                .add("GET", "/volumes/{name}", this::inspect)
                .add("PUT", "/volumes/{name}", this::update)
                .add("DELETE", "/volumes/{name}", this::remove);
    }

    private void list(Call call) throws IOException {
        List<Doc> docs = volumes.list(call.filters()).stream().map(VolumeDocs::inspect).toList();
        call.answer(200, Doc.of().put("Volumes", docs).put("Warnings", null));
    }

    private void create(Call call) throws IOException {
        VolumeRequest request = VolumeRequest.read(call.body(VolumeCreate.class));
        VolumeService.Created created =
                volumes.create(
                        request.name(), request.driver(), request.options(), request.labels());
        call.answer(201, VolumeDocs.inspect(created.volume()));
    }

    private void inspect(Call call) throws IOException {
        call.answer(200, VolumeDocs.inspect(volumes.inspect(call.path("name"))));
    }

    private void update(Call call) {
        throw Problem.unavailable(
                "volume update only valid for cluster volumes, but swarm is unavailable");
    }

    private void remove(Call call) throws IOException {
        volumes.remove(call.path("name"), call.flag("force"));
        call.answer(204);
    }

    private void prune(Call call) throws IOException {
        VolumeService.Pruned pruned = volumes.prune(call.filters());
        call.answer(
                200,
                Doc.of()
                        .put("VolumesDeleted", pruned.names())
                        .put("SpaceReclaimed", pruned.bytes()));
    }
}
