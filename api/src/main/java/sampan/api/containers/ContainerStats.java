package sampan.api.containers;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import sampan.api.call.Call;
import sampan.api.call.Routes;
import sampan.api.translate.StatsDocs;
import sampan.engine.containers.Container;
import sampan.engine.services.ContainerService;
import sampan.engine.services.Engine;
import sampan.engine.services.Stats;
import sampan.engine.services.TaskService;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.http.ResponseBody;
import sampan.oci.json.Json;

/// What containers use, once or every second.
public final class ContainerStats {
    /// Clients compute shares from two samples; Docker's are this far apart.
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private final ContainerService containers;
    private final TaskService tasks;

    public ContainerStats(Engine engine) {
        this.containers = engine.containers();
        this.tasks = engine.tasks();
    }

    public void register(Routes routes) {
        routes.add("GET", "/containers/{id}/stats", this::stats);
    }

    private void stats(Call call) throws IOException, InterruptedException {
        Container container = containers.inspect(call.path("id"));
        boolean stream = call.flag("stream", true);
        boolean single = call.flag("one-shot") && call.version().atLeast(41);
        if (stream && single) {
            throw SampanException.invalid("cannot have stream=true and one-shot=true");
        }
        if (stream) {
            follow(call, container);
        } else {
            once(call, container, single);
        }
    }

    private void once(Call call, Container container, boolean single)
            throws IOException, InterruptedException {
        String id = container.id().value();
        Stats first = tasks.stats(id);
        if (single || !first.running()) {
            call.answer(200, StatsDocs.sample(id, container.name(), first, Optional.empty()));
            return;
        }
        Thread.sleep(INTERVAL);
        Stats second = tasks.stats(id);
        call.answer(200, StatsDocs.sample(id, container.name(), second, Optional.of(first)));
    }

    private void follow(Call call, Container container) throws IOException, InterruptedException {
        String id = container.id().value();
        Thread sampler = Thread.currentThread();
        call.exchange().onClientGone(sampler::interrupt);
        try (ResponseBody body = call.stream("application/json")) {
            Optional<Stats> before = Optional.empty();
            while (true) {
                Stats now = tasks.stats(id);
                body.write(Json.write(StatsDocs.sample(id, container.name(), now, before)));
                body.write('\n');
                body.flush();
                before = Optional.of(now);
                Thread.sleep(INTERVAL);
            }
        } catch (SampanException e) {
            // The stream of a container that was removed just ends.
            if (e.code() != ErrorCode.NOT_FOUND) {
                throw e;
            }
        }
    }
}
