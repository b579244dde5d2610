package sampan.engine.fsck;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sampan.engine.fsck.Finding.Kind;
import sampan.engine.fsck.Finding.Outcome;
import sampan.errors.SampanException;

/// What one check has found so far, with what would mend it.
final class Findings {
    /// Most findings of one check.
    static final int MAX = 10_000;

    private record Found(Finding finding, Optional<Repair> repair) {}

    /// Mends something; tells in words what it did.
    interface Repair {
        String run();
    }

    private final List<Found> found = new ArrayList<>();
    long blobs;
    long blobBytes;
    long layers;
    long files;

    /// @param remedy for a person, where no repair helps alone
    void add(Kind kind, String subject, String problem, String remedy) {
        add(new Finding(kind, subject, problem, remedy, 0, Outcome.FOUND), Optional.empty());
    }

    void add(Kind kind, String subject, String problem, long bytes, Repair repair) {
        String remedy = "sampan image fsck --repair";
        add(new Finding(kind, subject, problem, remedy, bytes, Outcome.FOUND), Optional.of(repair));
    }

    private void add(Finding finding, Optional<Repair> repair) {
        if (found.size() < MAX) {
            found.add(new Found(finding, repair));
        }
    }

    List<Finding> all() {
        return found.stream().map(Found::finding).toList();
    }

    /// Repairs what can be, in the order in which it was found.
    List<Finding> repaired() {
        List<Finding> done = new ArrayList<>();
        for (Found one : found) {
            one.repair().ifPresent(repair -> done.add(repaired(one.finding(), repair)));
        }
        return done;
    }

    private static Finding repaired(Finding finding, Repair repair) {
        try {
            return finding.with(Outcome.REPAIRED, repair.run());
        } catch (SampanException | UncheckedIOException e) {
            return finding.with(Outcome.FAILED, String.valueOf(e.getMessage()));
        }
    }
}
