package sampan.engine.fsck;

/// Something that is not as it should be.
///
/// @param subject what it is: `blob sha256:…`, `file …`
/// @param problem what is wrong with it
/// @param remedy what helps; empty where a repair does
/// @param bytes on disk that are nobody's
/// @param outcome what became of it by a repair
public record Finding(
        Kind kind, String subject, String problem, String remedy, long bytes, Outcome outcome) {
    public enum Kind {
        /// Has no owner.
        NOBODYS,
        /// Is there, and is not what it should be.
        BROKEN,
        /// Should be there.
        MISSING,
        /// May be somebody's: only a person can tell.
        UNREADABLE
    }

    public enum Outcome {
        FOUND,
        REPAIRED,
        FAILED
    }

    Finding with(Outcome result, String words) {
        return new Finding(kind, subject, problem, words, bytes, result);
    }
}
