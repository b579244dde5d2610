package sampan.app.cli.gateway;

import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import sampan.app.cli.CommandContext;
import sampan.app.cli.Style;
import sampan.app.cli.Table;
import sampan.engine.services.GatewayService;
import sampan.oci.json.Json;
import tools.jackson.databind.JsonNode;

/// `sampan gateway tail`: the access log from now on, until the caller or the gateway ends.
@Command(description = "Show requests as they are answered")
public final class GatewayTailCommand implements Callable<Integer> {
    private static final int FAILED = 500;
    private static final int REFUSED = 400;
    private static final int METHOD_WIDTH = 7;
    private static final int TIME_WIDTH = 10;
    private static final double MILLIS = 1e3;

    private final CommandContext context;

    @Option(names = "--route", description = "Only requests of this route")
    private String route = "";

    @Option(
            names = {"-n", "--lines"},
            description = "End after so many")
    private long lines = Long.MAX_VALUE;

    @Option(names = "--format", description = "json")
    private String format = "";

    public GatewayTailCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        boolean json = JsonOrText.isJson(format);
        try (GatewayService.Lines tail = context.engine().gateway().tail()) {
            long shown = 0;
            while (shown < lines && !context.out().checkError()) {
                Optional<JsonNode> line = tail.next();
                if (line.isEmpty()) {
                    return 0;
                }
                if (route.isEmpty() || route.equals(line.get().path("route").asString(""))) {
                    print(line.get(), json);
                    context.out().flush();
                    shown++;
                }
            }
        }
        return 0;
    }

    private void print(JsonNode line, boolean json) {
        if (json) {
            context.out().println(Json.text(line));
            return;
        }
        Style style = context.style();
        int status = line.path("status").asInt(0);
        String code = Integer.toString(status);
        String painted =
                status >= FAILED || status == 0
                        ? style.red(code)
                        : status >= REFUSED ? style.yellow(code) : style.green(code);
        String took = "%.1f ms".formatted(line.path("micros").asLong(0) / MILLIS);
        context.out()
                .println(
                        style.dim(line.path("time").asString(""))
                                + " "
                                + painted
                                + " "
                                + Table.padded(took, TIME_WIDTH)
                                + " "
                                + Table.padded(
                                        Table.clean(line.path("method").asString("")), METHOD_WIDTH)
                                + " "
                                + Table.clean(
                                        line.path("host").asString("")
                                                + line.path("path").asString(""))
                                + style.dim(
                                        " "
                                                + Table.clean(line.path("route").asString("-"))
                                                + " > "
                                                + line.path("target").asString("")));
    }
}
