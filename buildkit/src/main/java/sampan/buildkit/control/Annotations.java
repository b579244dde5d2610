package sampan.buildkit.control;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import sampan.engine.services.PlatformText;
import sampan.oci.image.Platform;

/// What `annotation` attributes of an output say, and of what:
/// `annotation[-KIND][[PLATFORM]].NAME=VALUE`.
record Annotations(List<Annotation> all) {
    private static final Pattern ATTRIBUTE =
            Pattern.compile(
                    "annotation(-(?<kind>manifest-descriptor|index-descriptor|manifest|index))?"
                            + "(\\[(?<platform>[^\\]]+)\\])?\\.(?<name>.+)");

    Annotations {
        all = List.copyOf(all);
    }

    enum Kind {
        MANIFEST,
        INDEX,
        /// The entry of an index that names the manifest.
        MANIFEST_DESCRIPTOR,
        /// What names the index.
        INDEX_DESCRIPTOR
    }

    /// @param platform absent: of every one
    record Annotation(Kind kind, Optional<Platform> platform, String name, String value) {}

    static boolean isOne(String attribute) {
        return ATTRIBUTE.matcher(attribute).matches();
    }

    static Annotations of(Map<String, String> attributes) {
        List<Annotation> found = new ArrayList<>();
        attributes.forEach((attribute, value) -> {
            Matcher matcher = ATTRIBUTE.matcher(attribute);
            if (matcher.matches()) {
                found.add(
                        new Annotation(
                                kind(matcher),
                                Optional.ofNullable(matcher.group("platform"))
                                        .map(PlatformText::parse),
                                matcher.group("name"),
                                value));
            }
        });
        return new Annotations(found);
    }

    private static Kind kind(Matcher matcher) {
        return switch (Optional.ofNullable(matcher.group("kind")).orElse("manifest")) {
            case "index" -> Kind.INDEX;
            case "manifest-descriptor" -> Kind.MANIFEST_DESCRIPTOR;
            case "index-descriptor" -> Kind.INDEX_DESCRIPTOR;
            default -> Kind.MANIFEST;
        };
    }

    /// Something is said of an index.
    boolean ofIndex() {
        return all.stream()
                .anyMatch(a -> a.kind() == Kind.INDEX || a.kind() == Kind.INDEX_DESCRIPTOR);
    }

    Map<String, String> of(Kind kind) {
        return all.stream()
                .filter(a -> a.kind() == kind)
                .collect(LinkedHashMap::new, (m, a) -> m.put(a.name(), a.value()), Map::putAll);
    }

    /// What is said of one platform stands above what is said of all.
    Map<String, String> of(Kind kind, Platform platform) {
        Map<String, String> found = new LinkedHashMap<>();
        for (boolean own : List.of(false, true)) {
            all.stream()
                    .filter(a -> a.kind() == kind && a.platform().isPresent() == own)
                    .filter(a -> a.platform().map(platform::equals).orElse(true))
                    .forEach(a -> found.put(a.name(), a.value()));
        }
        return found;
    }
}
