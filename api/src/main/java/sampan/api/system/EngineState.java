package sampan.api.system;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import sampan.api.call.Call;
import sampan.api.call.Routes;
import sampan.api.translate.ContainerDocs;
import sampan.api.translate.EventDocs;
import sampan.api.translate.ImageDocs;
import sampan.api.translate.Times;
import sampan.api.translate.VolumeDocs;
import sampan.api.wire.Doc;
import sampan.engine.events.Event;
import sampan.engine.services.BuildService;
import sampan.engine.services.ContainerService.Size;
import sampan.engine.services.Engine;
import sampan.engine.services.EventService;
import sampan.engine.services.SystemService;
import sampan.engine.services.SystemService.ContainerUse;
import sampan.engine.services.SystemService.DiskUse;
import sampan.errors.SampanException;
import sampan.http.ResponseBody;

/// The engine's state: info, disk use, events.
public final class EngineState {
    private static final Set<String> DISK_TYPES =
            Set.of("container", "image", "volume", "build-cache");

    private final SystemService system;
    private final EventService events;
    private final BuildService builds;
    private final Product product;

    public EngineState(Engine engine, Product product) {
        this.system = engine.system();
        this.events = engine.events();
        this.builds = engine.builds();
        this.product = product;
    }

    public void register(Routes routes) {
        routes.add("GET", "/info", this::info)
                .add("GET", "/system/df", this::diskUse)
                .add("GET", "/events", this::events);
    }

    private void info(Call call) throws IOException {
        call.answer(200, InfoDoc.of(system.view(), product, call.version()));
    }

    private void diskUse(Call call) throws IOException {
        List<String> types = call.version().atLeast(42) ? call.all("type") : List.of();
        for (String type : types) {
            if (!DISK_TYPES.contains(type)) {
                throw SampanException.invalid("unknown object type: " + type);
            }
        }
        DiskUse use = system.diskUse();
        Instant now = Instant.now();
        Doc doc = Doc.of();
        boolean images = wanted(types, "image");
        doc.put("LayersSize", images ? use.layersBytes() : 0)
                .put("Images", images ? images(call, use) : null)
                .put(
                        "Containers",
                        wanted(types, "container")
                                ? use.containers().stream()
                                        .map(c -> container(call, c, now))
                                        .toList()
                                : null)
                .put(
                        "Volumes",
                        wanted(types, "volume")
                                ? use.volumes().stream()
                                        .map(v ->
                                                VolumeDocs.withUsage(
                                                        v.volume(), v.bytes(), v.references()))
                                        .toList()
                                : null)
                .put("BuildCache", wanted(types, "build-cache") ? cache() : null);
        call.answer(200, doc);
    }

    private static List<Doc> images(Call call, DiskUse use) {
        return use.images().stream()
                .map(i ->
                        ImageDocs.summary(
                                i.image(),
                                i.containers(),
                                i.shared(),
                                i.shared() + i.unique(),
                                call.version()))
                .toList();
    }

    private List<Doc> cache() {
        return builds.cache().stream()
                .map(step ->
                        Doc.of()
                                .put("ID", step.id())
                                .put("Type", step.kind().word())
                                .put("Description", step.description())
                                .put("InUse", step.inUse() && !step.shared())
                                .put("Shared", step.shared())
                                .put("Size", step.bytes())
                                .put("CreatedAt", Times.text(step.created()))
                                .put("LastUsedAt", Times.text(step.used()))
                                .put("UsageCount", step.uses()))
                .toList();
    }

    private static boolean wanted(List<String> types, String type) {
        return types.isEmpty() || types.contains(type);
    }

    private static Doc container(Call call, ContainerUse use, Instant now) {
        return ContainerDocs.summary(
                use.container(),
                Optional.of(new Size(use.writable(), use.root())),
                call.version(),
                now);
    }

    private void events(Call call) throws IOException, InterruptedException {
        Optional<Instant> since = Times.parse("since", call.query("since"));
        Optional<Instant> until = Times.parse("until", call.query("until"));
        if (since.isPresent() && until.isPresent() && until.get().isBefore(since.get())) {
            throw SampanException.invalid(
                    "`since` time ("
                            + call.query("since")
                            + ") cannot be after `until` time ("
                            + call.query("until")
                            + ")");
        }
        Map<String, List<String>> filters = call.filters();
        try (EventService.Subscription subscription = events.subscribe(since, until, filters)) {
            call.exchange().onClientGone(subscription::close);
            try (ResponseBody body = call.stream("application/json")) {
                Optional<Event> event = subscription.next();
                while (event.isPresent()) {
                    body.write(Call.line(EventDocs.line(event.get())));
                    body.flush();
                    event = subscription.next();
                }
            }
        }
    }
}
