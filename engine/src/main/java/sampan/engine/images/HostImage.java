package sampan.engine.images;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sampan.engine.images.Image.ImageConfig;
import sampan.engine.snapshots.Base;
import sampan.errors.SampanException;
import sampan.oci.Digest;
import sampan.oci.Reference;
import sampan.oci.image.ImageDocument;
import sampan.oci.image.ImageDocument.RootFs;
import sampan.oci.image.Platform;
import sampan.oci.json.Json;

/// The built-in image `host`: the machine's own root filesystem, read-only below each container's
/// own upper directory. A container of it can read what the machine's root filesystem holds, as the
/// user it runs as; it does not see what is mounted on it (/proc, /home on a disk of its own) nor
/// the engine's directories, and what it writes vanishes with it.
public final class HostImage {
    public static final Reference REFERENCE = Reference.parse("host");

    private static final String PATH =
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private static final ResolvedImage RESOLVED = make();

    private HostImage() {}

    private static ResolvedImage make() {
        boolean bash = Files.isExecutable(Path.of("/bin/bash"));
        ImageConfig config =
                new ImageConfig(
                        "",
                        List.of(),
                        List.of(PATH),
                        List.of(),
                        List.of(bash ? "/bin/bash" : "/bin/sh"),
                        List.of(),
                        "",
                        Map.of(),
                        "",
                        List.of(),
                        List.of(),
                        false,
                        Optional.empty());
        Platform machine = Platform.host();
        ImageDocument document =
                new ImageDocument(
                        "",
                        "",
                        "the machine's own root filesystem",
                        machine.architecture(),
                        machine.variant(),
                        machine.os(),
                        "",
                        Optional.of(ImageViews.settings(config)),
                        RootFs.of(List.of()),
                        List.of());
        Digest id = Digest.of(Json.write(document));
        Image image =
                new Image(
                        id.toString(),
                        List.of(REFERENCE.familiar()),
                        List.of(),
                        "",
                        document.comment(),
                        Optional.of(Instant.EPOCH),
                        "",
                        machine.architecture(),
                        machine.variant(),
                        machine.os(),
                        config,
                        List.of(),
                        0,
                        Optional.empty(),
                        "",
                        true);
        return new ResolvedImage(image, new Base.Host());
    }

    public static ResolvedImage resolved() {
        return RESOLVED;
    }

    public static Image image() {
        return RESOLVED.image();
    }

    public static boolean is(String imageId) {
        return image().id().equals(imageId);
    }

    /// @throws SampanException CONFLICT when the image is the built-in one
    static void refuse(Image image, String action) {
        if (image.virtual()) {
            throw SampanException.conflict(
                    "image host is built in, it cannot be "
                            + action
                            + ": it has no layers, it is this machine's root filesystem");
        }
    }

    /// @throws SampanException INVALID when the name is the built-in image's
    public static void refuseName(Reference reference) {
        if (reference.sameRepository(REFERENCE)) {
            throw SampanException.invalid(
                    "name " + reference.familiarName() + " is built in: choose another");
        }
    }
}
