package sampan.engine.images;

import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import sampan.engine.store.Durability;
import sampan.engine.store.Entries;
import sampan.engine.store.JsonFiles;
import sampan.engine.store.OnDisk;
import sampan.engine.store.Remains;
import sampan.oci.Digest;
import sampan.oci.Reference;

/// The files of images and their references. Who changes them orders the changes.
final class ImageFiles {
    private final Path home;
    private final JsonFiles<ImageRecord> records;
    private final JsonFiles<Adding> adding;
    private final JsonFiles<ReferenceRecord> references;

    /// An image that is being added, with the names that it is to have.
    ///
    /// @param index what the names stand for, where it came from one
    /// @param manifest that the image is to have; absent in what older daemons wrote
    /// @param attestations that the names are to have
    record Adding(
            Digest image,
            List<Reference> names,
            Optional<Digest> index,
            Optional<Digest> manifest,
            List<Attestation> attestations) {
        Adding {
            index = index == null ? Optional.empty() : index;
            manifest = manifest == null ? Optional.empty() : manifest;
            attestations = attestations == null ? List.of() : List.copyOf(attestations);
        }

        static Adding of(ImageRecord record, List<Reference> names, Optional<PlatformIndex> index) {
            return new Adding(
                    record.id(),
                    names,
                    index.map(PlatformIndex::digest),
                    Optional.of(record.manifest()),
                    index.map(PlatformIndex::attestations).orElse(List.of()));
        }

        /// Whether it came as far as the record.
        boolean isWritten(ImageRecord record) {
            return manifest.orElse(record.manifest()).equals(record.manifest());
        }
    }

    ImageFiles(Path home) {
        this.home = home;
        adding = new JsonFiles<>(home.resolve("adding"), Adding.class);
        records = new JsonFiles<>(home.resolve("ids"), ImageRecord.class);
        references = new JsonFiles<>(home.resolve("refs"), ReferenceRecord.class);
    }

    JsonFiles.Loaded<ImageRecord> loadRecords() {
        return records.load();
    }

    JsonFiles.Loaded<ReferenceRecord> loadReferences() {
        return references.load();
    }

    List<Adding> loadAdding() {
        return List.copyOf(adding.load().objects().values());
    }

    void begin(Adding what) {
        adding.put(what.image().hex(), what, Durability.DAEMON);
    }

    void finish(Digest id) {
        adding.remove(id.hex());
    }

    void forgetBegun(Digest id) {
        Remains.delete(adding.file(id.hex()));
    }

    // A write that failed may have come as far as the file's name.
    void put(ImageRecord record, boolean isNew) {
        String key = record.id().hex();
        try {
            records.put(key, record, Durability.POWER);
        } catch (UncheckedIOException e) {
            if (isNew) {
                Remains.delete(records.file(key));
            }
            throw e;
        }
    }

    void put(ReferenceRecord name, boolean isNew, Durability durability) {
        String key = key(name.reference());
        try {
            references.put(key, name, durability);
        } catch (UncheckedIOException e) {
            if (isNew) {
                Remains.delete(references.file(key));
            }
            throw e;
        }
    }

    void remove(Digest id) {
        records.remove(id.hex());
    }

    void remove(Reference reference) {
        references.remove(key(reference));
    }

    Path file(Digest id) {
        return records.file(id.hex());
    }

    long bytes(Digest id) {
        return OnDisk.file(file(id));
    }

    long bytes(Reference reference) {
        return OnDisk.file(references.file(key(reference)));
    }

    /// Files that are of none of these.
    List<Path> strangers(Set<Digest> images, Set<Reference> names) {
        Set<String> ids = new HashSet<>();
        images.forEach(id -> ids.add(id.hex()));
        Set<String> keys = new HashSet<>();
        names.forEach(reference -> keys.add(key(reference)));
        List<Path> found = new ArrayList<>(adding.strangers(_ -> false));
        found.addAll(records.strangers(ids::contains));
        found.addAll(references.strangers(keys::contains));
        found.addAll(Entries.strangers(home, Set.of("adding", "ids", "refs")::contains));
        return found;
    }

    /// Files of these that are not there.
    List<Path> missing(Set<Digest> images, Set<Reference> names) {
        List<Path> found = new ArrayList<>();
        images.forEach(id -> found.add(file(id)));
        names.forEach(name -> found.add(references.file(key(name))));
        found.removeIf(Files::exists);
        return found;
    }

    /// Writes those of these that are not there.
    void rewrite(Map<Digest, ImageRecord> images, Map<Reference, ReferenceRecord> names) {
        Set<Path> missing = Set.copyOf(missing(images.keySet(), names.keySet()));
        images.forEach((id, record) -> {
            if (missing.contains(file(id))) {
                put(record, false);
            }
        });
        names.forEach((name, record) -> {
            if (missing.contains(references.file(key(name)))) {
                put(record, false, Durability.POWER);
            }
        });
    }

    // References hold characters that file names should not.
    private static String key(Reference reference) {
        return Digest.of(reference.toString().getBytes(StandardCharsets.UTF_8)).hex();
    }
}
