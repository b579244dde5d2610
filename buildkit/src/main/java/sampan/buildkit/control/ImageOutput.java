package sampan.buildkit.control;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import sampan.buildkit.control.SolveRequest.Exporter;
import sampan.engine.images.transfer.ImageForm;
import sampan.engine.images.transfer.ImageForm.Types;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.image.Platform;
import sampan.oci.tar.Compression;
import sampan.oci.tar.GzipWriter;
import sampan.oci.tar.ZstdWriter;

/// What the attributes of an output say. What is not known, or cannot be done, is refused.
///
/// @param kept it becomes an image of the engine
record ImageOutput(
        String type,
        OutputNames names,
        boolean kept,
        boolean push,
        Optional<Compression> compression,
        OptionalInt level,
        boolean force,
        Optional<Types> types,
        Annotations annotations) {
    private static final String ESTARGZ = "estargz";

    /// Of images, wherever they go. Images that the engine keeps are always unpacked, and files of
    /// a build are never newer than SOURCE_DATE_EPOCH: `unpack` and `rewrite-timestamp` change
    /// nothing.
    private static final Set<String> OF_IMAGES =
            Set.of(
                    "name",
                    "compression",
                    "compression-level",
                    "force-compression",
                    "oci-mediatypes",
                    "rewrite-timestamp");

    private static final Set<String> OF_KEPT =
            Set.of(
                    "push",
                    "push-by-digest",
                    "name-canonical",
                    "dangling-name-prefix",
                    "unpack",
                    "store");

    /// `prefer-image-digest` is a note of buildx to itself: which digest it tells people.
    private static final Map<String, Set<String>> OTHERS =
            Map.of(
                    "moby", OF_KEPT,
                    "image", OF_KEPT,
                    "local", Set.of("dest"),
                    "tar", Set.of("dest"),
                    "oci", Set.of("dest", "tar", "prefer-image-digest"),
                    "docker", Set.of("dest", "tar", "load", "prefer-image-digest"));

    static boolean isKept(Exporter exporter) {
        return exporter.type().equals("moby") || exporter.type().equals("image");
    }

    private static boolean isFiles(Exporter exporter) {
        return exporter.type().equals("local") || exporter.type().equals("tar");
    }

    /// @throws SampanException UNSUPPORTED or INVALID for what cannot be done
    static ImageOutput of(Exporter exporter) {
        Set<String> known = OTHERS.get(exporter.type());
        if (known == null) {
            throw unsupported("--output type=" + exporter.type() + " is not supported");
        }
        for (String name : exporter.attributes().keySet()) {
            boolean image =
                    !isFiles(exporter) && (OF_IMAGES.contains(name) || Annotations.isOne(name));
            if (!known.contains(name) && !image) {
                throw unsupported(said(exporter, name) + " is not supported");
            }
        }
        if (exporter.attribute("tar").equals("false")) {
            throw unsupported(said(exporter, "tar") + " is not supported: load the archive");
        }
        Optional<Compression> compression = compression(exporter);
        Annotations annotations = Annotations.of(exporter.attributes());
        Optional<Types> types =
                truth(exporter, "oci-mediatypes").map(oci -> oci ? Types.OCI : Types.DOCKER);
        if (types.equals(Optional.of(Types.DOCKER)) && !annotations.all().isEmpty()) {
            throw unsupported(
                    said(exporter, "oci-mediatypes")
                            + " has no place for annotations: leave one of them out");
        }
        boolean push = truth(exporter, "push").orElse(false);
        boolean kept = isKept(exporter) && truth(exporter, "store").orElse(true);
        if (push && !kept) {
            throw unsupported(
                    said(exporter, "store")
                            + " is not supported with push: what is pushed is kept");
        }
        OutputNames names = names(exporter, push);
        if (push && names.isNone()) {
            throw SampanException.invalid("tag is needed when pushing to registry");
        }
        truth(exporter, "unpack");
        return new ImageOutput(
                exporter.type(),
                names,
                kept,
                push,
                compression,
                level(exporter, compression),
                truth(exporter, "force-compression").orElse(false),
                types,
                annotations);
    }

    private static OutputNames names(Exporter exporter, boolean push) {
        List<String> given =
                Arrays.stream(exporter.attribute("name").split(",", -1))
                        .filter(n -> !n.isEmpty())
                        .toList();
        return new OutputNames(
                given,
                truth(exporter, "name-canonical").orElse(false),
                Optional.of(exporter.attribute("dangling-name-prefix")).filter(p -> !p.isEmpty()),
                truth(exporter, "push-by-digest").orElse(false) && push);
    }

    private static String said(Exporter exporter, String name) {
        return "--output type=" + exporter.type() + ": " + name + "=" + exporter.attribute(name);
    }

    private static SampanException unsupported(String message) {
        return new SampanException(ErrorCode.UNSUPPORTED, message);
    }

    private static Optional<Boolean> truth(Exporter exporter, String name) {
        return switch (exporter.attribute(name).toLowerCase(Locale.ROOT)) {
            case "" ->
                    exporter.attributes().containsKey(name) ? Optional.of(true) : Optional.empty();
            case "true", "1", "t" -> Optional.of(true);
            case "false", "0", "f" -> Optional.of(false);
            default -> throw SampanException.invalid(said(exporter, name) + ": give true or false");
        };
    }

    private static Optional<Compression> compression(Exporter exporter) {
        return switch (exporter.attribute("compression")) {
            case "" -> Optional.empty();
            case "uncompressed" -> Optional.of(Compression.NONE);
            case "gzip" -> Optional.of(Compression.GZIP);
            case "zstd" -> Optional.of(Compression.ZSTD);
            case ESTARGZ ->
                    throw unsupported(
                            said(exporter, "compression")
                                    + " is not supported: use gzip, zstd or uncompressed");
            default ->
                    throw SampanException.invalid(
                            said(exporter, "compression") + ": give gzip, zstd or uncompressed");
        };
    }

    private static OptionalInt level(Exporter exporter, Optional<Compression> compression) {
        String text = exporter.attribute("compression-level");
        if (text.isEmpty()) {
            return OptionalInt.empty();
        }
        boolean zstd = compression.equals(Optional.of(Compression.ZSTD));
        int least = zstd ? 1 : 0;
        int most = zstd ? ZstdWriter.LEVEL_MAX : GzipWriter.LEVEL_MAX;
        try {
            int level = Integer.parseInt(text);
            if (level >= least && level <= most) {
                return OptionalInt.of(level);
            }
        } catch (NumberFormatException e) {
            // told below, as every other wrong one
        }
        throw SampanException.invalid(
                said(exporter, "compression-level") + ": give " + least + " to " + most);
    }

    boolean isFiles() {
        return type.equals("local") || type.equals("tar");
    }

    /// How the image of a platform is written.
    ///
    /// @param pinned an index or a name holds its digest, so that whoever pushes it changes nothing
    ///   more
    ImageForm form(Platform platform, boolean pinned) {
        Optional<Compression> wanted =
                pinned ? compression.or(() -> Optional.of(Compression.GZIP)) : compression;
        return new ImageForm(
                level.isPresent() ? wanted.or(() -> Optional.of(Compression.GZIP)) : wanted,
                level,
                force,
                pinned ? types.or(() -> Optional.of(Types.OCI)) : types,
                new HashMap<>(annotations.of(Annotations.Kind.MANIFEST, platform)));
    }
}
