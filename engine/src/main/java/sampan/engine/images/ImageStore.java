package sampan.engine.images;

import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import sampan.engine.content.ContentStore;
import sampan.engine.snapshots.Base;
import sampan.engine.snapshots.Chain;
import sampan.engine.store.Durability;
import sampan.engine.store.Entries;
import sampan.engine.store.JsonFiles;
import sampan.engine.store.OnDisk;
import sampan.engine.store.Remains;
import sampan.errors.SampanException;
import sampan.oci.Digest;
import sampan.oci.Reference;
import sampan.oci.image.ImageDocument;
import sampan.oci.json.Json;

/// Images and their references. Thread-safe: readers never wait, changes are made one at a time.
public final class ImageStore {
    /// Longest config blob, in bytes.
    public static final long CONFIG_BYTES_MAX = 8 << 20;

    private static final Pattern ID_PREFIX = Pattern.compile("(?:sha256:)?([a-f0-9]{1,64})");
    private static final int HEX_DIGITS = 64;

    private final Path home;
    private final ContentStore content;
    private final JsonFiles<ImageRecord> recordFiles;
    private final JsonFiles<Adding> addingFiles;
    private final JsonFiles<ReferenceRecord> referenceFiles;
    private final ReentrantLock changing = new ReentrantLock();
    private final Map<Digest, ImageRecord> records = new ConcurrentHashMap<>();
    private final Map<Reference, ReferenceRecord> references = new ConcurrentHashMap<>();
    private final List<JsonFiles.Broken> broken = new ArrayList<>();
    // Parsed configs; they never change, and the records bound their number.
    private final Map<Digest, ImageDocument> documents = new ConcurrentHashMap<>();
    private final KnownViews views = new KnownViews();

    /// Reads what is there.
    public ImageStore(Path directory, ContentStore content) {
        this.home = directory;
        this.content = content;
        addingFiles = new JsonFiles<>(directory.resolve("adding"), Adding.class);
        recordFiles = new JsonFiles<>(directory.resolve("ids"), ImageRecord.class);
        referenceFiles = new JsonFiles<>(directory.resolve("refs"), ReferenceRecord.class);
        JsonFiles.Loaded<ImageRecord> loaded = recordFiles.load();
        loaded.objects().values().forEach(r -> records.put(r.id(), r));
        JsonFiles.Loaded<ReferenceRecord> names = referenceFiles.load();
        broken.addAll(loaded.broken());
        broken.addAll(names.broken());
        for (ReferenceRecord name : names.objects().values()) {
            if (records.containsKey(name.image())) {
                references.put(name.reference(), name);
            } else {
                referenceFiles.remove(key(name.reference()));
            }
        }
        finishAdding();
    }

    /// An image that is being added, with the names that it is to have.
    private record Adding(Digest image, List<Reference> names) {}

    // A daemon that was killed between record and names leaves an image that nobody knows of.
    private void finishAdding() {
        for (Adding adding : addingFiles.load().objects().values()) {
            if (records.containsKey(adding.image())) {
                Digest manifest = record(adding.image()).manifest();
                adding.names().forEach(name -> bind(name, adding.image(), manifest));
            }
            addingFiles.remove(adding.image().hex());
        }
    }

    /// Files of images that could not be read at start, and why.
    public List<JsonFiles.Broken> broken() {
        return List.copyOf(broken);
    }

    // ---- looking ----

    /// An image by name, id, or unambiguous prefix of an id.
    ///
    /// @throws SampanException NOT_FOUND `No such image: REF`
    public ResolvedImage resolve(String text) {
        return find(text).orElseThrow(() -> unresolved(text));
    }

    public Optional<ResolvedImage> find(String text) {
        Optional<Reference> reference = parsed(text);
        if (reference.isPresent()) {
            if (reference.get().equals(HostImage.REFERENCE)) {
                return Optional.of(HostImage.resolved());
            }
            Optional<ResolvedImage> named = byReference(reference.get());
            if (named.isPresent()) {
                return named;
            }
        }
        return byId(text);
    }

    private static Optional<Reference> parsed(String text) {
        try {
            return Optional.of(Reference.parse(text));
        } catch (SampanException e) {
            return Optional.empty();
        }
    }

    private Optional<ResolvedImage> byReference(Reference reference) {
        ReferenceRecord name = references.get(reference);
        if (name == null && reference.digest().isPresent()) {
            return byDigest(reference, reference.digest().get());
        }
        return Optional.ofNullable(name).map(n -> records.get(n.image())).map(this::resolved);
    }

    // `name@digest` of an image that has the name, whether the digest came with it or not.
    private Optional<ResolvedImage> byDigest(Reference reference, Digest digest) {
        return records.values().stream()
                .filter(r -> r.manifest().equals(digest) || r.id().equals(digest))
                .filter(r -> names(r.id()).stream().anyMatch(n -> sameRepository(n, reference)))
                .findFirst()
                .map(this::resolved);
    }

    private static boolean sameRepository(ReferenceRecord name, Reference reference) {
        return name.reference().sameRepository(reference);
    }

    private Optional<ResolvedImage> byId(String text) {
        var matcher = ID_PREFIX.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String prefix = matcher.group(1);
        List<ResolvedImage> found = new ArrayList<>();
        if (Digest.parse(HostImage.image().id()).hex().startsWith(prefix)) {
            found.add(HostImage.resolved());
        }
        if (prefix.length() == HEX_DIGITS) {
            ImageRecord record = records.get(new Digest(Digest.SHA256, prefix));
            return record == null ? found.stream().findFirst() : Optional.of(resolved(record));
        }
        for (ImageRecord record : records.values()) {
            if (record.id().hex().startsWith(prefix)) {
                found.add(resolved(record));
            }
        }
        return found.size() == 1 ? Optional.of(found.getFirst()) : Optional.empty();
    }

    // What can be neither a name nor an id is the caller's mistake, not a missing image.
    private static SampanException unresolved(String text) {
        if (!ID_PREFIX.matcher(text).matches()) {
            try {
                Reference.parse(text);
            } catch (SampanException e) {
                return e;
            }
        }
        return missing(text);
    }

    static SampanException missing(String text) {
        String shown = parsed(text).map(Reference::familiar).orElse(text);
        boolean id = ID_PREFIX.matcher(text).matches() && text.startsWith("sha256:");
        String whole =
                text.length() == HEX_DIGITS && ID_PREFIX.matcher(text).matches() ? "sha256:" : "";
        return SampanException.notFound("No such image: " + (id ? text : whole + shown));
    }

    /// Whether the text names the image by its id rather than by a reference.
    public static boolean isIdPrefix(String text, String imageId) {
        String hex = text.startsWith("sha256:") ? text.substring(7) : text;
        return !hex.isEmpty() && Digest.parse(imageId).hex().startsWith(hex);
    }

    private ResolvedImage resolved(ImageRecord record) {
        return new ResolvedImage(view(record), new Base.Layers(new Chain(record.diffIds())));
    }

    private Image view(ImageRecord record) {
        return views.of(record, document(record.id()), names(record.id()));
    }

    /// The parsed config of an image that is here; an artifact has none.
    public ImageDocument document(Digest id) {
        ImageRecord record = records.get(id);
        if (record != null && record.isArtifact()) {
            return ImageDocument.NONE;
        }
        return documents.computeIfAbsent(
                id, d -> Json.read(content.read(d, CONFIG_BYTES_MAX), ImageDocument.class));
    }

    /// @throws SampanException NOT_FOUND
    public ImageRecord record(Digest id) {
        ImageRecord record = records.get(id);
        if (record == null) {
            throw missing(id.toString());
        }
        return record;
    }

    public List<ImageRecord> records() {
        return List.copyOf(records.values());
    }

    /// All references of all images, in order.
    public List<ReferenceRecord> names() {
        return references.values().stream()
                .sorted(Comparator.comparing(n -> n.reference().toString()))
                .toList();
    }

    /// All references of an image, in order.
    public List<ReferenceRecord> names(Digest id) {
        return references.values().stream()
                .filter(n -> n.image().equals(id))
                .sorted(Comparator.comparing(n -> n.reference().toString()))
                .toList();
    }

    /// Every image but the built-in one, newest first.
    public List<Image> images() {
        return records.values().stream()
                .map(this::view)
                .sorted(
                        Comparator.comparing((Image i) -> i.created().orElse(Instant.EPOCH))
                                .reversed()
                                .thenComparing(Image::id))
                .toList();
    }

    /// Images that were committed on this one.
    List<ImageRecord> children(Digest id) {
        return records.values().stream().filter(r -> r.parent().equals(Optional.of(id))).toList();
    }

    /// Blobs that images refer to.
    Set<Digest> reachableBlobs() {
        Set<Digest> found = new HashSet<>();
        for (ImageRecord record : records.values()) {
            found.add(record.id());
            for (ImageRecord.Form form : keptForms(record)) {
                found.add(form.manifest());
                found.addAll(form.layerBlobs());
            }
        }
        return found;
    }

    /// The forms of an image whose blobs are kept: the current one, and those that a registry has.
    public List<ImageRecord.Form> keptForms(ImageRecord record) {
        return record.forms().stream()
                .filter(form ->
                        form.manifest().equals(record.manifest()) || isKnown(record.id(), form))
                .toList();
    }

    /// Blobs and layers that images refer to.
    public Set<Digest> reachable() {
        Set<Digest> found = reachableBlobs();
        found.addAll(reachableLayers());
        return found;
    }

    /// diffIDs that images refer to.
    Set<Digest> reachableLayers() {
        Set<Digest> found = new HashSet<>();
        records.values().forEach(record -> found.addAll(record.diffIds()));
        return found;
    }

    /// Whether a registry has the image in this form, as far as we heard.
    public boolean isKnown(Digest id, ImageRecord.Form form) {
        return names(id).stream().anyMatch(name -> name.knows(form.manifest()));
    }

    // ---- changing ----

    /// Adds an image whose blobs and layers are here, under these references. One that is here is
    /// kept as it was, or becomes known in one form more; what had a reference before loses it.
    public void add(ImageRecord record, List<Reference> names) {
        names.forEach(HostImage::refuseName);
        exclusively(() -> {
            ImageRecord old = records.get(record.id());
            boolean isNew = old == null || !old.manifest().equals(record.manifest());
            try {
                if (isNew) {
                    addingFiles.put(
                            record.id().hex(), new Adding(record.id(), names), Durability.DAEMON);
                    write(old == null ? record : reformed(old, record.forms().getFirst()));
                }
                names.forEach(name -> bind(name, record.id(), record.manifest()));
            } finally {
                if (isNew) {
                    Remains.delete(addingFiles.file(record.id().hex()));
                }
            }
            return record;
        });
    }

    private ImageRecord reformed(ImageRecord old, ImageRecord.Form form) {
        return old.in(form, other -> isKnown(old.id(), other));
    }

    // A write that failed may have come as far as the file's name.
    private void write(ImageRecord record) {
        String key = record.id().hex();
        try {
            recordFiles.put(key, record, Durability.POWER);
        } catch (UncheckedIOException e) {
            if (!records.containsKey(record.id())) {
                Remains.delete(recordFiles.file(key));
            }
            throw e;
        }
        records.put(record.id(), record);
    }

    /// Gives an image another form, unless it went or was changed meanwhile.
    public void reform(ImageRecord old, ImageRecord.Form form) {
        exclusively(() -> {
            if (old.equals(records.get(old.id()))) {
                write(reformed(old, form));
            }
            return old;
        });
    }

    /// Gives an image a reference, whoever had it before.
    public void tag(Digest id, Reference reference) {
        HostImage.refuseName(reference);
        exclusively(() -> {
            ImageRecord record = record(id);
            bind(reference, record.id(), reference.digest().orElse(record.manifest()));
            return id;
        });
    }

    private void bind(Reference reference, Digest id, Digest manifest) {
        ReferenceRecord old = references.get(reference);
        Optional<Digest> form =
                reference.digest().isPresent() ? Optional.of(manifest) : Optional.empty();
        if (old == null || !old.image().equals(id) || !old.manifest().equals(form)) {
            ReferenceRecord name = new ReferenceRecord(reference, id, Instant.now(), form);
            try {
                referenceFiles.put(key(reference), name, Durability.POWER);
            } catch (UncheckedIOException e) {
                if (old == null) {
                    Remains.delete(referenceFiles.file(key(reference)));
                }
                throw e;
            }
            references.put(reference, name);
        }
    }

    /// Takes a reference away; false where it was not there.
    boolean untag(Reference reference) {
        return exclusively(() -> {
            referenceFiles.remove(key(reference));
            return references.remove(reference) != null;
        });
    }

    /// Takes the record and its references away; [Collector] takes what it referred to.
    public void remove(Digest id) {
        exclusively(() -> {
            names(id).forEach(n -> untag(n.reference()));
            recordFiles.remove(id.hex());
            Optional<ImageRecord> removed = Optional.ofNullable(records.remove(id));
            documents.remove(id);
            views.forget(id);
            return removed;
        });
    }

    /// Takes away what says that the image is what a registry calls by a digest, so that the next
    /// pull looks at every part of it; the other names stay.
    public void distrust(Digest id) {
        exclusively(() -> {
            names(id).stream()
                    .map(ReferenceRecord::reference)
                    .filter(reference -> reference.digest().isPresent())
                    .forEach(this::untag);
            return id;
        });
    }

    /// Files of the store that are of no image and no reference.
    public List<Path> strangers() {
        return exclusively(() -> {
            Set<String> ids = new HashSet<>();
            records.keySet().forEach(id -> ids.add(id.hex()));
            Set<String> keys = new HashSet<>();
            references.keySet().forEach(reference -> keys.add(key(reference)));
            List<Path> found = new ArrayList<>(addingFiles.strangers(_ -> false));
            found.addAll(recordFiles.strangers(ids::contains));
            found.addAll(referenceFiles.strangers(keys::contains));
            found.addAll(Entries.strangers(home, Set.of("adding", "ids", "refs")::contains));
            return found;
        });
    }

    /// Files that should be there and are not: [#rewrite] makes them again of what is in memory.
    public List<Path> missing() {
        return exclusively(() -> {
            List<Path> found = new ArrayList<>();
            records.keySet().forEach(id -> found.add(recordFiles.file(id.hex())));
            references.keySet().forEach(name -> found.add(referenceFiles.file(key(name))));
            found.removeIf(Files::exists);
            return found;
        });
    }

    /// Writes the files again that are missing.
    public void rewrite() {
        exclusively(() -> {
            Set<Path> missing = Set.copyOf(missing());
            records.forEach((id, record) -> {
                if (missing.contains(recordFiles.file(id.hex()))) {
                    recordFiles.put(id.hex(), record, Durability.POWER);
                }
            });
            references.forEach((name, record) -> {
                if (missing.contains(referenceFiles.file(key(name)))) {
                    referenceFiles.put(key(name), record, Durability.POWER);
                }
            });
            return missing;
        });
    }

    /// Bytes on disk of all blobs of an image, each with its digest.
    public Map<Digest, Long> blobBytes(Digest id) {
        Map<Digest, Long> found = new HashMap<>();
        ImageRecord record = records.get(id);
        if (record != null) {
            found.put(id, OnDisk.file(content.place(id, false)));
            for (ImageRecord.Form form : keptForms(record)) {
                found.put(form.manifest(), OnDisk.file(content.place(form.manifest(), false)));
                form.layerBlobs()
                        .forEach(blob -> found.put(blob, OnDisk.file(content.place(blob, false))));
            }
        }
        return found;
    }

    /// Bytes on disk of the records of an image and its references.
    long recordBytes(Digest id) {
        return OnDisk.file(recordFiles.file(id.hex()))
                + names(id).stream().mapToLong(name -> nameBytes(name.reference())).sum();
    }

    long nameBytes(Reference reference) {
        return OnDisk.file(referenceFiles.file(key(reference)));
    }

    /// Where the image's record lies.
    Path recordFile(Digest id) {
        return recordFiles.file(id.hex());
    }

    /// Runs a change while no other is made.
    <T> T exclusively(Supplier<T> change) {
        changing.lock();
        try {
            return change.get();
        } finally {
            changing.unlock();
        }
    }

    // References hold characters that file names should not.
    private static String key(Reference reference) {
        return Digest.of(reference.toString().getBytes(StandardCharsets.UTF_8)).hex();
    }
}
