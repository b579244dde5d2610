package sampan.buildkit.control;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import sampan.buildkit.session.Session;
import sampan.engine.services.Engine;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// One solve, from the client's request to its answer. Thread-safe.
final class Job {
    private static final int FRONTENDS_MAX = 64;

    final SolveRequest request;
    final Session session;
    final Progress progress;

    /// Images that are there for this solve alone.
    final BroughtImages images;

    /// Held by who builds a Dockerfile of this job, which a linked build does before it.
    final ReentrantLock building = new ReentrantLock();

    /// The steps have been shown; guarded by [#building].
    boolean shown;

    private final Thread worker = Thread.currentThread();
    private final Map<String, Frontend> frontends = new HashMap<>();
    private final CompletableFuture<Optional<String>> returned = new CompletableFuture<>();
    private final AtomicReference<Boolean> cancelled = new AtomicReference<>(false);
    private boolean over;

    Job(SolveRequest request, Session session, Engine engine) {
        this.request = request;
        this.session = session;
        this.progress = new Progress(request.ref());
        this.images = new BroughtImages(engine);
    }

    /// The result becomes an image of the engine.
    boolean keeps() {
        return request.exporters().stream().anyMatch(ImageOutput::isKept);
    }

    /// Remembers a Dockerfile that was read, under an id that the client may return.
    synchronized String add(Frontend frontend) {
        if (frontends.size() >= FRONTENDS_MAX) {
            throw new SampanException(
                    ErrorCode.INVALID,
                    "more than " + FRONTENDS_MAX + " results in one build: split it");
        }
        String id = request.ref() + "-" + frontends.size();
        frontends.put(id, frontend);
        return id;
    }

    synchronized boolean has(String id) {
        return frontends.containsKey(id);
    }

    synchronized Frontend frontend(String id) {
        Frontend found = frontends.get(id);
        if (found == null) {
            throw SampanException.notFound("no such ref: " + id);
        }
        return found;
    }

    /// The client is done with the gateway.
    ///
    /// @param id of the result; empty for none
    void returned(String id) {
        returned.complete(id.isEmpty() ? Optional.empty() : Optional.of(id));
    }

    void failed(String message) {
        returned.completeExceptionally(new SampanException(ErrorCode.INVALID, message));
    }

    /// What the client wants as the result; waits for it.
    Optional<Frontend> result() throws InterruptedException {
        try {
            return returned.get().map(this::frontend);
        } catch (java.util.concurrent.ExecutionException e) {
            throw e.getCause() instanceof SampanException known
                    ? known
                    : new SampanException(ErrorCode.INTERNAL, "the gateway failed", e);
        }
    }

    /// The client is gone or gave it up.
    synchronized void cancel() {
        cancelled.set(true);
        if (!over) {
            worker.interrupt();
        }
    }

    boolean cancelled() {
        return cancelled.get();
    }

    /// The worker is done: an interrupt would hit another task.
    synchronized void end() {
        over = true;
        Thread.interrupted();
        progress.end();
    }
}
