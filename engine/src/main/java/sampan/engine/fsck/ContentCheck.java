package sampan.engine.fsck;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.util.List;
import java.util.stream.Collectors;
import sampan.engine.build.cache.StepRecord;
import sampan.engine.fsck.Finding.Kind;
import sampan.engine.images.Collector.Garbage;
import sampan.engine.images.ImageRecord;
import sampan.engine.images.ReferenceRecord;
import sampan.engine.images.transfer.Stores;
import sampan.engine.store.OnDisk;
import sampan.engine.store.Settled;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.Digest;

/// Every blob has its digest and somebody who needs it.
final class ContentCheck {
    private static final int READ_BYTES = 1 << 20;

    private final Fsck.Parts parts;
    private final Stores stores;

    ContentCheck(Fsck.Parts parts) {
        this.parts = parts;
        this.stores = parts.stores();
    }

    void look(Findings findings) {
        List<Garbage> garbage =
                Settled.of(() -> {
                    stores.collector().settle();
                    return stores.collector().garbage();
                });
        garbage.forEach(found -> nobodys(found, findings));
        ByteBuffer buffer = ByteBuffer.allocateDirect(READ_BYTES);
        for (Digest blob : stores.content().digests()) {
            if (!garbage.contains(new Garbage(Garbage.Kind.BLOB, blob))) {
                digest(blob, buffer, findings);
            }
        }
    }

    private void nobodys(Garbage garbage, Findings findings) {
        Digest digest = garbage.digest();
        String what =
                switch (garbage.kind()) {
                    case LAYER -> "layer ";
                    case BLOB -> "blob ";
                    case PART -> "part of blob ";
                };
        long bytes =
                switch (garbage.kind()) {
                    case LAYER -> stores.snapshots().allocated(digest);
                    case BLOB -> OnDisk.file(stores.content().place(digest, false));
                    case PART -> OnDisk.file(stores.content().place(digest, true));
                };
        findings.add(
                Kind.NOBODYS,
                what + digest,
                "no image, container, build or pull needs it",
                bytes,
                () -> {
                    stores.collector().collect().bytes();
                    return "taken away";
                });
    }

    private void digest(Digest blob, ByteBuffer buffer, Findings findings) {
        try (FileChannel file = stores.content().open(blob)) {
            MessageDigest sum = Digest.newSha256();
            buffer.clear();
            while (file.read(buffer) >= 0) {
                sum.update(buffer.flip());
                buffer.clear();
            }
            findings.blobs++;
            findings.blobBytes += file.size();
            Digest actual = Digest.sha256(sum.digest());
            if (!actual.equals(blob)) {
                broken(blob, "its content has digest " + actual, findings);
            }
        } catch (SampanException e) {
            if (e.code() != ErrorCode.NOT_FOUND) {
                throw e; // one that is gone was collected meanwhile
            }
        } catch (IOException | UncheckedIOException e) {
            broken(blob, "it cannot be read: " + e.getMessage(), findings);
        }
    }

    private void broken(Digest blob, String why, Findings findings) {
        List<ReferenceRecord> names = Users.ofIndex(stores, blob);
        if (!names.isEmpty()) {
            findings.add(
                    Kind.BROKEN,
                    "blob " + blob,
                    why + "; the index of " + words(names) + ", whose images run",
                    0,
                    () -> dropIndex(blob, names));
            return;
        }
        List<ImageRecord> images = Users.images(stores, blob);
        String users =
                images.isEmpty()
                        ? "the build cache or a pull has it"
                        : "of image " + Users.names(stores, images);
        findings.add(
                Kind.BROKEN,
                "blob " + blob,
                why + "; " + users,
                0,
                () -> drop(blob, Users.images(stores, blob)));
    }

    private static String words(List<ReferenceRecord> names) {
        return names.stream()
                .map(name -> name.reference().familiar())
                .collect(Collectors.joining(", "));
    }

    // The next pull must not find the name as it should be.
    private String dropIndex(Digest blob, List<ReferenceRecord> names) {
        names.stream()
                .flatMap(name -> name.images().stream())
                .distinct()
                .forEach(stores.images()::distrust);
        stores.content().remove(blob);
        return "taken away; now: "
                + names.stream()
                        .map(name -> "sampan pull " + name.reference().familiar())
                        .collect(Collectors.joining("; "))
                + ", or load or build it again";
    }

    // Layers are unpacked already, so an image without one of its blobs runs on; one without its
    // documents is none.
    private String drop(Digest blob, List<ImageRecord> images) {
        for (ImageRecord image : images) {
            if (isDocument(image, blob) && inUse(image)) {
                throw SampanException.conflict(
                        "a container uses image "
                                + Users.name(stores, image)
                                + ": remove the container, then repair again");
            }
        }
        String remedy = Users.remedy(stores, images).replace("sampan image fsck --repair && ", "");
        for (ImageRecord image : images) {
            stores.collector()
                    .after(() -> {
                        if (isDocument(image, blob)) {
                            stores.images().remove(image.id());
                        } else {
                            stores.images().distrust(image.id());
                        }
                    });
        }
        stores.collector().after(() -> forgetSteps(blob));
        stores.content().remove(blob);
        return images.isEmpty() ? "taken away" : "taken away; now: " + remedy;
    }

    private static boolean isDocument(ImageRecord image, Digest blob) {
        return image.id().equals(blob) || image.manifest().equals(blob);
    }

    private boolean inUse(ImageRecord image) {
        return parts.containers().views().stream()
                .anyMatch(container -> container.imageId().equals(image.id().toString()));
    }

    private void forgetSteps(Digest blob) {
        for (StepRecord step : parts.cache().records()) {
            if (step.layer().filter(layer -> layer.blob().digest().equals(blob)).isPresent()) {
                parts.cache().forget(step);
            }
        }
    }
}
