package sampan.oci.image;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Locale;

/// What an image runs on, in Go's words: `linux`, `amd64`, and for arm a variant `v7`, `v8`.
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Platform(
        String architecture,
        String os,
        @JsonProperty("os.version") String osVersion,
        @JsonProperty("os.features") List<String> osFeatures,
        String variant) {
    public Platform {
        architecture = Absent.text(architecture);
        os = Absent.text(os);
        osVersion = Absent.text(osVersion);
        osFeatures = Absent.list(osFeatures);
        variant = Absent.text(variant);
    }

    public static Platform of(String os, String architecture, String variant) {
        return new Platform(architecture, os, "", List.of(), variant);
    }

    /// The machine that this Java runs on.
    public static Platform host() {
        String machine = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        return switch (machine) {
            case "amd64", "x86_64" -> of("linux", "amd64", "");
            case "aarch64" -> of("linux", "arm64", "v8");
            default -> of("linux", machine, "");
        };
    }

    /// Whether an image of this platform runs on the other; arm64 without a variant means v8.
    public boolean runsOn(Platform machine) {
        return os.equals(machine.os)
                && architecture.equals(machine.architecture)
                && (variant.isEmpty()
                        || machine.variant.isEmpty()
                        || variant.equals(machine.variant));
    }

    @Override
    public String toString() {
        return os + "/" + architecture + (variant.isEmpty() ? "" : "/" + variant);
    }
}
