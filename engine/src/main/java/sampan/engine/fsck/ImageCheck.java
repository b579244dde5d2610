package sampan.engine.fsck;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import sampan.engine.fsck.Finding.Kind;
import sampan.engine.images.ImageRecord;
import sampan.engine.images.ImageRecord.Form;
import sampan.engine.images.ImageStore;
import sampan.engine.images.ReferenceRecord;
import sampan.engine.images.transfer.Stores;
import sampan.engine.store.Settled;
import sampan.errors.SampanException;
import sampan.oci.Digest;
import sampan.oci.image.Descriptor;
import sampan.oci.image.ImageDocument;
import sampan.oci.image.Manifest;
import sampan.oci.json.Json;

/// Every image has what its record, its manifest and its config name, and they name the same.
final class ImageCheck {
    private final Stores stores;

    ImageCheck(Fsck.Parts parts) {
        this.stores = parts.stores();
    }

    private record Missing(ImageRecord image, Digest blob) {}

    /// Of an index or an attestation.
    private record Lacking(ReferenceRecord name, Digest blob) {}

    private record Unlike(ImageRecord image, String how) {}

    void look(Findings findings) {
        Settled.of(this::missing).forEach(lack -> missing(lack, findings));
        Settled.of(this::lacking).forEach(lack -> lacking(lack, findings));
        Settled.of(this::unlike)
                .forEach(unlike ->
                        findings.add(
                                Kind.BROKEN,
                                "image " + Users.name(stores, unlike.image()),
                                unlike.how(),
                                "sampan rmi "
                                        + unlike.image().id().brief()
                                        + ", and pull or load it again"));
        stores.images()
                .broken()
                .forEach(file ->
                        findings.add(
                                Kind.UNREADABLE,
                                "file " + file.file(),
                                "an image's record that could not be read at start: "
                                        + file.reason(),
                                "remove the file, restart the daemon, pull or load the image"));
        if (!Settled.of(stores.images()::missing).isEmpty()) {
            findings.add(
                    Kind.MISSING,
                    "records of images",
                    "files are gone below images",
                    0,
                    () -> {
                        stores.images().rewrite();
                        return "written again";
                    });
        }
    }

    private void missing(Missing lack, Findings findings) {
        String name = Users.name(stores, lack.image());
        Optional<String> from = Users.pulled(stores, lack.image());
        if (from.isEmpty()) {
            findings.add(
                    Kind.MISSING,
                    "blob " + lack.blob(),
                    "image " + name + " needs it; it runs, and cannot be pushed or saved",
                    Users.remedy(stores, List.of(lack.image())));
            return;
        }
        findings.add(
                Kind.MISSING,
                "blob " + lack.blob(),
                "image " + name + " needs it; it runs, and cannot be pushed or saved",
                0,
                () -> {
                    String pulled = from.get();
                    stores.images().distrust(lack.image().id());
                    return "now: sampan pull " + pulled;
                });
    }

    // The images are whole by themselves; what the index and its attestations are for is to push,
    // save and tell platforms.
    private void lacking(Lacking lack, Findings findings) {
        ReferenceRecord name = lack.name();
        String shown = name.reference().familiar();
        boolean index = name.index().equals(Optional.of(lack.blob()));
        findings.add(
                Kind.MISSING,
                "blob " + lack.blob(),
                (index ? "the index of " : "of what attests images of ")
                        + shown
                        + ", whose images run, and cannot be pushed or saved as one",
                0,
                () -> {
                    name.images().forEach(stores.images()::distrust);
                    return "now: sampan pull " + shown + ", or load or build it again";
                });
    }

    private List<Lacking> lacking() {
        return stores.images().names().stream()
                .filter(name -> name.reference().tag().isPresent())
                .flatMap(name ->
                        name.ownBlobs().stream()
                                .distinct()
                                .filter(blob -> !stores.content().has(blob))
                                .map(blob -> new Lacking(name, blob)))
                .toList();
    }

    private List<Missing> missing() {
        List<Missing> found = new ArrayList<>();
        Set<Digest> here = Set.copyOf(stores.content().digests());
        for (ImageRecord image : stores.images().records()) {
            List<Digest> blobs = new ArrayList<>(List.of(image.id()));
            for (Form form : stores.images().keptForms(image)) {
                blobs.add(form.manifest());
                blobs.addAll(form.layerBlobs());
            }
            blobs.stream()
                    .distinct()
                    .filter(blob -> !here.contains(blob) && !stores.content().has(blob))
                    .filter(_ -> stores.images().records().contains(image))
                    .forEach(blob -> found.add(new Missing(image, blob)));
        }
        return found;
    }

    private List<Unlike> unlike() {
        List<Unlike> found = new ArrayList<>();
        for (ImageRecord image : stores.images().records()) {
            String how =
                    stores.images().keptForms(image).stream()
                            .map(form -> compare(image, form))
                            .filter(words -> !words.isEmpty())
                            .findFirst()
                            .orElse("");
            if (!how.isEmpty() && stores.images().records().contains(image)) {
                found.add(new Unlike(image, how));
            }
        }
        return found;
    }

    // What is missing or has another digest is told elsewhere.
    private String compare(ImageRecord image, Form form) {
        try {
            Manifest manifest = Json.read(read(form.manifest()), Manifest.class);
            List<Digest> blobs = manifest.layers().stream().map(Descriptor::digest).toList();
            if (image.id().equals(form.manifest())) {
                return Set.copyOf(form.layerBlobs()).containsAll(blobs)
                        ? ""
                        : "its record names other blobs than its manifest";
            }
            if (!manifest.config().digest().equals(image.id())
                    || !blobs.equals(form.layerBlobs())) {
                return "its record names other blobs than its manifest";
            }
            ImageDocument document = Json.read(read(image.id()), ImageDocument.class);
            return document.rootfs().diffIds().equals(image.diffIds())
                    ? ""
                    : "its record names other layers than its config";
        } catch (SampanException e) {
            return "";
        }
    }

    private byte[] read(Digest document) {
        byte[] content = stores.content().read(document, ImageStore.CONFIG_BYTES_MAX);
        if (!Digest.of(content).equals(document)) {
            throw SampanException.invalid("content " + document + " is broken");
        }
        return content;
    }
}
