package sampan.api.containers;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import sampan.api.call.Call;
import sampan.api.call.Problem;
import sampan.api.call.Routes;
import sampan.api.wire.Doc;
import sampan.engine.services.TaskService;
import sampan.engine.services.TaskService.WaitCondition;
import sampan.engine.services.TaskService.WaitResult;
import sampan.errors.SampanException;
import sampan.http.ResponseBody;
import sampan.oci.json.Json;

/// Running processes of containers: from start to end.
public final class ContainerTasks {
    /// Longer bodies of start were settings once, in versions that are not served any more.
    private static final long START_BODY_MAX = 7;

    private final TaskService tasks;

    public ContainerTasks(TaskService tasks) {
        this.tasks = tasks;
    }

    public void register(Routes routes) {
        routes.add("POST", "/containers/{id}/start", this::start)
                .add("POST", "/containers/{id}/stop", this::stop)
                .add("POST", "/containers/{id}/restart", this::restart)
                .add("POST", "/containers/{id}/kill", this::kill)
                .add("POST", "/containers/{id}/pause", this::pause)
                .add("POST", "/containers/{id}/unpause", this::unpause)
                .add("POST", "/containers/{id}/resize", this::resize)
                .add("POST", "/containers/{id}/wait", this::await)
                .add("GET", "/containers/{id}/top", this::top);
    }

    private void start(Call call) throws IOException {
        if (call.exchange().head().contentLength() > START_BODY_MAX
                || call.exchange().head().chunked()) {
            throw SampanException.invalid(
                    "starting container with non-empty request body was deprecated since API v1.22"
                            + " and removed in v1.24");
        }
        if (!call.query("checkpoint").isEmpty()) {
            throw Problem.unsupported("starting from a checkpoint is not supported yet");
        }
        tasks.start(call.path("id"), Optional.empty());
        call.answer(204);
    }

    private void stop(Call call) throws IOException {
        tasks.stop(call.path("id"), signal(call), timeout(call));
        call.answer(204);
    }

    private void restart(Call call) throws IOException {
        tasks.restart(call.path("id"), signal(call), timeout(call));
        call.answer(204);
    }

    private static Optional<String> signal(Call call) {
        return call.version().atLeast(42) ? call.optional("signal") : Optional.empty();
    }

    private static Optional<Duration> timeout(Call call) {
        return call.number("t").map(Duration::ofSeconds);
    }

    private void kill(Call call) throws IOException {
        tasks.kill(call.path("id"), call.optional("signal").orElse("SIGKILL"));
        call.answer(204);
    }

    private void pause(Call call) throws IOException {
        tasks.pause(call.path("id"));
        call.answer(204);
    }

    private void unpause(Call call) throws IOException {
        tasks.unpause(call.path("id"));
        call.answer(204);
    }

    private void resize(Call call) throws IOException {
        TerminalSize size = TerminalSize.of(call);
        tasks.resize(call.path("id"), size.rows(), size.columns());
        call.answer(200);
    }

    private void top(Call call) throws IOException {
        String arguments = call.optional("ps_args").orElse("-ef");
        TaskService.Top top = tasks.top(call.path("id"), arguments);
        call.answer(200, Doc.of().put("Titles", top.titles()).put("Processes", top.processes()));
    }

    /// The head goes out as soon as the wait is registered, so that a client can start the
    /// container after it and miss nothing.
    private void await(Call call) throws IOException, InterruptedException {
        WaitCondition condition = condition(call);
        CompletableFuture<WaitResult> result = tasks.waitFor(call.path("id"), condition);
        call.exchange().onClientGone(() -> result.cancel(false));
        try (ResponseBody body = call.stream("application/json")) {
            Doc doc = Doc.of();
            try {
                WaitResult done = result.get();
                // A removal that was waited for went well, whatever became of the start before it.
                if (!done.error().isEmpty() && condition != WaitCondition.REMOVED) {
                    doc.put("Error", Doc.of().put("Message", done.error()));
                }
                doc.put("StatusCode", done.exitCode());
            } catch (ExecutionException e) {
                doc.put("Error", Doc.of().put("Message", message(e))).put("StatusCode", 125);
            }
            body.write(Json.write(doc));
            body.write('\n');
        } catch (CancellationException e) {
            throw new IOException("the client went away", e);
        } finally {
            result.cancel(false);
        }
    }

    private static String message(ExecutionException e) {
        Throwable cause = e.getCause();
        return String.valueOf(cause == null ? e.getMessage() : cause.getMessage());
    }

    private static WaitCondition condition(Call call) {
        String condition = call.version().atLeast(30) ? call.query("condition") : "";
        return switch (condition) {
            case "", "not-running" -> WaitCondition.NOT_RUNNING;
            case "next-exit" -> WaitCondition.NEXT_EXIT;
            case "removed" -> WaitCondition.REMOVED;
            default -> throw SampanException.invalid("invalid condition: \"" + condition + "\"");
        };
    }
}
