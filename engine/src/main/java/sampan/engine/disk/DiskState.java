package sampan.engine.disk;

import java.nio.file.Path;
import sampan.linux.files.FileOps;
import sampan.linux.files.StatFs;

/// The filesystem below the daemon's root, as df(1) tells it.
///
/// @param usable bytes that ordinary users can have at most
/// @param used bytes
public record DiskState(long usable, long used) {
    public static DiskState of(Path place) {
        StatFs found = FileOps.statfs(place.toString());
        long used = (found.blocks() - found.free()) * found.blockSize();
        return new DiskState(used + found.available() * found.blockSize(), used);
    }

    public long free() {
        return usable - used;
    }

    public int percent() {
        return usable == 0 ? 100 : (int) ((used * 100 + usable - 1) / usable);
    }
}
