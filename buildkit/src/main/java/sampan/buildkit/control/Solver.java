package sampan.buildkit.control;

import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import sampan.buildkit.session.Scratch;
import sampan.buildkit.session.SessionAgents;
import sampan.buildkit.session.Sessions;
import sampan.engine.services.BuildRequest;
import sampan.engine.services.Engine;
import sampan.engine.services.PlatformText;
import sampan.oci.image.Platform;

/// Carries out what clients ask to be solved. Thread-safe.
public final class Solver {
    private final Engine engine;
    private final Sessions sessions;
    private final Path directory;
    final Jobs jobs = new Jobs();
    final History history = new History();

    /// @param directory there, open to nobody else
    public Solver(Engine engine, Sessions sessions, Path directory) {
        this.engine = engine;
        this.sessions = sessions;
        this.directory = directory;
    }

    Engine engine() {
        return engine;
    }

    /// Gives up a build of that name.
    public void cancel(String ref) {
        jobs.find(ref).ifPresent(Job::cancel);
    }

    /// Solves on the calling thread, which [Job#cancel] interrupts.
    ///
    /// @param known is told the job before anything happens
    Map<String, String> solve(SolveRequest request, Consumer<Job> known)
            throws InterruptedException {
        Job job = new Job(request, sessions.get(request.session()), engine);
        jobs.add(job);
        known.accept(job);
        Instant began = Instant.now();
        Optional<Frontend> frontend = Optional.empty();
        Steps steps = new Steps(job.progress);
        String error = "";
        Optional<StatusRuntimeException> failure = Optional.empty();
        try {
            Exports exports = new Exports(job, engine);
            frontend =
                    request.frontend().isEmpty()
                            ? job.result()
                            : Optional.of(read(job, request.frontend(), request.attributes()));
            if (frontend.isEmpty()) {
                return Map.of();
            }
            return build(job, frontend.get(), exports, steps);
        } catch (RuntimeException | InterruptedException e) {
            error = Steps.message(e);
            Frontend of = frontend.orElse(nothing());
            StatusRuntimeException told =
                    Failures.of(
                            job.cancelled() ? new InterruptedException() : e,
                            of.filename(),
                            of.text(),
                            steps.failedLine());
            failure = Optional.of(told);
            throw told;
        } finally {
            job.end();
            jobs.remove(request.ref(), job.progress, failure);
            job.images.close();
            if (!request.internal()) {
                history.add(job, began, error);
            }
        }
    }

    private static Frontend nothing() {
        return new Frontend(
                Map.of(), Frontend.Context.ofSession(), "", "", Optional.empty(), List.of());
    }

    /// Gets a Dockerfile for the job.
    Frontend read(Job job, String frontend, Map<String, String> attributes) {
        try (Scratch home = Scratch.below(directory)) {
            return new FrontendReader(job, home.path()).read(frontend, attributes);
        }
    }

    /// Puts images in the place of results of other builds that a client links to.
    ///
    /// @param inputs graphs by name
    /// @return the attributes, which name the images
    Map<String, String> linked(Job job, Map<String, String> attributes, Map<String, byte[]> inputs)
            throws InterruptedException {
        Map<String, String> resolved = new LinkedHashMap<>(attributes);
        resolved.keySet().removeIf(attribute -> attribute.startsWith("input-metadata:"));
        for (Map.Entry<String, byte[]> input : inputs.entrySet()) {
            String name = input.getKey();
            String result = Links.result(name, input.getValue());
            Job other = jobs.owner(result);
            String id = image(other, result);
            if (!other.keeps()) {
                job.images.remember(id);
            }
            resolved.replaceAll(
                    (_, value) -> value.equals("input:" + name) ? "docker-image://" + id : value);
        }
        return resolved;
    }

    /// Builds a result that is not asked for as the whole's yet. The build that is finds its steps
    /// done when its turn comes, and shows them no more.
    ///
    /// @return id of the image
    String image(Job job, String result) throws InterruptedException {
        Frontend frontend = job.frontend(result);
        job.building.lockInterruptibly();
        try (Scratch home = Scratch.below(directory);
                SessionAgents agents = new SessionAgents(job.session, home.path())) {
            BuildRequest request =
                    new BuildInputs(job, frontend)
                            .request(true, agents, List.of(), Optional.empty());
            Steps steps = new Steps(job.shown ? new Progress(job.request.ref()) : job.progress);
            job.shown = true;
            return engine.builds().build(request, steps).id();
        } finally {
            job.building.unlock();
        }
    }

    private Map<String, String> build(Job job, Frontend frontend, Exports exports, Steps steps)
            throws InterruptedException {
        job.building.lockInterruptibly();
        try (Scratch home = Scratch.below(directory);
                SessionAgents agents = new SessionAgents(job.session, home.path())) {
            Attestations attestations = Attestations.of(frontend, job.request.ref());
            List<BuildRequest.CacheFrom> cacheFrom = new CacheImports(job, engine).found();
            if (frontend.platforms().size() > 1) {
                several(
                        new Several(job, frontend, exports, agents, cacheFrom, attestations),
                        List.of());
                return exports.response();
            }
            BuildRequest request =
                    new BuildInputs(job, frontend)
                            .request(false, agents, cacheFrom, attestations.scan());
            Steps shown = job.shown ? Steps.shownBefore(job.progress, job.request.ref()) : steps;
            Platform platform =
                    frontend.platforms().isEmpty()
                            ? Platform.host()
                            : PlatformText.parse(frontend.platforms().getFirst());
            engine.builds()
                    .build(
                            request,
                            shown,
                            result ->
                                    exports.send(
                                            List.of(new ImageLayout.Of(platform, result)),
                                            attestations));
            return exports.response();
        } finally {
            job.building.unlock();
        }
    }

    /// One build for several platforms.
    private record Several(
            Job job,
            Frontend frontend,
            Exports exports,
            SessionAgents agents,
            List<BuildRequest.CacheFrom> cacheFrom,
            Attestations attestations) {}

    // A result is there while it is looked at: each platform is built in the look at those before.
    private void several(Several asked, List<ImageLayout.Of> done) {
        List<String> platforms = asked.frontend().platforms();
        if (done.size() == platforms.size()) {
            asked.exports().send(done, asked.attestations());
            return;
        }
        String platform = platforms.get(done.size());
        BuildRequest request =
                new BuildInputs(asked.job(), asked.frontend().only(platform))
                        .request(
                                false,
                                asked.agents(),
                                asked.cacheFrom(),
                                asked.attestations().scan());
        Steps steps = new Steps(asked.job().progress, platform);
        engine.builds()
                .build(
                        request,
                        steps,
                        result -> {
                            List<ImageLayout.Of> more = new ArrayList<>(done);
                            more.add(new ImageLayout.Of(PlatformText.parse(platform), result));
                            several(asked, more);
                        });
    }
}
