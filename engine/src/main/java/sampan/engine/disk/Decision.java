package sampan.engine.disk;

import java.time.Instant;

/// Something that the policy took away.
///
/// @param bytes on disk that were freed
public record Decision(
        Instant time, Candidate.Kind kind, String subject, String reason, long bytes) {}
