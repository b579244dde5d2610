package sampan.engine.fsck;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import sampan.engine.build.cache.StepCache;
import sampan.engine.containers.Containers;
import sampan.engine.images.transfer.Stores;
import sampan.engine.networks.Network;
import sampan.engine.volumes.Volumes;
import sampan.errors.SampanException;

/// Checks the store, and repairs it. One check at a time.
public final class Fsck {
    private final Parts parts;
    private final ReentrantLock going = new ReentrantLock();

    /// What it looks at.
    ///
    /// @param root the daemon's data
    /// @param builds what lies in the build's directories and is of no build and no cache mount
    public record Parts(
            Path root,
            Stores stores,
            Containers containers,
            Volumes volumes,
            StepCache cache,
            Supplier<List<Path>> builds,
            Supplier<List<Network>> networks) {}

    public Fsck(Parts parts) {
        this.parts = parts;
    }

    /// What a check came to.
    ///
    /// @param findings what is wrong still
    /// @param repaired what was mended, or could not be
    /// @param blobs that were read, and the bytes in them
    /// @param layers that were compared with their blobs, and the files in them
    public record Report(
            List<Finding> findings,
            List<Finding> repaired,
            long blobs,
            long blobBytes,
            long layers,
            long files) {
        public boolean clean() {
            return findings.isEmpty();
        }
    }

    /// @param repair takes away what is nobody's, and mends what can be; then looks again
    /// @throws SampanException CONFLICT while another check goes on
    public Report run(boolean repair) {
        if (!going.tryLock()) {
            throw SampanException.conflict("another check of the store is going on");
        }
        try {
            Findings first = look();
            if (!repair || first.all().isEmpty()) {
                return report(first, List.of());
            }
            List<Finding> repaired = new ArrayList<>(first.repaired());
            parts.stores().collector().collect().bytes();
            return report(look(), repaired);
        } finally {
            going.unlock();
        }
    }

    private static Report report(Findings found, List<Finding> repaired) {
        return new Report(
                found.all(), repaired, found.blobs, found.blobBytes, found.layers, found.files);
    }

    private Findings look() {
        Findings findings = new Findings();
        new ContentCheck(parts).look(findings);
        new ImageCheck(parts).look(findings);
        new LayerCheck(parts).look(findings);
        new OwnerCheck(parts).look(findings);
        return findings;
    }
}
