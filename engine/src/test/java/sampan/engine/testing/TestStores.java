package sampan.engine.testing;

import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.util.List;
import sampan.engine.content.ContentStore;
import sampan.engine.images.Collector;
import sampan.engine.images.ImageStore;
import sampan.engine.images.transfer.ArchiveLoader;
import sampan.engine.images.transfer.ArchiveLoader.LoadedImage;
import sampan.engine.images.transfer.Stores;
import sampan.engine.images.transfer.TransferProgress;
import sampan.engine.leases.Leases;
import sampan.engine.snapshots.overlay.OverlaySnapshotter;

/// Where images live, over a directory, without containers.
public final class TestStores implements AutoCloseable {
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

    /// Waits until what was removed is gone from disk.
    @Override
    public void close() {
        snapshots.close();
    }
}
