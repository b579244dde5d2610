package sampan.app.cli.containers;

import java.util.Locale;
import sampan.app.cli.usage.UsageException;
import sampan.engine.services.Engine;
import sampan.errors.SampanException;

/// `--platform`: the image must be of that one.
final class PlatformCheck {
    private PlatformCheck() {}

    /// @param platform `os[/arch[/variant]]`, or an architecture alone
    static void require(Engine engine, String image, String platform) {
        String[] parts = platform.toLowerCase(Locale.ROOT).split("/", -1);
        boolean named = parts.length > 1 || parts[0].equals("linux");
        String os = named ? parts[0] : "linux";
        String architecture = named ? parts.length > 1 ? parts[1] : "" : parts[0];
        if (parts.length > 3 || os.isEmpty() || (parts.length > 1 && architecture.isEmpty())) {
            throw new UsageException(
                    "\"" + platform + "\" is an invalid platform: give os[/arch[/variant]]");
        }
        var found = engine.images().inspect(image);
        boolean fits =
                found.os().equals(os)
                        && (architecture.isEmpty()
                                || found.architecture().equals(usual(architecture)));
        if (!fits) {
            throw SampanException.notFound(
                    "image with reference "
                            + image
                            + " was found but does not provide the specified platform ("
                            + platform
                            + ")");
        }
    }

    private static String usual(String architecture) {
        return switch (architecture) {
            case "x86_64", "x86-64" -> "amd64";
            case "aarch64" -> "arm64";
            default -> architecture;
        };
    }
}
