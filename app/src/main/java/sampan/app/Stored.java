package sampan.app;

import java.nio.file.Path;
import java.util.List;
import sampan.app.settings.Settings;
import sampan.engine.containers.ContainerFiles;
import sampan.engine.containers.Containers;
import sampan.engine.content.ContentStore;
import sampan.engine.images.Collector;
import sampan.engine.images.ImageStore;
import sampan.engine.images.transfer.Stores;
import sampan.engine.leases.Leases;
import sampan.engine.snapshots.Snapshotter;
import sampan.engine.snapshots.overlay.OverlaySnapshotter;
import sampan.engine.volumes.Volumes;
import sampan.engine.volumes.local.LocalVolumes;

/// What keeps images, volumes and containers on disk.
///
/// @param leases hold what is being made
record Stored(
        ContentStore content,
        ImageStore images,
        Snapshotter snapshots,
        Volumes volumes,
        Collector collector,
        Containers containers,
        Leases leases) {
    /// @param closing gets what must be closed
    static Stored open(Settings settings, Closing closing) {
        Path root = settings.root();
        Leases leases = new Leases(root.resolve("leases"));
        ContentStore content = new ContentStore(root.resolve("content"));
        ImageStore images = new ImageStore(root.resolve("images"), content);
        OverlaySnapshotter snapshots =
                new OverlaySnapshotter(root.resolve("snapshots"), List.of(root, settings.run()));
        closing.push(snapshots);
        return new Stored(
                content,
                images,
                snapshots,
                new LocalVolumes(root.resolve("volumes"), new KernelTmpfs()),
                new Collector(images, content, snapshots, leases),
                new Containers(new ContainerFiles(root.resolve("containers"))),
                leases);
    }

    /// The part of it that images need.
    Stores imageStores() {
        return new Stores(content, snapshots, images, leases, collector);
    }
}
