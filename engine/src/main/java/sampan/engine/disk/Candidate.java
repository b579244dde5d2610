package sampan.engine.disk;

/// Something that may go.
///
/// @param reason why it may, in words
/// @param bytes on disk that its going frees at most
public record Candidate(Kind kind, String subject, String reason, long bytes, Removal removal) {
    /// In the order in which they go.
    public enum Kind {
        PULL("parts of a pull"),
        DANGLING("dangling image"),
        CACHE("build cache"),
        LOG("log"),
        RUNNING_LOG("log"),
        CONTAINER("container"),
        IMAGE("image");

        private final String words;

        Kind(String words) {
            this.words = words;
        }

        public String words() {
            return words;
        }
    }

    /// Takes it away, unless somebody uses it by now.
    public interface Removal {
        /// Bytes on disk that were freed; waits until they are.
        long run();
    }
}
