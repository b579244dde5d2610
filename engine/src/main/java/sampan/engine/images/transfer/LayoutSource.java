package sampan.engine.images.transfer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import sampan.engine.images.ImageStore;
import sampan.engine.registry.BlobBody;
import sampan.engine.registry.ContentSource;
import sampan.engine.registry.ManifestContent;
import sampan.errors.SampanException;
import sampan.oci.Digest;
import sampan.oci.image.Descriptor;
import sampan.oci.image.Index;
import sampan.oci.image.MediaType;
import sampan.oci.json.Json;

/// Images of a layout in a directory of a client's, which may hold anything.
///
/// @param name for messages
public record LayoutSource(String name, Blobs blobs) implements ContentSource {
    /// The directory's blobs.
    public interface Blobs {
        /// A blob from this byte on; the caller closes it.
        ///
        /// @throws SampanException NOT_FOUND where it is not there
        InputStream open(Digest blob, long offset) throws IOException;
    }

    @Override
    public ManifestContent manifest(String target) {
        Digest digest = Digest.parse(target);
        byte[] bytes;
        try (InputStream in = blobs.open(digest, 0)) {
            bytes = in.readNBytes((int) ImageStore.CONFIG_BYTES_MAX + 1);
        } catch (IOException e) {
            throw Transfer.failed(e);
        }
        if (bytes.length > ImageStore.CONFIG_BYTES_MAX) {
            throw invalid(digest, "has more than " + ImageStore.CONFIG_BYTES_MAX + " bytes");
        }
        if (!Digest.of(bytes).equals(digest)) {
            throw invalid(digest, "has other content");
        }
        return new ManifestContent(type(Json.read(bytes, Index.class)), digest, bytes);
    }

    // A manifest has no list of manifests, and may leave its own type out.
    private static String type(Index document) {
        if (!document.mediaType().isEmpty()) {
            return document.mediaType();
        }
        return document.manifests().isEmpty() ? MediaType.OCI_MANIFEST : MediaType.OCI_INDEX;
    }

    @Override
    public BlobBody blob(Descriptor blob, long offset) throws IOException {
        InputStream in = blobs.open(blob.digest(), offset);
        return new Body(Channels.newChannel(in), offset, blob);
    }

    private SampanException invalid(Digest blob, String what) {
        return SampanException.invalid(name + ": blob " + blob + " " + what);
    }

    /// Fails at an end that comes too early: another try would find no more.
    private final class Body implements BlobBody {
        private final ReadableByteChannel content;
        private final long offset;
        private final Descriptor blob;
        private long at;

        Body(ReadableByteChannel content, long offset, Descriptor blob) {
            this.content = content;
            this.offset = offset;
            this.blob = blob;
            this.at = offset;
        }

        @Override
        public long offset() {
            return offset;
        }

        @Override
        public int read(ByteBuffer target) throws IOException {
            int got = content.read(target);
            if (got < 0 && at < blob.size()) {
                throw invalid(
                        blob.digest(),
                        "has " + at + " of the " + blob.size() + " bytes that were promised");
            }
            at += Math.max(0, got);
            return got;
        }

        @Override
        public boolean isOpen() {
            return content.isOpen();
        }

        @Override
        public void close() throws IOException {
            content.close();
        }
    }
}
