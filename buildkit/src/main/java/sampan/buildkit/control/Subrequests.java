package sampan.buildkit.control;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import sampan.engine.build.syntax.Command;
import sampan.engine.build.syntax.Dockerfile;
import sampan.engine.build.syntax.Finding;
import sampan.engine.build.syntax.MountOption;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.json.Json;

/// What a Dockerfile can be asked instead of being built: `docker build --call`.
final class Subrequests {
    private Subrequests() {}

    /// @return metadata of the result
    static Map<String, byte[]> answer(String request, Frontend frontend) {
        Dockerfile file =
                frontend.dockerfile()
                        .orElseThrow(() ->
                                new SampanException(
                                        ErrorCode.UNSUPPORTED,
                                        "--call needs a context that is a directory"));
        return switch (request) {
            case "frontend.lint" -> lint(frontend, file);
            case "frontend.outline" -> of(outline(frontend, file), "");
            case "frontend.targets" -> of(targets(frontend, file), "");
            default ->
                    throw new SampanException(
                            ErrorCode.UNSUPPORTED,
                            "request "
                                    + request
                                    + " is not supported: use check, outline or targets");
        };
    }

    private static Map<String, byte[]> of(Map<String, Object> json, String text) {
        Map<String, byte[]> metadata = new LinkedHashMap<>();
        metadata.put("result.json", Json.write(json));
        metadata.put("result.txt", text.getBytes(StandardCharsets.UTF_8));
        metadata.put("version", "1.0.0".getBytes(StandardCharsets.UTF_8));
        return metadata;
    }

    private static Map<String, Object> location(int line) {
        Map<String, Object> position = Map.of("line", line);
        return Map.of("ranges", List.of(Map.of("start", position, "end", position)));
    }

    private static String source(Frontend frontend) {
        return Base64.getEncoder().encodeToString(frontend.text().getBytes(StandardCharsets.UTF_8));
    }

    private static Map<String, byte[]> lint(Frontend frontend, Dockerfile file) {
        List<Map<String, Object>> warnings = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        for (Finding finding : file.findings()) {
            Map<String, Object> warning = new LinkedHashMap<>();
            warning.put("ruleName", finding.rule());
            warning.put("description", finding.message());
            warning.put("url", Checks.page(finding.rule()));
            warning.put("detail", finding.message());
            warning.put("location", location(finding.line()));
            warnings.add(warning);
            text.append("\nWARNING: ")
                    .append(finding.rule())
                    .append(" - ")
                    .append(Checks.page(finding.rule()))
                    .append('\n')
                    .append(finding.message())
                    .append('\n')
                    .append(frontend.filename())
                    .append(':')
                    .append(finding.line())
                    .append('\n');
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("warnings", warnings);
        json.put(
                "sources",
                List.of(
                        Map.of(
                                "filename",
                                frontend.filename(),
                                "language",
                                "Dockerfile",
                                "data",
                                source(frontend))));
        Map<String, byte[]> metadata = new LinkedHashMap<>(of(json, text.toString()));
        metadata.put(
                "result.statuscode",
                (warnings.isEmpty() ? "0" : "1").getBytes(StandardCharsets.UTF_8));
        return metadata;
    }

    private static Map<String, Object> targets(Frontend frontend, Dockerfile file) {
        List<Map<String, Object>> targets = new ArrayList<>();
        for (Dockerfile.Stage stage : file.stages()) {
            Map<String, Object> target = new LinkedHashMap<>();
            stage.from().name().ifPresent(name -> target.put("name", name));
            if (stage.equals(file.stages().getLast())) {
                target.put("default", true);
            }
            target.put("base", stage.from().image());
            target.put("location", location(stage.from().at().line()));
            targets.add(target);
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("targets", targets);
        json.put("sources", List.of(source(frontend)));
        return json;
    }

    private static Map<String, Object> outline(Frontend frontend, Dockerfile file) {
        Map<String, Map<String, Object>> arguments = new LinkedHashMap<>();
        Map<String, Map<String, Object>> secrets = new LinkedHashMap<>();
        Map<String, Map<String, Object>> agents = new LinkedHashMap<>();
        file.arguments().forEach(argument -> arguments(argument, arguments));
        for (Dockerfile.Stage stage : file.stages()) {
            for (Command command : stage.commands()) {
                if (command instanceof Command.Arg argument) {
                    arguments(argument, arguments);
                } else if (command instanceof Command.Run run) {
                    mounts(run, secrets, agents);
                }
            }
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("args", List.copyOf(arguments.values()));
        json.put("secrets", List.copyOf(secrets.values()));
        json.put("ssh", List.copyOf(agents.values()));
        json.put("sources", List.of(source(frontend)));
        return json;
    }

    private static void arguments(Command.Arg argument, Map<String, Map<String, Object>> into) {
        for (Command.Pair pair : argument.pairs()) {
            Map<String, Object> found = new LinkedHashMap<>();
            found.put("name", pair.name());
            pair.value().ifPresent(value -> found.put("value", value));
            found.put("location", location(argument.at().line()));
            into.putIfAbsent(pair.name(), found);
        }
    }

    private static void mounts(
            Command.Run run,
            Map<String, Map<String, Object>> secrets,
            Map<String, Map<String, Object>> agents) {
        int line = run.at().line();
        for (String text : run.mounts()) {
            MountOption mount = MountOption.parse(text, line);
            boolean secret = mount.type().equals("secret");
            if (!secret && !mount.type().equals("ssh")) {
                continue;
            }
            Map<String, Object> found = new LinkedHashMap<>();
            String id = mount.value("id");
            found.put("name", id.isEmpty() && !secret ? "default" : id);
            if (mount.truth("required")) {
                found.put("required", true);
            }
            found.put("location", location(line));
            (secret ? secrets : agents).putIfAbsent(id, found);
        }
    }
}
