package sampan.app.cli.build;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import sampan.app.cli.CommandContext;
import sampan.app.cli.usage.UsageException;
import sampan.engine.registry.Credential;
import sampan.engine.services.BuildRequest.CacheFrom;
import sampan.engine.services.BuildResult;
import sampan.engine.services.CacheTarget;
import sampan.engine.services.RegistryService;
import sampan.errors.SampanException;

/// What `--cache-from` and `--cache-to` of the command line name.
final class BuildCaches {
    private final CommandContext context;
    private final Function<String, Credential> credentials;
    private final List<CacheTarget> targets;

    /// @param to as the caller gave them
    BuildCaches(CommandContext context, Function<String, Credential> credentials, List<String> to) {
        this.context = context;
        this.credentials = credentials;
        this.targets = to.stream().map(BuildCaches::target).toList();
    }

    private static CacheTarget target(String text) {
        if (!text.contains("=")) {
            return CacheTarget.of("registry", Map.of("ref", text));
        }
        Map<String, String> fields = BuildInputs.fields("--cache-to", text);
        String type = fields.getOrDefault("type", "");
        fields.remove("type");
        CacheTarget target = CacheTarget.of(type, fields);
        if (target.type() == CacheTarget.Type.LOCAL) {
            throw new UsageException(
                    "--cache-to " + text + ": use type=registry or inline, or docker buildx");
        }
        return target;
    }

    /// An image's name, or `type=registry,ref=NAME` for what its registry has of it.
    List<CacheFrom> from(List<String> texts) {
        List<CacheFrom> found = new ArrayList<>();
        for (String text : texts) {
            if (!text.contains("=")) {
                found.add(new CacheFrom.Image(text));
                continue;
            }
            Map<String, String> fields = BuildInputs.fields("--cache-from", text);
            String reference = fields.getOrDefault("ref", "");
            if (!fields.getOrDefault("type", "").equals("registry") || reference.isEmpty()) {
                throw new UsageException(
                        "--cache-from " + text + ": must be NAME or type=registry,ref=NAME");
            }
            try {
                found.add(
                        new CacheFrom.Distant(
                                context.engine()
                                        .registries()
                                        .distant(reference, credentials.apply(reference))));
            } catch (SampanException e) {
                context.err().println("WARNING: --cache-from " + text + ": " + e.getMessage());
            }
        }
        return found;
    }

    /// Sends the caches out, while the result is kept.
    void send(BuildResult result) {
        for (CacheTarget target : targets) {
            if (target.type() != CacheTarget.Type.REGISTRY) {
                continue;
            }
            try {
                context.engine()
                        .registries()
                        .pushCache(
                                new RegistryService.CachePush(
                                        target.place(),
                                        credentials.apply(target.place()),
                                        result.images(target.all()),
                                        target.compress()));
            } catch (SampanException e) {
                if (!target.optional()) {
                    throw e;
                }
                context.err()
                        .println("WARNING: --cache-to " + target.place() + ": " + e.getMessage());
            }
        }
    }
}
