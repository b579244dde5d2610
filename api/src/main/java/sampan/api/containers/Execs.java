package sampan.api.containers;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sampan.api.call.Call;
import sampan.api.call.Routes;
import sampan.api.streams.DetachKeys;
import sampan.api.streams.Pump;
import sampan.api.streams.Upgrade;
import sampan.api.translate.ExecRequest;
import sampan.api.wire.Doc;
import sampan.api.wire.ExecCreate;
import sampan.api.wire.ExecStart;
import sampan.engine.containers.Container;
import sampan.engine.events.Event;
import sampan.engine.services.ContainerService;
import sampan.engine.services.Engine;
import sampan.engine.services.EventService;
import sampan.engine.services.ExecService;
import sampan.engine.services.ExecService.Exec;
import sampan.engine.services.StreamService.AttachSession;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.http.RawStream;

/// More processes in running containers.
public final class Execs {
    private final ContainerService containers;
    private final ExecService execs;
    private final EventService events;

    public Execs(Engine engine) {
        this.containers = engine.containers();
        this.execs = engine.execs();
        this.events = engine.events();
    }

    public void register(Routes routes) {
        routes.add("POST", "/containers/{id}/exec", this::create)
                .add("POST", "/exec/{id}/start", this::start)
                .add("POST", "/exec/{id}/resize", this::resize)
                .add("GET", "/exec/{id}/json", this::inspect);
    }

    private void create(Call call) throws IOException {
        ExecService.ExecSpec spec = ExecRequest.read(call.body(ExecCreate.class));
        call.answer(201, Doc.of().put("Id", execs.create(call.path("id"), spec)));
    }

    private void start(Call call) throws IOException, InterruptedException {
        ExecStart request = call.body(ExecStart.class);
        Exec exec = execs.inspect(call.path("id"));
        if (request.detach()) {
            execs.startDetached(exec.id());
            call.answer(200);
            return;
        }
        int[] console = ExecRequest.consoleSize(request);
        DetachKeys keys = DetachKeys.parse(exec.spec().detachKeys());
        boolean multiplexed = !exec.spec().tty();
        try (AttachSession session = execs.startAttached(exec.id(), console[0], console[1])) {
            RawStream client = Upgrade.hijack(call, multiplexed);
            Pump.Input input =
                    new Pump.Input(
                            exec.spec().stdin(),
                            multiplexed,
                            multiplexed ? Optional.empty() : Optional.of(keys));
            Pump pump = new Pump(session, client, input);
            if (pump.run() == Pump.End.DETACHED) {
                publishDetach(exec);
            }
        } catch (SampanException e) {
            if (call.exchange().committed()
                    || e.code() == ErrorCode.NOT_FOUND
                    || e.code() == ErrorCode.CONFLICT) {
                throw e;
            }
            tellInStream(call, multiplexed, e);
        }
    }

    /// A command that cannot be run is told within the stream, as Docker does: clients then ask for
    /// the exit code, 126 or 127, and pass it on.
    private static void tellInStream(Call call, boolean multiplexed, SampanException e)
            throws IOException {
        byte[] text = (e.getMessage() + "\r\n").getBytes(StandardCharsets.UTF_8);
        RawStream client = Upgrade.hijack(call, multiplexed);
        if (multiplexed) {
            client.write(
                    ByteBuffer.allocate(8).put((byte) 1).putInt(4, text.length).clear(),
                    ByteBuffer.wrap(text));
        } else {
            client.write(ByteBuffer.wrap(text));
        }
        client.finishOutput();
    }

    private void publishDetach(Exec exec) {
        Container container = containers.inspect(exec.containerId());
        Map<String, String> attributes = new HashMap<>(container.spec().labels());
        attributes.put("image", container.spec().image());
        attributes.put("name", container.name());
        attributes.put("execID", exec.id());
        events.publish(
                new Event(
                        "container",
                        "exec_detach",
                        exec.containerId(),
                        Map.copyOf(attributes),
                        Instant.now()));
    }

    private void resize(Call call) throws IOException {
        TerminalSize size = TerminalSize.of(call);
        execs.resize(call.path("id"), size.rows(), size.columns());
        call.answer(200);
    }

    private void inspect(Call call) throws IOException {
        Exec exec = execs.inspect(call.path("id"));
        List<String> command = exec.spec().command();
        call.answer(
                200,
                Doc.of()
                        .put("ID", exec.id())
                        .put("Running", exec.running())
                        .put("ExitCode", exec.exitCode().orElse(null))
                        .put(
                                "ProcessConfig",
                                Doc.of()
                                        .put("tty", exec.spec().tty())
                                        .put("entrypoint", command.getFirst())
                                        .put("arguments", command.subList(1, command.size()))
                                        .put("privileged", exec.spec().privileged())
                                        .putUnlessEmpty("user", exec.spec().user()))
                        .put("OpenStdin", exec.spec().stdin())
                        .put("OpenStderr", exec.spec().stderr())
                        .put("OpenStdout", exec.spec().stdout())
                        .put("CanRemove", exec.canRemove())
                        .put("ContainerID", exec.containerId())
                        // Go writes a list of bytes as base64
                        .put("DetachKeys", DetachKeys.bytes(exec.spec().detachKeys()))
                        .put("Pid", exec.pid()));
    }
}
