package sampan.engine.archives;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import sampan.engine.archives.ContainerRoots.ContainerRoot;
import sampan.engine.archives.ContainerRoots.Pause;
import sampan.engine.images.DockerfileChanges;
import sampan.engine.images.Image.ImageConfig;
import sampan.engine.images.ImageRecord;
import sampan.engine.images.ImageStore;
import sampan.engine.images.ImageViews;
import sampan.engine.images.transfer.NewImage;
import sampan.engine.images.transfer.Stores;
import sampan.engine.snapshots.Base;
import sampan.engine.snapshots.RootMount;
import sampan.errors.SampanException;
import sampan.oci.Digest;
import sampan.oci.Reference;
import sampan.oci.image.ImageDocument;
import sampan.oci.image.ImageDocument.Step;
import sampan.oci.image.Manifest;
import sampan.oci.image.Platform;
import sampan.oci.json.Json;

/// Makes images of containers: their image's layers, and their upper directory as one more.
public final class Commit {
    private final ContainerRoots roots;
    private final Stores stores;

    public Commit(ContainerRoots roots, Stores stores) {
        this.roots = roots;
        this.stores = stores;
    }

    /// @param name absent: the image gets none
    /// @param pause a running container is frozen meanwhile
    /// @param changes Dockerfile lines
    public record Wish(
            String reference,
            Optional<Reference> name,
            String comment,
            String author,
            boolean pause,
            List<String> changes,
            Map<String, String> labels) {}

    /// The image's id.
    public Digest commit(Wish wish) {
        ContainerRoot container = roots.open(wish.reference());
        if (stores.snapshots().base(container.snapshotKey()) instanceof Base.Host) {
            throw SampanException.conflict(
                    "container "
                            + container.name()
                            + " is of the built-in image host and cannot be committed: what it"
                            + " stands on is this machine's root filesystem; export it instead");
        }
        ImageConfig config = DockerfileChanges.apply(container.config(), wish.changes());
        Instant now = Instant.now();
        Step step =
                new Step(
                        now.toString(),
                        wish.author(),
                        String.join(" ", container.config().command()),
                        wish.comment(),
                        false);
        Optional<NewImage.Parent> parent = parent(Digest.parse(container.imageId()), container);
        Platform platform = parent.map(p -> p.document().platform()).orElseGet(Platform::host);
        NewImage image =
                new NewImage(
                        parent,
                        labelled(config, wish.labels()),
                        platform,
                        wish.author(),
                        step,
                        now);
        RootMount mount = stores.snapshots().rootMount(container.snapshotKey());
        Pause pause = wish.pause() ? roots.pause(wish.reference()) : () -> {};
        try {
            return image.make(
                            stores,
                            wish.name(),
                            out -> UpperLayer.pack(mount, out, List.of(), OptionalLong.empty()))
                    .id();
        } finally {
            pause.close();
        }
    }

    /// The container's image; absent where it was removed by force, so that its layers alone are
    /// known: then a commit is refused.
    private Optional<NewImage.Parent> parent(Digest id, ContainerRoot container) {
        ImageRecord record;
        try {
            record = stores.images().record(id);
        } catch (SampanException e) {
            throw SampanException.conflict(
                    "the image of container "
                            + container.name()
                            + " was removed: export the container instead");
        }
        ImageDocument document = stores.images().document(id);
        Manifest manifest =
                Json.read(
                        stores.content().read(record.manifest(), ImageStore.CONFIG_BYTES_MAX),
                        Manifest.class);
        return Optional.of(new NewImage.Parent(record, document, manifest.layers()));
    }

    private static ImageConfig labelled(ImageConfig config, Map<String, String> labels) {
        if (labels.isEmpty()) {
            return config;
        }
        Map<String, String> all = new LinkedHashMap<>(config.labels());
        all.putAll(labels);
        ImageDocument.Settings settings = ImageViews.settings(config);
        return ImageViews.config(
                new ImageDocument.Settings(
                        settings.user(),
                        settings.exposedPorts(),
                        settings.env(),
                        settings.entrypoint(),
                        settings.command(),
                        settings.volumes(),
                        settings.workingDir(),
                        all,
                        settings.stopSignal(),
                        settings.argsEscaped(),
                        settings.health(),
                        settings.onBuild(),
                        settings.shell()));
    }
}
