package sampan.engine.services;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import sampan.engine.images.transfer.ImageForm;
import sampan.linux.sys.Fd;
import sampan.oci.Digest;
import sampan.oci.Reference;
import sampan.oci.image.Descriptor;
import sampan.oci.image.Index;
import sampan.oci.image.MediaType;
import sampan.oci.image.Platform;
import sampan.oci.json.Json;

/// What was built, while it is kept.
public interface BuildResult {
    /// `sha256:…`
    String id();

    /// An image that was stood on or copied from.
    ///
    /// @param digest that its registry calls it by, where it came from one
    record Base(Reference name, Platform platform, Digest digest) {}

    List<Base> bases();

    /// A file that a scanner wrote.
    ///
    /// @param name of letters, digits and `._-`
    /// @param content hostile, at most [#SCAN_BYTES_MAX] bytes
    record Scanned(String name, byte[] content) {}

    /// Of one file of a scanner's; with a statement around it it is still one that goes from
    /// registry to registry.
    int SCAN_BYTES_MAX = 24 << 20;

    /// What the scanner wrote where one was asked for: first of the result itself, then of what
    /// else was scanned, by name.
    List<Scanned> scanned();

    /// The files, read-only and mounted nowhere; closed when the look is over.
    Fd root();

    /// An image as its blobs.
    ///
    /// @param parts its config, then its layers
    record Parts(Descriptor manifest, List<Descriptor> parts) {
        public Parts {
            parts = List.copyOf(parts);
        }
    }

    /// The image with its blobs in another form, kept while the result is.
    Parts formed(ImageForm form);

    /// Stores a small document, kept while the result is.
    Descriptor put(String mediaType, byte[] content);

    /// Writes the image as `docker save` does; the stream stays the caller's.
    ///
    /// @param of a form of it
    /// @param names it gets in the archive
    void archive(Parts of, List<String> names, OutputStream out);

    /// Makes the result one of the engine's images.
    ///
    /// @param of a form of it
    /// @param names it gets
    /// @param index that the names stand for, where it lists the result's image; it was [#put]
    void keep(Parts of, List<Reference> names, Optional<Digest> index);

    /// The result's image, the last; where all are asked for, after those of the stages it needed.
    List<Parts> images(boolean all);

    /// A blob of an image; the caller closes it.
    InputStream open(Digest blob);

    /// Blobs in a directory of a client's.
    interface Blobs {
        /// Puts one there; the stream stays the caller's.
        void put(Descriptor blob, InputStream content);
    }

    /// Writes images there.
    ///
    /// @return their index
    default Descriptor copy(List<Parts> images, Blobs to) {
        for (Parts image : images) {
            image.parts().forEach(part -> copy(part, to));
            copy(image.manifest(), to);
        }
        byte[] index = Json.write(Index.of(images.stream().map(Parts::manifest).toList()));
        Descriptor root = Descriptor.of(MediaType.OCI_INDEX, Digest.of(index), index.length);
        to.put(root, new ByteArrayInputStream(index));
        return root;
    }

    private void copy(Descriptor blob, Blobs to) {
        try (InputStream in = open(blob.digest())) {
            to.put(blob, in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
