package sampan.engine.fsck;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import sampan.engine.build.cache.StepRecord;
import sampan.engine.fsck.Finding.Kind;
import sampan.engine.images.ImageRecord;
import sampan.engine.images.ImageRecord.Form;
import sampan.engine.images.transfer.LayerMending;
import sampan.engine.images.transfer.Stores;
import sampan.engine.leases.Lease;
import sampan.engine.snapshots.Layer;
import sampan.engine.trees.TreeMatch;
import sampan.errors.SampanException;
import sampan.oci.Digest;
import sampan.oci.tar.Compression;
import sampan.oci.tar.DigestingChannel;

/// Every layer of an image or of a cached step is there, and is what its blob unpacks to.
final class LayerCheck {
    private final Fsck.Parts parts;
    private final Stores stores;

    LayerCheck(Fsck.Parts parts) {
        this.parts = parts;
        this.stores = parts.stores();
    }

    private record Pair(Digest diffId, Digest blob) {}

    void look(Findings findings) {
        Lease lease = stores.leases().open();
        Set<Digest> held = new HashSet<>();
        try {
            pairs().forEach((pair, user) -> {
                List.of(pair.diffId(), pair.blob()).forEach(lease::hold);
                held.addAll(List.of(pair.diffId(), pair.blob()));
                // What was removed before it was held is of no interest.
                if (pairs().containsKey(pair)) {
                    check(pair, user, findings);
                }
            });
        } finally {
            stores.collector().after(lease::close, held::contains);
        }
    }

    private Map<Pair, String> pairs() {
        Map<Pair, String> pairs = new LinkedHashMap<>();
        for (ImageRecord image : stores.images().records()) {
            for (Form form : stores.images().keptForms(image)) {
                int layers = Math.min(image.diffIds().size(), form.layerBlobs().size());
                for (int i = 0; i < layers; i++) {
                    pairs.putIfAbsent(
                            new Pair(image.diffIds().get(i), form.layerBlobs().get(i)),
                            "image " + Users.name(stores, image));
                }
            }
        }
        for (StepRecord step : parts.cache().records()) {
            step.layer()
                    .ifPresent(layer ->
                            pairs.putIfAbsent(
                                    new Pair(layer.diffId(), layer.blob().digest()),
                                    "the build cache"));
        }
        return pairs;
    }

    private void check(Pair pair, String user, Findings findings) {
        Optional<Layer> layer = stores.snapshots().layer(pair.diffId());
        String subject = "layer " + pair.diffId();
        if (layer.isEmpty()) {
            findings.add(
                    Kind.MISSING, subject, user + " needs it", 0, () -> mend(pair.diffId(), pair));
            return;
        }
        findings.layers++;
        String difference = compare(layer.get(), pair, findings);
        if (!difference.isEmpty()) {
            findings.add(
                    Kind.BROKEN,
                    subject,
                    "it is not what its blob unpacks to: " + difference + "; of " + user,
                    0,
                    () -> mend(pair.diffId(), pair));
        }
    }

    // A blob that is missing or broken is told elsewhere, and proves nothing.
    private String compare(Layer layer, Pair pair, Findings findings) {
        try (FileChannel blob = stores.content().open(pair.blob());
                ReadableByteChannel plain = Compression.open(blob)) {
            DigestingChannel summed = new DigestingChannel(plain);
            TreeMatch.Result result = TreeMatch.of(layer.directory(), summed);
            if (!summed.digest().equals(pair.diffId())) {
                return "";
            }
            findings.files += result.files();
            return String.join(", ", result.differences());
        } catch (SampanException e) {
            return stores.content().has(pair.blob()) && isMissing(layer)
                    ? "its directory is gone"
                    : "";
        } catch (IOException | UncheckedIOException e) {
            return "";
        }
    }

    private static boolean isMissing(Layer layer) {
        return !java.nio.file.Files.isDirectory(layer.directory());
    }

    private String mend(Digest diffId, Pair pair) {
        List<String> users =
                stores.snapshots().keys().stream()
                        .filter(key -> stores.snapshots().referenced(key).contains(diffId))
                        .map(key -> key.substring(0, Math.min(12, key.length())))
                        .toList();
        if (!users.isEmpty()) {
            throw SampanException.conflict(
                    "containers stand on it: remove " + String.join(", ", users) + " first");
        }
        LayerMending.mend(stores, pair.blob(), diffId);
        return "unpacked again";
    }
}
