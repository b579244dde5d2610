package sampan.app.cli.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sampan.app.cli.CommandContext;
import sampan.app.cli.Table;
import sampan.oci.json.Json;
import tools.jackson.databind.JsonNode;

/// `sampan gateway test`: what would become of a request, without sending it. Exit status 1 where
/// no route takes it.
@Command(description = "Tell which route would take a request, and where it would go")
public final class GatewayTestCommand implements Callable<Integer> {
    private static final int NOBODYS = 1;
    private static final int LABEL_WIDTH = 10;

    private final CommandContext context;

    @Option(
            names = {"-X", "--request"},
            description = "Method (GET)")
    private String method = "GET";

    @Option(
            names = {"-H", "--header"},
            description = "NAME: VALUE")
    private List<String> headers = new ArrayList<>();

    @Option(names = "--format", description = "json")
    private String format = "";

    @Parameters(paramLabel = "URL")
    private String url = "";

    public GatewayTestCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        boolean json = JsonOrText.isJson(format);
        String full = url.contains("://") ? url : "http://" + url;
        JsonNode answer = context.engine().gateway().test(method, full, headers);
        if (json) {
            context.out().println(Json.text(answer));
        } else {
            for (Map.Entry<String, JsonNode> field : answer.properties()) {
                context.out()
                        .println(
                                context.style().bold(Table.padded(field.getKey(), LABEL_WIDTH))
                                        + Table.clean(text(field.getValue())));
            }
        }
        return answer.has("route") ? 0 : NOBODYS;
    }

    private static String text(JsonNode value) {
        if (!value.isArray()) {
            return value.asString("");
        }
        List<String> texts = new ArrayList<>();
        value.forEach(each -> texts.add(each.asString("")));
        return texts.isEmpty() ? "none" : String.join(", ", texts);
    }
}
