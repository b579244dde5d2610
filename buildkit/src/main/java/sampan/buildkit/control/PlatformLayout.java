package sampan.buildkit.control;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sampan.engine.services.BuildResult;
import sampan.oci.Digest;
import sampan.oci.Reference;
import sampan.oci.image.Descriptor;
import sampan.oci.image.Index;
import sampan.oci.image.Layout;
import sampan.oci.image.MediaType;
import sampan.oci.image.Platform;
import sampan.oci.json.Json;
import sampan.oci.tar.TarEntry;
import sampan.oci.tar.TarWriter;

/// One image of several platforms as the archive of an OCI layout: an index of their manifests.
final class PlatformLayout {
    private static final int FILE_MODE = 0644;

    private final byte[] index;
    private final Map<Digest, Blob> blobs = new LinkedHashMap<>();

    /// What was built for a platform.
    record Of(Platform platform, BuildResult result) {}

    private record Blob(Descriptor descriptor, BuildResult result) {}

    PlatformLayout(List<Of> results) {
        List<Descriptor> manifests = new ArrayList<>();
        for (Of of : results) {
            BuildResult.Parts image = of.result().images(false).getLast();
            Descriptor manifest = image.manifest();
            manifests.add(
                    new Descriptor(
                            manifest.mediaType(),
                            manifest.digest(),
                            manifest.size(),
                            List.of(),
                            Map.of(),
                            Optional.of(of.platform()),
                            ""));
            blobs.putIfAbsent(manifest.digest(), new Blob(manifest, of.result()));
            image.parts().forEach(p -> blobs.putIfAbsent(p.digest(), new Blob(p, of.result())));
        }
        this.index = Json.write(Index.of(manifests));
    }

    /// Of the index.
    Digest digest() {
        return Digest.of(index);
    }

    /// @param names of the image in the archive
    void write(List<String> names, OutputStream out) throws IOException {
        TarWriter tar = new TarWriter(out);
        for (Blob blob : blobs.values()) {
            Descriptor descriptor = blob.descriptor();
            tar.begin(TarEntry.file(path(descriptor.digest()), FILE_MODE, descriptor.size()));
            try (InputStream in = blob.result().open(descriptor.digest())) {
                byte[] buffer = new byte[256 << 10];
                for (int got = in.read(buffer); got > 0; got = in.read(buffer)) {
                    tar.write(buffer, 0, got);
                }
            }
            tar.end();
        }
        tar.file(path(digest()), FILE_MODE, index);
        Descriptor whole = Descriptor.of(MediaType.OCI_INDEX, digest(), index.length);
        List<Descriptor> entries =
                names.isEmpty()
                        ? List.of(whole)
                        : names.stream().map(name -> named(whole, Reference.parse(name))).toList();
        tar.file(Layout.INDEX_FILE, FILE_MODE, Json.write(Index.of(entries)));
        tar.file(Layout.FILE, FILE_MODE, Json.write(Layout.CURRENT));
        tar.finish();
    }

    private static Descriptor named(Descriptor whole, Reference name) {
        return whole.withAnnotations(
                Map.of(
                        Descriptor.IMAGE_NAME,
                        name.toString(),
                        Descriptor.REFERENCE_NAME,
                        name.tag().orElse("latest")));
    }

    private static String path(Digest digest) {
        return "blobs/" + Digest.SHA256 + "/" + digest.hex();
    }
}
