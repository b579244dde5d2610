package sampan.api.translate;

import java.time.temporal.ChronoUnit;
import sampan.api.wire.Doc;
import sampan.engine.volumes.Volume;

/// Volumes as inspect and list show them.
public final class VolumeDocs {
    private VolumeDocs() {}

    public static Doc inspect(Volume volume) {
        return Doc.of()
                .put("CreatedAt", Times.text(volume.created().truncatedTo(ChronoUnit.SECONDS)))
                .put("Driver", volume.driver())
                .putOrNull("Labels", Doc.sorted(volume.labels()))
                .put("Mountpoint", volume.mountpoint().toString())
                .put("Name", volume.name())
                .putOrNull("Options", Doc.sorted(volume.options()))
                .put("Scope", "local");
    }

    public static Doc withUsage(Volume volume, long bytes, int references) {
        return inspect(volume)
                .put("UsageData", Doc.of().put("RefCount", references).put("Size", bytes));
    }
}
