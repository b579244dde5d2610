package sampan.app.cli.system;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sampan.api.call.ApiVersion;
import sampan.api.translate.ContainerDocs;
import sampan.api.translate.ImageDocs;
import sampan.api.translate.NetworkDocs;
import sampan.api.translate.VolumeDocs;
import sampan.app.cli.CommandContext;
import sampan.app.cli.template.GoTemplate;
import sampan.app.cli.usage.UsageException;
import sampan.engine.services.Engine;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.json.Json;

/// `sampan inspect`, and with a type set, `sampan image inspect` and its like: what the API tells
/// of an object.
@Command(description = "Return low-level information on objects")
public final class InspectCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(
            names = {"-f", "--format"},
            description = "json, or a template")
    private String format = "";

    @Option(
            names = {"-s", "--size"},
            description = "Display total file sizes of a container")
    private boolean size;

    @Option(names = "--type", description = "container, image, volume or network")
    private String type;

    @Parameters(arity = "1..*", paramLabel = "NAME|ID", description = "Objects")
    private List<String> objects = new ArrayList<>();

    private InspectCommand(CommandContext context, String type) {
        this.context = context;
        this.type = type;
    }

    /// Objects of any kind.
    public static InspectCommand any(CommandContext context) {
        return new InspectCommand(context, "");
    }

    public static InspectCommand image(CommandContext context) {
        return new InspectCommand(context, "image");
    }

    public static InspectCommand container(CommandContext context) {
        return new InspectCommand(context, "container");
    }

    public static InspectCommand volume(CommandContext context) {
        return new InspectCommand(context, "volume");
    }

    public static InspectCommand network(CommandContext context) {
        return new InspectCommand(context, "network");
    }

    @Override
    public Integer call() {
        if (!List.of("", "container", "image", "volume", "network").contains(type)) {
            throw new UsageException("\"" + type + "\" is not a valid value for --type");
        }
        List<Object> found = new ArrayList<>();
        List<String> failures = new ArrayList<>();
        for (String object : objects) {
            try {
                found.add(find(object));
            } catch (SampanException e) {
                failures.add(
                        type.isEmpty()
                                ? "Error: No such object: " + object
                                : "Error response from daemon: " + e.getMessage());
            }
        }
        if (format.isEmpty() || format.equals("json")) {
            context.out().println(format.isEmpty() ? Json.pretty(found) : Json.text(found));
        } else {
            GoTemplate template = GoTemplate.parse(format);
            for (Object document : found) {
                Object plain = Json.read(Json.write(document), Object.class);
                context.out().println(template.render(plain));
            }
        }
        context.out().flush();
        failures.forEach(context.err()::println);
        return failures.isEmpty() ? 0 : 1;
    }

    private Object find(String object) {
        Engine engine = context.engine();
        List<Kind> kinds =
                List.of(
                        new Kind("container", () -> container(engine, object)),
                        new Kind(
                                "image",
                                () ->
                                        ImageDocs.inspect(
                                                engine.images().inspect(object),
                                                ApiVersion.NEWEST)),
                        new Kind(
                                "volume",
                                () -> VolumeDocs.inspect(engine.volumes().inspect(object))),
                        new Kind(
                                "network",
                                () ->
                                        NetworkDocs.inspect(
                                                engine.networks().inspect(object), true)));
        for (Kind kind : kinds) {
            if (type.isEmpty() || type.equals(kind.name)) {
                try {
                    return kind.document.get();
                } catch (SampanException e) {
                    boolean missing =
                            e.code() == ErrorCode.NOT_FOUND || e.code() == ErrorCode.INVALID;
                    if (!type.isEmpty() || !missing) {
                        throw e;
                    }
                }
            }
        }
        throw SampanException.notFound("No such object: " + object);
    }

    private record Kind(String name, Supplier<Object> document) {}

    private Object container(Engine engine, String reference) {
        return ContainerDocs.inspect(
                engine.containers().inspect(reference),
                size ? Optional.of(engine.containers().size(reference)) : Optional.empty());
    }
}
