package sampan.app.cli.system;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import sampan.app.cli.CommandContext;
import sampan.app.cli.Filters;
import sampan.app.cli.Times;
import sampan.app.cli.template.GoTemplate;
import sampan.engine.events.Event;
import sampan.oci.json.Json;

/// `sampan events`.
@Command(description = "Get real time events from the server")
public final class EventsCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(
            names = {"-f", "--filter"},
            description = "Filter output based on conditions provided")
    private List<String> filters = new ArrayList<>();

    @Option(names = "--format", description = "json, or a template")
    private String format = "";

    @Option(names = "--since", description = "Show all events created since a time")
    private String since = "";

    @Option(names = "--until", description = "Stream events until a time")
    private String until = "";

    public EventsCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws Exception {
        try (var subscription =
                context.engine()
                        .events()
                        .subscribe(
                                Times.parse("--since", since),
                                Times.parse("--until", until),
                                Filters.parse(filters))) {
            for (Optional<Event> event = subscription.next();
                    event.isPresent();
                    event = subscription.next()) {
                print(event.get());
                context.out().flush();
            }
        }
        return 0;
    }

    private void print(Event event) {
        if (format.equals("json")) {
            context.out().println(Json.text(wire(event)));
        } else if (!format.isEmpty()) {
            context.out().println(GoTemplate.parse(format).render(wire(event)));
        } else {
            StringBuilder attributes = new StringBuilder();
            event.attributes()
                    .forEach((k, v) ->
                            attributes
                                    .append(attributes.isEmpty() ? "" : ", ")
                                    .append(k)
                                    .append('=')
                                    .append(v));
            context.out()
                    .println(
                            TIME.format(event.time())
                                    + " "
                                    + event.type()
                                    + " "
                                    + event.action()
                                    + " "
                                    + event.actor()
                                    + (attributes.isEmpty() ? "" : " (" + attributes + ")"));
        }
    }

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.nnnnnnnnnXXX")
                    .withZone(ZoneId.systemDefault());

    private static Map<String, Object> wire(Event event) {
        Map<String, Object> wire = new LinkedHashMap<>();
        wire.put("Type", event.type());
        wire.put("Action", event.action());
        wire.put("Actor", Map.of("ID", event.actor(), "Attributes", event.attributes()));
        wire.put("ID", event.actor());
        wire.put("scope", "local");
        wire.put("time", event.time().getEpochSecond());
        wire.put("timeNano", ChronoUnit.NANOS.between(Instant.EPOCH, event.time()));
        return wire;
    }
}
