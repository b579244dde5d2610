package sampan.api.containers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import sampan.api.call.Call;
import sampan.api.call.LateBody;
import sampan.api.call.Routes;
import sampan.api.streams.DetachKeys;
import sampan.api.streams.LogStream;
import sampan.api.streams.Pump;
import sampan.api.streams.Unframed;
import sampan.api.streams.Upgrade;
import sampan.api.streams.WebSocket;
import sampan.api.translate.Times;
import sampan.engine.containers.Container;
import sampan.engine.events.Event;
import sampan.engine.services.ContainerService;
import sampan.engine.services.Engine;
import sampan.engine.services.EventService;
import sampan.engine.services.StreamService;
import sampan.engine.services.StreamService.AttachRequest;
import sampan.engine.services.StreamService.AttachSession;
import sampan.engine.services.StreamService.LogRequest;
import sampan.errors.SampanException;
import sampan.http.Transport;

/// What containers say and hear: attach and logs.
public final class ContainerStreams {
    private final ContainerService containers;
    private final StreamService streams;
    private final EventService events;

    public ContainerStreams(Engine engine) {
        this.containers = engine.containers();
        this.streams = engine.streams();
        this.events = engine.events();
    }

    public void register(Routes routes) {
        routes.add("POST", "/containers/{id}/attach", this::attach)
                .add("GET", "/containers/{id}/attach/ws", this::attachWebSocket)
                .add("GET", "/containers/{id}/logs", this::logs);
    }

    /// Takes the connection out of HTTP.
    private interface Taking {
        Transport take() throws IOException;
    }

    private void attach(Call call) throws IOException, InterruptedException {
        DetachKeys keys = DetachKeys.parse(call.query("detachKeys"));
        Container container = containers.inspect(call.path("id"));
        boolean tty = container.spec().process().tty();
        attach(
                call,
                container,
                () -> Upgrade.hijack(call, !tty),
                tty ? Optional.of(keys) : Optional.empty());
    }

    /// A web socket carries no frames: stdout and stderr follow each other.
    private void attachWebSocket(Call call) throws IOException, InterruptedException {
        DetachKeys keys = DetachKeys.parse(call.query("detachKeys"));
        Container container = containers.inspect(call.path("id"));
        boolean tty = container.spec().process().tty();
        WebSocket.check(call);
        attach(
                call,
                container,
                () -> {
                    WebSocket client = WebSocket.accept(call);
                    return tty ? client : new Unframed(client);
                },
                tty ? Optional.of(keys) : Optional.empty());
    }

    /// @param keys what detaches; absent without a terminal
    private void attach(Call call, Container container, Taking taking, Optional<DetachKeys> keys)
            throws IOException, InterruptedException {
        boolean stdin = call.flag("stdin");
        AttachRequest request = new AttachRequest(stdin, call.flag("stdout"), call.flag("stderr"));
        if (!call.flag("stream")) {
            Transport client = taking.take();
            if (call.flag("logs")) {
                replay(container, request, client);
            }
            client.finishOutput();
            return;
        }
        try (AttachSession session = streams.attach(container.id().value(), request)) {
            Transport client = taking.take();
            if (call.flag("logs")) {
                replay(container, request, client);
            }
            boolean endsStdin = container.spec().process().stdinOnce() && keys.isEmpty();
            Pump pump = new Pump(session, client, new Pump.Input(stdin, endsStdin, keys));
            if (pump.run() == Pump.End.DETACHED) {
                publishDetach(container);
            }
        }
    }

    /// What was logged so far, in front of what comes.
    private void replay(Container container, AttachRequest request, Transport client) {
        LogRequest all =
                new LogRequest(
                        false,
                        request.stdout(),
                        request.stderr(),
                        Optional.empty(),
                        Optional.empty(),
                        -1);
        LogStream.Target target =
                new LogStream.Target() {
                    @Override
                    public void write(ByteBuffer bytes) throws IOException {
                        client.write(bytes);
                    }

                    @Override
                    public void flush() {
                        // Every write goes out at once.
                    }
                };
        LogStream log =
                new LogStream(target, !container.spec().process().tty(), false, Optional.empty());
        streams.logs(container.id().value(), all, log);
        log.finish();
    }

    private void publishDetach(Container container) {
        Map<String, String> attributes = new HashMap<>(container.spec().labels());
        attributes.put("image", container.spec().image());
        attributes.put("name", container.name());
        events.publish(
                new Event(
                        "container",
                        "detach",
                        container.id().value(),
                        Map.copyOf(attributes),
                        Instant.now()));
    }

    private void logs(Call call) throws IOException {
        boolean stdout = call.flag("stdout");
        boolean stderr = call.flag("stderr");
        if (!stdout && !stderr) {
            throw SampanException.invalid("Bad parameters: you must choose at least one stream");
        }
        Container container = containers.inspect(call.path("id"));
        boolean framed = !container.spec().process().tty();
        LogRequest request =
                new LogRequest(
                        call.flag("follow"),
                        stdout,
                        stderr,
                        Times.parseUnlessZero("since", call.query("since")),
                        Times.parseUnlessZero("until", call.query("until")),
                        tail(call.query("tail")));
        if (request.follow()) {
            Thread reader = Thread.currentThread();
            call.exchange().onClientGone(reader::interrupt);
        }
        LateBody answer = new LateBody(call, Upgrade.type(call, framed));
        Optional<String> details =
                call.flag("details") ? Optional.of(details(container)) : Optional.empty();
        LogStream log =
                new LogStream(LogStream.to(answer), framed, call.flag("timestamps"), details);
        try {
            streams.logs(container.id().value(), request, log);
            log.finish();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        answer.close();
    }

    /// A number of lines; anything else is all of them.
    private static long tail(String text) {
        return text.matches("\\+?[0-9]{1,18}") ? Long.parseLong(text) : -1;
    }

    /// The labels and variables that the log options name, as Docker's json-file log carries them.
    private static String details(Container container) {
        Map<String, String> options = container.spec().lifecycle().logOptions();
        Map<String, String> found = new TreeMap<>();
        for (String label : names(options.getOrDefault("labels", ""))) {
            String value = container.spec().labels().get(label);
            if (value != null) {
                found.put(label, value);
            }
        }
        for (String name : names(options.getOrDefault("env", ""))) {
            for (String variable : container.spec().process().env()) {
                if (variable.startsWith(name + "=")) {
                    found.put(name, variable.substring(name.length() + 1));
                }
            }
        }
        return found.entrySet().stream()
                .map(e -> e.getKey() + "=" + e.getValue())
                .collect(Collectors.joining(","));
    }

    private static List<String> names(String list) {
        return list.isEmpty() ? List.of() : List.of(list.split(",", -1));
    }
}
