package sampan.engine.services;

import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sampan.engine.archives.Commit;
import sampan.engine.archives.ContainerArchives;
import sampan.engine.archives.ContainerArchives.FileReading;
import sampan.engine.archives.ContainerArchives.FileStat;
import sampan.engine.archives.ContainerRoots;
import sampan.engine.archives.ContainerRoots.ContainerRoot;
import sampan.engine.events.Event;
import sampan.engine.events.EventLog;
import sampan.engine.images.transfer.Stores;
import sampan.oci.Digest;
import sampan.oci.Reference;

/// Files of containers, with Docker's events.
public final class EngineArchives implements ArchiveService {
    private final ContainerRoots roots;
    private final ContainerArchives archives;
    private final Commit commit;
    private final EventLog events;

    public EngineArchives(ContainerRoots roots, Stores stores, EventLog events) {
        this.roots = roots;
        this.archives = new ContainerArchives(roots, stores.snapshots());
        this.commit = new Commit(roots, stores);
        this.events = events;
    }

    @Override
    public PathStat stat(String reference, String path) {
        return pathStat(archives.stat(reference, path));
    }

    private static PathStat pathStat(FileStat stat) {
        return new PathStat(
                stat.name(), stat.size(), stat.mode(), stat.modified(), stat.linkTarget());
    }

    @Override
    public Reading read(String reference, String path) {
        ContainerRoot container = roots.open(reference);
        FileReading reading = archives.read(reference, path);
        publish("archive-path", container, Map.of());
        return new Reading() {
            @Override
            public PathStat stat() {
                return pathStat(reading.stat());
            }

            @Override
            public void copyTo(OutputStream tar) {
                reading.copyTo(tar, reading.stat().name());
            }

            @Override
            public void copyTo(OutputStream tar, String name) {
                reading.copyTo(tar, name);
            }

            @Override
            public void close() {
                reading.close();
            }
        };
    }

    @Override
    public void write(
            String reference,
            String directory,
            InputStream tar,
            boolean noOverwriteDirNonDir,
            boolean copyOwners) {
        archives.write(reference, directory, tar, noOverwriteDirNonDir, copyOwners);
        publish("extract-to-dir", reference, Map.of());
    }

    @Override
    public List<Change> diff(String reference) {
        return archives.diff(reference).entrySet().stream()
                .map(e -> new Change(e.getKey(), kind(e.getValue())))
                .toList();
    }

    private static ChangeKind kind(ContainerArchives.Kind kind) {
        return switch (kind) {
            case MODIFIED -> ChangeKind.MODIFIED;
            case ADDED -> ChangeKind.ADDED;
            case DELETED -> ChangeKind.DELETED;
        };
    }

    @Override
    public void export(String reference, OutputStream tar) {
        archives.export(reference, tar);
        publish("export", reference, Map.of());
    }

    @Override
    public String commit(CommitRequest request) {
        Optional<Reference> name =
                request.repository().isEmpty()
                        ? Optional.empty()
                        : Optional.of(
                                request.tag().isEmpty()
                                        ? Reference.parse(request.repository())
                                        : Reference.parseBare(request.repository())
                                                .withTag(request.tag()));
        Digest id =
                commit.commit(
                        new Commit.Wish(
                                request.reference(),
                                name,
                                request.comment(),
                                request.author(),
                                request.pause(),
                                request.changes(),
                                request.labels()));
        Map<String, String> more =
                new HashMap<>(Map.of("imageID", id.toString(), "comment", request.comment()));
        image("create", id, id.toString());
        name.ifPresent(n -> image("tag", id, n.familiar()));
        name.ifPresent(n -> more.put("imageRef", n.familiar()));
        publish("commit", request.reference(), more);
        return id.toString();
    }

    private void image(String action, Digest id, String name) {
        events.publish(
                new Event("image", action, id.toString(), Map.of("name", name), Instant.now()));
    }

    private void publish(String action, String reference, Map<String, String> more) {
        publish(action, roots.open(reference), more);
    }

    private void publish(String action, ContainerRoot container, Map<String, String> more) {
        Map<String, String> attributes = new HashMap<>(container.config().labels());
        attributes.put("name", container.name());
        attributes.put("image", container.image());
        attributes.putAll(more);
        events.publish(new Event("container", action, container.id(), attributes, Instant.now()));
    }
}
