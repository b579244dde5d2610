package sampan.engine.testing;

import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.util.List;
import sampan.engine.content.ContentStore;
import sampan.engine.images.Collector;
import sampan.engine.images.ImageStore;
import sampan.engine.images.ReferenceRecord;
import sampan.engine.images.transfer.ArchiveLoader;
import sampan.engine.images.transfer.ArchiveLoader.LoadedImage;
import sampan.engine.images.transfer.Puller;
import sampan.engine.images.transfer.Pusher;
import sampan.engine.images.transfer.Stores;
import sampan.engine.images.transfer.TransferProgress;
import sampan.engine.leases.Leases;
import sampan.engine.registry.Registries;
import sampan.engine.registry.RegistryLimits;
import sampan.engine.snapshots.overlay.OverlaySnapshotter;
import sampan.oci.Reference;

/// Where images live, over a directory, without containers.
public final class TestStores implements AutoCloseable {
    private static final int DOWNLOADS = 3;
    private static final int UPLOADS = 5;

    public final OverlaySnapshotter snapshots;
    public final Stores stores;

    public TestStores(Path directory) {
        snapshots = new OverlaySnapshotter(directory.resolve("snapshots"), List.of(directory));
        ContentStore content = new ContentStore(directory.resolve("content"));
        ImageStore images = new ImageStore(directory.resolve("images"), content);
        Leases leases = new Leases();
        stores =
                new Stores(
                        content,
                        snapshots,
                        images,
                        leases,
                        new Collector(images, content, snapshots, leases));
    }

    public List<LoadedImage> load(byte[] archive) {
        return new ArchiveLoader(stores)
                .load(new ByteArrayInputStream(archive), TransferProgress.SILENT);
    }

    public Puller puller(Registries registries) {
        return new Puller(stores, registries, RegistryLimits.DEFAULT, DOWNLOADS);
    }

    public Pusher pusher(Registries registries) {
        return new Pusher(stores, registries, UPLOADS);
    }

    /// What is behind a name that is here.
    public ReferenceRecord known(Reference name) {
        return stores.images().name(name.toString()).orElseThrow();
    }

    /// Gives what is behind a name another name; returns that.
    public Reference tag(Reference from, Reference to) {
        stores.images().tag(known(from), to);
        return to;
    }

    /// Waits until what was removed is gone from disk.
    @Override
    public void close() {
        snapshots.close();
    }
}
