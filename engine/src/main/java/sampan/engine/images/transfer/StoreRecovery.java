package sampan.engine.images.transfer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sampan.engine.images.ImageRecord;
import sampan.engine.images.ImageStore;
import sampan.engine.store.AtomicFile;
import sampan.engine.store.BootId;
import sampan.engine.store.Durability;
import sampan.errors.SampanException;
import sampan.oci.Digest;

/// Puts the stores in order at start, before anything uses them: what a killed daemon left is
/// collected; layers that a power cut may have taken are unpacked anew from their blobs; an image
/// whose blobs were lost with it is removed, for it could not run.
public final class StoreRecovery {
    private static final int COPY_BYTES = 1 << 20;

    private final Stores stores;
    private final Path bootFile;

    /// @param directory of the engine's state, where the machine's last run is noted
    public StoreRecovery(Stores stores, Path directory) {
        this.stores = stores;
        this.bootFile = directory.resolve("boot");
    }

    /// What was lost and what was mended, in words; empty when all was well.
    public List<String> recover() {
        List<String> findings = new ArrayList<>();
        String boot = BootId.current();
        boolean sameRun = lastBoot().equals(Optional.of(boot));
        for (ImageRecord image : stores.images().records()) {
            Optional<String> damage = sameRun ? Optional.empty() : damageOfDocuments(image);
            if (damage.isEmpty()) {
                damage = mendLayers(image, findings);
            }
            damage.ifPresent(words -> {
                stores.images().remove(image.id());
                findings.add("image " + image.id() + " was removed: " + words);
            });
        }
        stores.collector().collect();
        if (!sameRun) {
            byte[] content = boot.getBytes(StandardCharsets.US_ASCII);
            AtomicFile.write(bootFile, content, Durability.DAEMON);
        }
        return findings;
    }

    private Optional<String> lastBoot() {
        try {
            return Files.exists(bootFile)
                    ? Optional.of(Files.readString(bootFile).strip())
                    : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Optional<String> damageOfDocuments(ImageRecord image) {
        for (Digest document : List.of(image.id(), image.manifest())) {
            try {
                byte[] content = stores.content().read(document, ImageStore.CONFIG_BYTES_MAX);
                if (!Digest.of(content).equals(document)) {
                    stores.content().remove(document);
                    return Optional.of("its document " + document + " is damaged");
                }
            } catch (SampanException e) {
                return Optional.of(String.valueOf(e.getMessage()));
            }
        }
        return Optional.empty();
    }

    private Optional<String> mendLayers(ImageRecord image, List<String> findings) {
        boolean whole =
                image.diffIds().stream()
                        .allMatch(diffId -> stores.snapshots().layer(diffId).isPresent());
        if (whole) {
            return Optional.empty();
        }
        try (Transfer transfer = new Transfer(stores)) {
            transfer.hold(image);
            List<Stored> blobs = new ArrayList<>();
            for (Digest blob : image.layerBlobs()) {
                Optional<Stored> stored = transfer.have(blob);
                if (stored.isEmpty() || !digestOf(blob).equals(blob)) {
                    stores.content().remove(blob);
                    return Optional.of("its layer " + blob + " is damaged");
                }
                blobs.add(stored.get());
            }
            transfer.commitLayers(blobs, image.diffIds());
            findings.add("layers of image " + image.id() + " were unpacked again");
            return Optional.empty();
        } catch (SampanException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private Digest digestOf(Digest blob) {
        MessageDigest sum = Digest.newSha256();
        ByteBuffer buffer = ByteBuffer.allocate(COPY_BYTES);
        try (FileChannel file = stores.content().open(blob)) {
            while (file.read(buffer) >= 0) {
                sum.update(buffer.flip());
                buffer.clear();
            }
        } catch (IOException e) {
            throw Transfer.failed(e);
        }
        return Digest.sha256(sum.digest());
    }
}
