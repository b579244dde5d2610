package sampan.engine.snapshots.overlay;

import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import sampan.engine.snapshots.Layer;
import sampan.engine.snapshots.Unpacking;
import sampan.engine.snapshots.overlay.Records.LayerRecord;
import sampan.engine.store.AtomicFile;
import sampan.engine.store.Directories;
import sampan.engine.store.Durability;
import sampan.engine.trees.ExtractOptions;
import sampan.engine.trees.TreeExtractor;
import sampan.linux.files.FileOps;
import sampan.linux.files.Stat;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;
import sampan.oci.Digest;
import sampan.oci.json.Json;
import sampan.oci.tar.TarLimits;

/// A layer on its way into a directory.
final class LayerUnpacking implements Unpacking {
    private final OverlaySnapshotter snapshotter;
    private final Path home;
    private final Path content;
    private TreeExtractor.Extracted extracted = new TreeExtractor.Extracted(0, 0);
    private boolean gone;

    LayerUnpacking(OverlaySnapshotter snapshotter, Path home) {
        this.snapshotter = snapshotter;
        this.home = Directories.make(home);
        this.content = home.resolve(OverlaySnapshotter.CONTENT);
        try (Fd directory = Fd.open(home.toString(), Open.PATH | Open.DIRECTORY)) {
            FileOps.mkdirAt(directory, OverlaySnapshotter.CONTENT, 0755);
            FileOps.fchmodAt(directory, OverlaySnapshotter.CONTENT, 0755);
        }
    }

    @Override
    public void apply(ReadableByteChannel tar) {
        try (Fd root = Fd.open(content.toString(), Open.PATH | Open.DIRECTORY)) {
            extracted = TreeExtractor.extract(root, tar, ExtractOptions.layer(TarLimits.DEFAULT));
        }
    }

    @Override
    public Layer commit(Digest diffId) {
        if (!gone) {
            place(diffId);
        }
        return snapshotter
                .layer(diffId)
                .orElseThrow(() -> new IllegalStateException("layer " + diffId + " vanished"));
    }

    private void place(Digest diffId) {
        Stat root;
        try (Fd directory = Fd.open(content.toString(), Open.PATH | Open.DIRECTORY)) {
            root = FileOps.stat(directory);
        }
        LayerRecord record =
                new LayerRecord(
                        diffId,
                        extracted.contentBytes(),
                        extracted.entries(),
                        root.permissions(),
                        root.uid(),
                        root.gid());
        AtomicFile.write(
                home.resolve(OverlaySnapshotter.LAYER_FILE), Json.write(record), Durability.DAEMON);
        gone = snapshotter.adopt(home, record);
        if (gone) {
            snapshotter.ended(home);
        }
    }

    @Override
    public void close() {
        if (!gone) {
            gone = true;
            snapshotter.discard(home);
        }
    }
}
