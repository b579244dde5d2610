package sampan.engine.services;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sampan.engine.events.Event;
import sampan.engine.events.EventLog;
import sampan.engine.images.transfer.DistantImage;
import sampan.engine.images.transfer.PullProgress;
import sampan.engine.images.transfer.Puller;
import sampan.engine.images.transfer.Pusher;
import sampan.engine.images.transfer.RelayedProgress;
import sampan.engine.images.transfer.SmallBlobs;
import sampan.engine.registry.ContentSource;
import sampan.engine.registry.Credential;
import sampan.engine.registry.ManifestContent;
import sampan.engine.registry.Registries;
import sampan.engine.registry.Registries.Purpose;
import sampan.engine.registry.Repository;
import sampan.errors.SampanException;
import sampan.oci.Digest;
import sampan.oci.Reference;
import sampan.oci.image.Descriptor;
import sampan.oci.image.ImageDocument;
import sampan.oci.image.Index;
import sampan.oci.image.Manifest;
import sampan.oci.image.MediaType;
import sampan.oci.image.Platform;
import sampan.oci.json.Json;

/// Images from and to registries, with Docker's events and words.
public final class EngineRegistries implements RegistryService {
    private static final int CONFIG_BYTES_MAX = 8 << 20;
    private static final int LIMIT_MAX = 100;

    private final Registries registries;
    private final Puller puller;
    private final Pusher pusher;
    private final EventLog events;

    public EngineRegistries(Registries registries, Puller puller, Pusher pusher, EventLog events) {
        this.registries = registries;
        this.puller = puller;
        this.pusher = pusher;
        this.events = events;
    }

    private record Passed(Progress to) implements PullProgress {
        @Override
        public void report(String id, String status, long current, long total) {
            to.report(id, status, current, total);
        }

        @Override
        public void message(String id, String text) {
            to.message(id, text);
        }
    }

    @Override
    public List<Pulled> pull(PullRequest request, Progress progress) {
        return RelayedProgress.during(new Passed(progress), told -> pull(request, told));
    }

    private List<Pulled> pull(PullRequest request, PullProgress told) {
        Reference name = Reference.parseBare(request.reference());
        Optional<Platform> platform =
                request.platform().isEmpty()
                        ? Optional.empty()
                        : Optional.of(PlatformText.parse(request.platform()));
        List<Pulled> all = new ArrayList<>();
        for (Reference each : wanted(name, request.credential())) {
            Puller.Pulled pulled =
                    puller.pull(new Puller.Wish(each, platform, request.credential()), told);
            Reference shown = each.digest().isPresent() ? each.atDigest(each.digest().get()) : each;
            told.message("", "Digest: " + pulled.digest());
            told.message(
                    "",
                    pulled.newer()
                            ? "Status: Downloaded newer image for " + shown.familiar()
                            : "Status: Image is up to date for " + shown.familiar());
            publish("pull", shown);
            all.add(
                    new Pulled(
                            shown.familiar(), pulled.id().toString(), pulled.digest().toString()));
        }
        return all;
    }

    private List<Reference> wanted(Reference name, Credential credential) {
        if (name.digest().isPresent()) {
            // Docker ignores a tag beside a digest.
            return List.of(name.atDigest(name.digest().get()));
        }
        if (name.tag().isPresent()) {
            return List.of(name);
        }
        return puller.tags(name, credential).stream().map(name::withTag).toList();
    }

    @Override
    public List<DistantImage> distant(String reference, Credential credential) {
        return puller.distant(Reference.parse(reference), credential);
    }

    @Override
    public List<DistantImage> distant(ContentSource source, Digest root) {
        return puller.distant(source, root);
    }

    @Override
    public List<Pushed> push(PushRequest request, Progress progress) {
        return RelayedProgress.during(new Passed(progress), told -> push(request, told));
    }

    private List<Pushed> push(PushRequest request, PullProgress told) {
        Reference name = Reference.parseBare(request.reference());
        if (name.digest().isPresent()) {
            throw SampanException.invalid("cannot push a digest reference");
        }
        told.message("", "The push refers to repository [" + name.name() + "]");
        List<Reference> tags = name.tag().isPresent() ? List.of(name) : pusher.tagged(name);
        if (tags.isEmpty()) {
            throw SampanException.notFound(
                    "An image does not exist locally with the tag: " + name.familiarName());
        }
        List<Pushed> all = new ArrayList<>();
        for (Reference each : tags) {
            Pusher.Pushed pushed =
                    pusher.push(each, request.platform(), request.credential(), told);
            told.message(
                    "",
                    pushed.tag()
                            + ": digest: "
                            + pushed.digest()
                            + " size: "
                            + pushed.manifest().size());
            publish("push", each);
            all.add(new Pushed(pushed.tag(), pushed.manifest(), pushed.index()));
        }
        return all;
    }

    @Override
    public void pushByDigest(Reference name, Credential credential, Progress progress) {
        RelayedProgress.during(
                new Passed(progress),
                told -> {
                    Pusher.Pushed pushed = pusher.push(name, credential, told);
                    publish("push", name);
                    return pushed;
                });
    }

    @Override
    public Descriptor pushCache(CachePush request) {
        Reference name = Reference.parse(request.reference());
        if (name.digest().isPresent()) {
            throw SampanException.invalid(
                    "ref=" + request.reference() + ": a cache is pushed by tag, not by digest");
        }
        return pusher.pushCache(
                name,
                request.credential(),
                request.images().stream().map(image -> image.manifest().digest()).toList(),
                request.compress());
    }

    private void publish(String action, Reference reference) {
        events.publish(
                new Event(
                        "image",
                        action,
                        reference.familiar(),
                        Map.of("name", reference.familiarName()),
                        Instant.now()));
    }

    @Override
    public String login(String server, Credential credential) {
        return registries.login(ServerText.domain(server), credential);
    }

    @Override
    public Distribution distribution(String reference, Credential credential) {
        Reference name = Reference.parse(reference);
        Repository repository = registries.repository(name, credential, Purpose.PULL);
        ManifestContent content = repository.manifest(target(name));
        return new Distribution(content.descriptor(), platforms(repository, content));
    }

    private static String target(Reference name) {
        return name.digest()
                .map(Digest::toString)
                .orElseGet(() -> name.tag().orElse(Reference.DEFAULT_TAG));
    }

    private static List<Platform> platforms(Repository repository, ManifestContent content) {
        if (MediaType.isIndex(content.mediaType())) {
            return Json.read(content.bytes(), Index.class).manifests().stream()
                    .flatMap(entry -> entry.platform().stream())
                    .toList();
        }
        Descriptor config = Json.read(content.bytes(), Manifest.class).config();
        if (!MediaType.isImageConfig(config.mediaType()) || config.size() > CONFIG_BYTES_MAX) {
            return List.of();
        }
        byte[] bytes = SmallBlobs.read(repository, config);
        return List.of(Json.read(bytes, ImageDocument.class).platform());
    }

    @Override
    public List<Registries.Hit> search(String term, int limit, Credential credential) {
        if (term.isEmpty()) {
            throw SampanException.invalid("search term cannot be empty");
        }
        if (limit < 1 || limit > LIMIT_MAX) {
            throw SampanException.invalid(
                    "limit " + limit + " is outside the range of [1, " + LIMIT_MAX + "]");
        }
        int slash = term.indexOf('/');
        String first = slash < 0 ? "" : term.substring(0, slash);
        boolean host = first.contains(".") || first.contains(":") || first.equals("localhost");
        return host
                ? registries.search(first, term.substring(slash + 1), limit, credential)
                : registries.search(Reference.DEFAULT_DOMAIN, term, limit, credential);
    }

    @Override
    public List<Descriptor> referrers(
            String reference, Optional<String> type, Credential credential) {
        Reference name = Reference.parse(reference);
        Repository repository = registries.repository(name, credential, Purpose.PULL);
        Digest subject = name.digest().orElseGet(() -> repository.manifest(target(name)).digest());
        return repository.referrers(subject, type.orElse(""));
    }
}
