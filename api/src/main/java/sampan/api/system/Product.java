package sampan.api.system;

/// What this build is.
///
/// @param version such as 0.1.0
/// @param commit of the sources, or empty
/// @param buildTime RFC 3339, or empty
public record Product(String version, String commit, String buildTime) {
    public static final String NAME = "Sampan";

    /// The machine's architecture in Go's words, which the API uses.
    public static String architecture() {
        String name = System.getProperty("os.arch", "");
        return switch (name) {
            case "x86_64" -> "amd64";
            case "aarch64" -> "arm64";
            default -> name;
        };
    }
}
