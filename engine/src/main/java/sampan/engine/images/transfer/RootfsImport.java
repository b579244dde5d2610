package sampan.engine.images.transfer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.ReadableByteChannel;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import sampan.engine.images.DockerfileChanges;
import sampan.engine.images.Image.ImageConfig;
import sampan.engine.images.ImageRecord;
import sampan.errors.SampanException;
import sampan.oci.Digest;
import sampan.oci.Reference;
import sampan.oci.image.ImageDocument.Step;
import sampan.oci.image.Platform;
import sampan.oci.tar.Compression;
import sampan.oci.tar.StreamChannel;

/// `docker import`: a root filesystem as an image of one layer.
public final class RootfsImport {
    private final Stores stores;

    public RootfsImport(Stores stores) {
        this.stores = stores;
    }

    /// @param message the comment of its one step
    /// @param changes Dockerfile lines
    /// @return the image's id
    public Digest importTar(
            InputStream stream, Optional<Reference> name, String message, List<String> changes) {
        ImageConfig config = DockerfileChanges.apply(ImageConfig.NONE, changes);
        try (Transfer transfer = new Transfer(stores);
                ReadableByteChannel source = Compression.openForLayer(new StreamChannel(stream))) {
            Stored layer = transfer.store(source);
            if (layer.unpacked().isEmpty()) {
                throw SampanException.invalid("what is imported is not a tar archive");
            }
            Instant now = Instant.now();
            NewImage image =
                    new NewImage(
                            Optional.empty(),
                            config,
                            Platform.host(),
                            "",
                            new Step(now.toString(), "", "", message, false),
                            now);
            ImageRecord record = image.make(transfer, layer);
            stores.images().add(record, name.stream().toList());
            return record.id();
        } catch (IOException e) {
            throw Transfer.failed(e);
        }
    }
}
