package sampan.engine.services;

import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sampan.engine.events.Event;
import sampan.engine.events.EventLog;
import sampan.engine.images.transfer.ArchiveLoader;
import sampan.engine.images.transfer.ArchiveSaver;
import sampan.engine.images.transfer.RootfsImport;
import sampan.engine.images.transfer.Stores;
import sampan.oci.Digest;
import sampan.oci.Reference;
import sampan.oci.image.Platform;

/// Images in and out, with Docker's events.
public final class EngineTransfers implements ImageTransferService {
    private final Stores stores;
    private final EventLog events;

    public EngineTransfers(Stores stores, EventLog events) {
        this.stores = stores;
        this.events = events;
    }

    @Override
    public Loaded load(InputStream archive, Optional<Platform> platform, Progress progress) {
        List<String> references = new ArrayList<>();
        List<String> ids = new ArrayList<>();
        for (ArchiveLoader.LoadedImage image :
                new ArchiveLoader(stores).load(archive, platform, progress::report)) {
            image.references().stream()
                    .map(Reference::familiar)
                    .filter(name -> !references.contains(name))
                    .forEach(references::add);
            if (image.references().isEmpty()) {
                ids.add(image.id().toString());
            }
            publish("load", image.id(), image.id().toString());
        }
        return new Loaded(references, ids);
    }

    @Override
    public void save(List<String> references, Optional<Platform> platform, OutputStream archive) {
        new ArchiveSaver(stores).save(references, platform, archive);
        for (String reference : references) {
            stores.images()
                    .find(reference)
                    .map(found -> Digest.parse(found.image().id()))
                    .ifPresent(id -> publish("save", id, id.toString()));
        }
    }

    @Override
    public String importTar(
            InputStream tar, String repository, String tag, String message, List<String> changes) {
        Optional<Reference> name =
                repository.isEmpty()
                        ? Optional.empty()
                        : Optional.of(
                                tag.isEmpty()
                                        ? Reference.parse(repository)
                                        : Reference.parseBare(repository).withTag(tag));
        Digest id = new RootfsImport(stores).importTar(tar, name, message, changes);
        publish("import", id, id.toString());
        return id.toString();
    }

    private void publish(String action, Digest id, String name) {
        events.publish(
                new Event("image", action, id.toString(), Map.of("name", name), Instant.now()));
    }
}
