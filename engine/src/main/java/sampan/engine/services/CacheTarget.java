package sampan.engine.services;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// Where a build's cache goes, by the attributes of `--cache-to`. A cache is images, whose history
/// tells the steps: of the result, or of every stage.
///
/// @param place a reference, or a directory of the client's; empty where the image is the cache
/// @param all stages, not the result's alone (`mode=max`)
/// @param compress plain layers
/// @param optional a failure does not end the build (`ignore-error`)
public record CacheTarget(
        Type type, String place, boolean all, boolean compress, boolean optional) {
    /// Kinds of places.
    public enum Type {
        REGISTRY,
        LOCAL,
        INLINE
    }

    /// That say what is so anyway: the manifests of a cache are images', of OCI's types.
    private static final Set<String> GIVEN = Set.of("image-manifest", "oci-mediatypes");

    private static final Set<String> FALSE = Set.of("force-compression", "registry.insecure");

    /// @throws SampanException UNSUPPORTED or INVALID, with the attribute's name
    public static CacheTarget of(String type, Map<String, String> attributes) {
        return switch (type) {
            case "registry" -> {
                check(type, attributes, Set.of("ref", "mode", "compression", "ignore-error"));
                yield of(Type.REGISTRY, attributes, "ref");
            }
            case "local" -> {
                check(
                        type,
                        attributes,
                        Set.of("dest", "tag", "mode", "compression", "ignore-error"));
                if (!attributes
                        .getOrDefault("compression", "uncompressed")
                        .equals("uncompressed")) {
                    throw refused(type, "compression", attributes, "layers go as they are here");
                }
                yield of(Type.LOCAL, attributes, "dest");
            }
            case "inline" -> {
                check(type, attributes, Set.of("mode"));
                if (isAll(type, attributes)) {
                    throw refused(type, "mode", attributes, "an image holds its own steps alone");
                }
                yield new CacheTarget(Type.INLINE, "", false, false, false);
            }
            default ->
                    throw new SampanException(
                            ErrorCode.UNSUPPORTED,
                            "--cache-to type="
                                    + type
                                    + " is not supported: use inline, local or registry");
        };
    }

    private static CacheTarget of(Type type, Map<String, String> attributes, String place) {
        String name = type.name().toLowerCase(Locale.ROOT);
        if (attributes.getOrDefault(place, "").isEmpty()) {
            throw SampanException.invalid("--cache-to type=" + name + ": " + place + " is missing");
        }
        String compression = attributes.getOrDefault("compression", "gzip");
        if (!List.of("gzip", "uncompressed").contains(compression)) {
            throw refused(name, "compression", attributes, "use gzip or uncompressed");
        }
        return new CacheTarget(
                type,
                attributes.getOrDefault(place, ""),
                isAll(name, attributes),
                compression.equals("gzip"),
                isTrue(attributes, "ignore-error"));
    }

    private static boolean isAll(String type, Map<String, String> attributes) {
        return switch (attributes.getOrDefault("mode", "min")) {
            case "max" -> true;
            case "min" -> false;
            default -> throw invalid(type, "mode", attributes, "use min or max");
        };
    }

    private static void check(String type, Map<String, String> attributes, Set<String> known) {
        for (String name : attributes.keySet()) {
            if (GIVEN.contains(name)) {
                if (name.equals("oci-mediatypes") && !isTrue(attributes, name)) {
                    throw refused(type, name, attributes, "a cache has OCI's media types");
                }
            } else if (FALSE.contains(name)) {
                if (isTrue(attributes, name)) {
                    throw refused(
                            type,
                            name,
                            attributes,
                            name.startsWith("registry")
                                    ? "name the registry in registries.json"
                                    : "layers that are compressed stay as they are");
                }
            } else if (!known.contains(name)) {
                throw refused(type, name, attributes, "leave it out");
            }
        }
    }

    private static boolean isTrue(Map<String, String> attributes, String name) {
        String value = attributes.getOrDefault(name, "");
        return value.equals("true") || value.equals("1");
    }

    private static SampanException refused(
            String type, String name, Map<String, String> attributes, String remedy) {
        return new SampanException(
                ErrorCode.UNSUPPORTED,
                text(type, name, attributes) + " is not supported: " + remedy);
    }

    private static SampanException invalid(
            String type, String name, Map<String, String> attributes, String remedy) {
        return SampanException.invalid(text(type, name, attributes) + " is not known: " + remedy);
    }

    private static String text(String type, String name, Map<String, String> attributes) {
        return "--cache-to type=" + type + ": " + name + "=" + attributes.getOrDefault(name, "");
    }
}
