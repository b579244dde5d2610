package sampan.engine.images;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Stream;
import sampan.engine.content.ContentStore;
import sampan.engine.images.ImageFiles.Adding;
import sampan.engine.images.ReferenceRecord.Variant;
import sampan.engine.snapshots.Base;
import sampan.engine.snapshots.Chain;
import sampan.engine.store.Durability;
import sampan.engine.store.JsonFiles;
import sampan.errors.SampanException;
import sampan.oci.Digest;
import sampan.oci.Reference;
import sampan.oci.image.ImageDocument;
import sampan.oci.image.Platform;
import sampan.oci.json.Json;

/// Images and their references. Thread-safe: readers never wait, changes are made one at a time.
public final class ImageStore {
    /// Longest config blob, in bytes.
    public static final long CONFIG_BYTES_MAX = 8 << 20;

    private final ContentStore content;
    private final ImageFiles files;
    private final ReentrantLock changing = new ReentrantLock();
    private final Map<Digest, ImageRecord> records = new ConcurrentHashMap<>();
    private final Map<Reference, ReferenceRecord> references = new ConcurrentHashMap<>();
    private final List<JsonFiles.Broken> broken = new ArrayList<>();
    // Parsed configs; they never change, and the records bound their number.
    private final Map<Digest, ImageDocument> documents = new ConcurrentHashMap<>();
    private final KnownViews views = new KnownViews();
    private final ImageLookup lookup = new ImageLookup(records, references, this::resolved);

    /// Reads what is there.
    public ImageStore(Path directory, ContentStore content) {
        this.content = content;
        files = new ImageFiles(directory);
        JsonFiles.Loaded<ImageRecord> loaded = files.loadRecords();
        loaded.objects().values().forEach(r -> records.put(r.id(), r));
        JsonFiles.Loaded<ReferenceRecord> names = files.loadReferences();
        broken.addAll(loaded.broken());
        broken.addAll(names.broken());
        for (ReferenceRecord name : names.objects().values()) {
            Optional<ReferenceRecord> here = Optional.of(name);
            for (Digest id : name.images()) {
                if (!records.containsKey(id)) {
                    here = here.flatMap(left -> left.without(id));
                }
            }
            here.ifPresentOrElse(
                    left -> references.put(left.reference(), left),
                    () -> files.remove(name.reference()));
        }
        finishAdding();
    }

    // A daemon that was killed between record and names leaves an image that nobody knows of.
    private void finishAdding() {
        for (Adding adding : files.loadAdding()) {
            Optional.ofNullable(records.get(adding.image()))
                    .filter(adding::isWritten)
                    .ifPresent(record -> finish(adding, record));
            files.finish(adding.image());
        }
    }

    private void finish(Adding adding, ImageRecord record) {
        List<Attestation> here =
                adding.attestations().stream()
                        .filter(each -> content.has(each.manifest()))
                        .filter(each -> each.blobs().stream().allMatch(content::has))
                        .toList();
        Optional<PlatformIndex> index =
                adding.index()
                        .filter(content::has)
                        .map(digest -> PlatformIndex.of(digest, read(digest), here));
        adding.names().forEach(name -> bind(name, record.id(), record.manifest(), index));
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
        return find(text).orElseThrow(() -> ImageText.unresolved(text));
    }

    public Optional<ResolvedImage> find(String text) {
        return lookup.find(text);
    }

    /// As [#find], of one platform where the name has several; of what has one alone, that one.
    public Optional<ResolvedImage> find(String text, Platform platform) {
        return name(text).filter(name -> !name.others().isEmpty()).stream()
                .flatMap(name -> name.images().stream())
                .filter(id -> document(id).platform().runsOn(platform))
                .findFirst()
                .map(id -> resolved(record(id)))
                .or(() -> find(text));
    }

    /// What is known of a name, or of one that stands for the index with this digest; empty for
    /// another id, or what is not here.
    public Optional<ReferenceRecord> name(String text) {
        return lookup.name(text);
    }

    /// Names that stand for an index.
    Stream<ReferenceRecord> listing(Digest index) {
        return lookup.listing(index);
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
        return documents.computeIfAbsent(id, d -> Json.read(read(d), ImageDocument.class));
    }

    ContentStore content() {
        return content;
    }

    /// A document of the content store: a config, a manifest, an index.
    byte[] read(Digest digest) {
        return content.read(digest, CONFIG_BYTES_MAX);
    }

    /// @throws SampanException NOT_FOUND
    public ImageRecord record(Digest id) {
        ImageRecord record = records.get(id);
        if (record == null) {
            throw ImageText.missing(id.toString());
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

    /// All references of an image, in order, each as the image has it.
    public List<ReferenceRecord> names(Digest id) {
        return references.values().stream()
                .filter(n -> n.means(id))
                .map(n -> n.as(id))
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
        references.values().forEach(name -> found.addAll(name.ownBlobs()));
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
        add(record, names, Optional.empty());
    }

    /// As [#add] of one platform of an index whose content is here: images of its other platforms
    /// keep the references too.
    public void add(ImageRecord record, List<Reference> names, Optional<PlatformIndex> index) {
        names.forEach(HostImage::refuseName);
        exclusively(() -> {
            ImageRecord old = records.get(record.id());
            boolean isNew = old == null || !old.manifest().equals(record.manifest());
            try {
                if (isNew) {
                    files.begin(Adding.of(record, names, index));
                    write(old == null ? record : reformed(old, record.forms().getFirst()));
                }
                names.forEach(name -> bind(name, record.id(), record.manifest(), index));
            } finally {
                if (isNew) {
                    files.forgetBegun(record.id());
                }
            }
            return record;
        });
    }

    private ImageRecord reformed(ImageRecord old, ImageRecord.Form form) {
        return old.in(form, other -> isKnown(old.id(), other));
    }

    private void write(ImageRecord record) {
        files.put(record, !records.containsKey(record.id()));
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
        tag(id, reference, Durability.POWER);
    }

    public void tag(Digest id, Reference reference, Durability durability) {
        HostImage.refuseName(reference);
        exclusively(() -> {
            ImageRecord record = record(id);
            Digest manifest = reference.digest().orElse(record.manifest());
            bind(named(reference, record.id(), manifest, Optional.empty()), durability);
            return id;
        });
    }

    /// Gives all images of a name another one.
    public void tag(ReferenceRecord from, Reference reference) {
        tag(from, reference, Durability.POWER);
    }

    public void tag(ReferenceRecord from, Reference reference, Durability durability) {
        HostImage.refuseName(reference);
        exclusively(() -> {
            from.images().forEach(this::record);
            bind(from.called(reference), durability);
            return from;
        });
    }

    private void bind(
            Reference reference, Digest id, Digest manifest, Optional<PlatformIndex> index) {
        bind(named(reference, id, manifest, index), Durability.POWER);
    }

    private ReferenceRecord named(
            Reference reference, Digest id, Digest manifest, Optional<PlatformIndex> index) {
        boolean known = reference.digest().isPresent() || index.isPresent();
        ReferenceRecord name =
                new ReferenceRecord(
                        reference,
                        id,
                        Instant.now(),
                        known ? Optional.of(manifest) : Optional.empty(),
                        index.map(PlatformIndex::digest),
                        List.of(),
                        index.map(PlatformIndex::attestations).orElse(List.of()));
        return index.map(of -> amongOthers(name, of)).orElse(name);
    }

    /// What the name meant so far stays beside the new image where the index has it; usually it
    /// means the one for this machine.
    private ReferenceRecord amongOthers(ReferenceRecord name, PlatformIndex index) {
        List<Variant> all = new ArrayList<>(name.variants());
        Optional<ReferenceRecord> before = Optional.ofNullable(references.get(name.reference()));
        before.stream()
                .flatMap(old -> old.variants().stream())
                .filter(old -> index.manifests().contains(old.manifest()))
                .filter(old -> !name.means(old.image()) && records.containsKey(old.image()))
                .forEach(all::add);
        Variant usual =
                all.stream()
                        .filter(v -> document(v.image()).platform().runsOn(Platform.host()))
                        .findFirst()
                        .orElse(all.getFirst());
        return name.among(all, usual, index.attestationsWith(before));
    }

    private void bind(ReferenceRecord name, Durability durability) {
        ReferenceRecord old = references.get(name.reference());
        if (old == null || !old.saysAs(name)) {
            files.put(name, old == null, durability);
            references.put(name.reference(), name);
        }
        if (!Nameless.is(name.reference())) {
            name.index().map(Nameless::of).filter(references::containsKey).ifPresent(this::untag);
        }
    }

    /// Takes a reference away; false where it was not there.
    boolean untag(Reference reference) {
        return exclusively(() -> {
            files.remove(reference);
            return references.remove(reference) != null;
        });
    }

    /// Takes a reference away from one image: those of other platforms keep it. True where it is
    /// gone.
    boolean untag(Reference reference, Digest id) {
        return exclusively(() -> {
            Optional<ReferenceRecord> left =
                    Optional.ofNullable(references.get(reference)).flatMap(n -> n.without(id));
            left.ifPresent(name -> bind(name, Durability.POWER));
            return left.isEmpty() && untag(reference);
        });
    }

    /// Takes the record and its references away; [Collector] takes what it referred to.
    public void remove(Digest id) {
        exclusively(() -> {
            names(id).forEach(n -> untag(n.reference(), id));
            files.remove(id);
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
        return exclusively(() -> files.strangers(records.keySet(), references.keySet()));
    }

    /// Files that should be there and are not: [#rewrite] makes them again of what is in memory.
    public List<Path> missing() {
        return exclusively(() -> files.missing(records.keySet(), references.keySet()));
    }

    /// Writes the files again that are missing.
    public void rewrite() {
        exclusively(() -> {
            files.rewrite(records, references);
            return records;
        });
    }

    /// Bytes on disk of the records of an image and of the references that mean it alone.
    long recordBytes(Digest id) {
        return files.bytes(id)
                + references.values().stream()
                        .filter(name -> name.images().equals(List.of(id)))
                        .mapToLong(name -> nameBytes(name.reference()))
                        .sum();
    }

    long nameBytes(Reference reference) {
        return files.bytes(reference);
    }

    /// Where the image's record lies.
    Path recordFile(Digest id) {
        return files.file(id);
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
}
