package sampan.engine.services;

import java.util.Locale;
import java.util.Optional;
import sampan.errors.SampanException;
import sampan.oci.image.Platform;

/// `--platform` as people write it: `linux/arm64`, `linux/arm/v7`, `arm64`.
public final class PlatformText {
    private PlatformText() {}

    /// Empty for an empty text.
    ///
    /// @throws SampanException INVALID
    public static Optional<Platform> optional(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(parse(text));
    }

    /// @throws SampanException INVALID
    public static Platform parse(String text) {
        String[] parts = text.toLowerCase(Locale.ROOT).split("/", -1);
        for (String part : parts) {
            if (!part.matches("[a-z0-9_.-]+")) {
                throw wrong(text);
            }
        }
        return switch (parts.length) {
            case 1 ->
                    parts[0].equals("linux")
                            ? Platform.host()
                            : Platform.of("linux", architecture(parts[0]), "");
            case 2 -> Platform.of(parts[0], architecture(parts[1]), "");
            case 3 -> Platform.of(parts[0], architecture(parts[1]), parts[2]);
            default -> throw wrong(text);
        };
    }

    private static String architecture(String name) {
        return switch (name) {
            case "x86_64", "x86-64" -> "amd64";
            case "aarch64" -> "arm64";
            case "i386" -> "386";
            default -> name;
        };
    }

    private static SampanException wrong(String text) {
        return SampanException.invalid(
                "\"" + text + "\" is an invalid platform: give OS/ARCHITECTURE[/VARIANT]");
    }
}
