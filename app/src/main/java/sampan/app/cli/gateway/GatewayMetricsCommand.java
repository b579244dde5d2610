package sampan.app.cli.gateway;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import sampan.app.cli.CommandContext;
import sampan.oci.json.Json;

/// `sampan gateway metrics`: the counters as Prometheus reads them, where no address is open for
/// it, or as a list for programs.
@Command(description = "Print the gateway's counters in Prometheus' format")
public final class GatewayMetricsCommand implements Callable<Integer> {
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"");

    private static final Pattern ESCAPED = Pattern.compile("\\\\(.)");

    private final CommandContext context;

    @Option(names = "--format", description = "json")
    private String format = "";

    public GatewayMetricsCommand(CommandContext context) {
        this.context = context;
    }

    private record Sample(String name, Map<String, String> labels, double value) {
        private static Sample of(String line) {
            int value = line.lastIndexOf(' ');
            int brace = line.indexOf('{');
            String labels = brace < 0 ? "" : line.substring(brace, value);
            Map<String, String> pairs = new LinkedHashMap<>();
            Matcher matcher = LABEL.matcher(labels);
            while (matcher.find()) {
                pairs.put(matcher.group(1), plain(matcher.group(2)));
            }
            return new Sample(
                    line.substring(0, brace < 0 ? value : brace),
                    pairs,
                    Double.parseDouble(line.substring(value + 1)));
        }

        private static String plain(String escaped) {
            return ESCAPED.matcher(escaped)
                    .replaceAll(found ->
                            found.group(1).equals("n")
                                    ? "\n"
                                    : Matcher.quoteReplacement(found.group(1)));
        }
    }

    @Override
    public Integer call() {
        boolean json = JsonOrText.isJson(format);
        String text = context.engine().gateway().show("metrics").path("text").asString("");
        if (!json) {
            context.out().print(text);
            return 0;
        }
        List<Sample> samples = new ArrayList<>();
        text.lines()
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .forEach(line -> samples.add(Sample.of(line)));
        context.out().println(Json.text(samples));
        return 0;
    }
}
