package sampan.engine.build.context;

import java.nio.ByteBuffer;
import java.util.Optional;
import sampan.engine.trees.EntryPath;
import sampan.engine.trees.Whiteouts;
import sampan.oci.tar.TarEntry;
import sampan.oci.tar.TarReader;

/// An archive's entries, moved below a directory of a layer that is being written.
final class Rebasing {
    private static final int BUFFER_BYTES = 256 << 10;

    private final LayerWriter layer;
    private final TarReader archive;
    private final String destination;
    private final boolean owned;
    private final byte[] buffer = new byte[BUFFER_BYTES];

    Rebasing(LayerWriter layer, TarReader archive, String destination, boolean owned) {
        this.layer = layer;
        this.archive = archive;
        this.destination = destination;
        this.owned = owned;
    }

    void run() {
        layer.enterDirectory(destination);
        Optional<TarEntry> entry = archive.next();
        while (entry.isPresent()) {
            entry(entry.get());
            entry = archive.next();
        }
        archive.drain();
    }

    private String below(EntryPath path) {
        return destination.isEmpty() ? path.path() : destination + "/" + path.path();
    }

    private void entry(TarEntry entry) {
        EntryPath path = EntryPath.of(entry.name());
        if (path.isRoot() || path.name().startsWith(Whiteouts.PREFIX)) {
            return;
        }
        String wanted = below(path);
        if (entry.type() == TarEntry.Type.DIRECTORY && layer.isDirectoryBelow(wanted)) {
            layer.enterDirectory(wanted);
            return;
        }
        String place = layer.enterParent(wanted);
        String link = entry.linkName();
        if (entry.type() == TarEntry.Type.HARD_LINK) {
            link = layer.enterParent(below(EntryPath.of(link)));
        }
        TarEntry moved =
                new TarEntry(
                        place,
                        entry.type(),
                        link,
                        entry.mode(),
                        owned ? layer.attributes().uid() : entry.uid(),
                        owned ? layer.attributes().gid() : entry.gid(),
                        entry.size(),
                        entry.mtimeSec(),
                        entry.mtimeNsec(),
                        entry.devMajor(),
                        entry.devMinor(),
                        entry.xattrs());
        layer.tar().begin(moved);
        while (layer.tar().remaining() > 0) {
            int want = (int) Math.min(buffer.length, layer.tar().remaining());
            int got = archive.read(ByteBuffer.wrap(buffer, 0, want));
            if (got <= 0) {
                break;
            }
            layer.tar().write(buffer, 0, got);
        }
        layer.tar().end();
        if (entry.type() == TarEntry.Type.DIRECTORY) {
            layer.markWritten(wanted, place);
        }
    }
}
