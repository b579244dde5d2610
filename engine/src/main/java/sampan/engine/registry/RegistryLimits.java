package sampan.engine.registry;

import java.time.Duration;

/// How long registries may take, and how much they may send.
///
/// @param connect until a connection stands
/// @param answer from the request to the head of its answer; for uploads from the last byte sent
/// @param stall without a byte in the middle of a body, either way
/// @param crawlWindow time of waiting within which a body gives at least [#CRAWL_BYTES_MIN]
/// @param attemptsMax in a row that bring no byte of a blob, before it fails
/// @param pause before the second of these; it doubles from one to the next
public record RegistryLimits(
        Duration connect,
        Duration answer,
        Duration stall,
        Duration crawlWindow,
        int attemptsMax,
        Duration pause) {
    /// As registries commonly bound it.
    public static final int MANIFEST_BYTES_MAX = 4 << 20;

    /// Tokens, errors, search results and a page of tags.
    public static final int DOCUMENT_BYTES_MAX = 4 << 20;

    public static final int REDIRECTS_MAX = 5;
    public static final int PAGES_MAX = 1000;
    public static final int LAYERS_MAX = 500;
    public static final int CRAWL_BYTES_MIN = 64 << 10;

    /// Largest blob, in bytes.
    public static final long BLOB_BYTES_MAX = 256L << 30;

    public static final RegistryLimits DEFAULT =
            new RegistryLimits(
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(60),
                    5,
                    Duration.ofMillis(250));
}
