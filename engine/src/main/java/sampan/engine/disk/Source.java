package sampan.engine.disk;

import java.time.Instant;
import java.util.List;

/// Knows things that may go.
public interface Source {
    /// What may go now, of one kind or several; of each kind the longest unused first.
    List<Candidate> candidates(Instant now);
}
