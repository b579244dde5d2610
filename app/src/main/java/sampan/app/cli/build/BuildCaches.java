package sampan.app.cli.build;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import sampan.app.cli.CommandContext;
import sampan.app.cli.usage.UsageException;
import sampan.engine.images.transfer.DistantImage;
import sampan.engine.images.transfer.LayoutSource;
import sampan.engine.registry.Credential;
import sampan.engine.services.BuildRequest.CacheFrom;
import sampan.engine.services.BuildResult;
import sampan.engine.services.CacheTarget;
import sampan.engine.services.RegistryService;
import sampan.errors.SampanException;
import sampan.oci.Digest;
import sampan.oci.image.Descriptor;

/// What `--cache-from` and `--cache-to` of the command line name. Directories stay open until this
/// is closed.
final class BuildCaches implements AutoCloseable {
    /// What a directory's newest cache is called, as buildx has it.
    private static final String TAG = "latest";

    private final CommandContext context;
    private final Function<String, Credential> credentials;
    private final List<Target> targets = new ArrayList<>();
    private final List<CacheDirectory> directories = new ArrayList<>();

    /// @param directory where the cache goes to one
    private record Target(CacheTarget cache, Optional<CacheDirectory> directory, String tag) {}

    /// @param to as the caller gave them
    BuildCaches(CommandContext context, Function<String, Credential> credentials, List<String> to) {
        this.context = context;
        this.credentials = credentials;
        try {
            to.forEach(text -> targets.add(target(text)));
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private Target target(String text) {
        if (!text.contains("=")) {
            CacheTarget named = CacheTarget.of("registry", Map.of("ref", text));
            return new Target(named, Optional.empty(), TAG);
        }
        Map<String, String> fields = BuildInputs.fields("--cache-to", text);
        String tag = fields.getOrDefault("tag", TAG);
        String type = type("--cache-to", text, fields);
        CacheTarget cache = CacheTarget.of(type, fields);
        return switch (cache.type()) {
            case INLINE, REGISTRY -> new Target(cache, Optional.empty(), tag);
            case LOCAL ->
                    told(
                            "--cache-to " + text,
                            () -> {
                                String place = cache.place();
                                CacheDirectory made = CacheDirectory.make(context.caller(), place);
                                directories.add(made);
                                return new Target(cache, Optional.of(made), tag);
                            });
        };
    }

    private static String type(String option, String text, Map<String, String> fields) {
        String type = fields.remove("type");
        if (type == null || type.isEmpty()) {
            throw new UsageException(option + " " + text + ": type is missing");
        }
        return type;
    }

    private static <T> T told(String about, Supplier<T> work) {
        try {
            return work.get();
        } catch (SampanException e) {
            throw new SampanException(e.code(), about + ": " + e.getMessage(), e);
        }
    }

    /// An image's name, `type=registry,ref=NAME` for what its registry has of it, or
    /// `type=local,src=DIRECTORY` for what the caller has there. What cannot be had is none.
    List<CacheFrom> from(List<String> texts) {
        List<CacheFrom> found = new ArrayList<>();
        for (String text : texts) {
            if (!text.contains("=")) {
                found.add(new CacheFrom.Image(text));
                continue;
            }
            Map<String, String> fields = BuildInputs.fields("--cache-from", text);
            Supplier<List<DistantImage>> images = images(text, fields);
            try {
                found.add(new CacheFrom.Distant(images.get()));
            } catch (SampanException e) {
                context.err().println("WARNING: --cache-from " + text + ": " + e.getMessage());
            }
        }
        return found;
    }

    private Supplier<List<DistantImage>> images(String text, Map<String, String> fields) {
        RegistryService registries = context.engine().registries();
        return switch (type("--cache-from", text, fields)) {
            case "registry" -> {
                String reference = only(text, fields, "ref", Set.of("ref"));
                yield () -> registries.distant(reference, credentials.apply(reference));
            }
            case "local" -> {
                String place = only(text, fields, "src", Set.of("src", "tag", "digest"));
                Optional<Digest> digest =
                        Optional.ofNullable(fields.get("digest"))
                                .map(d -> told("--cache-from " + text, () -> Digest.parse(d)));
                String tag = fields.getOrDefault("tag", TAG);
                yield () -> {
                    CacheDirectory directory = CacheDirectory.open(context.caller(), place);
                    directories.add(directory);
                    Digest root = digest.orElseGet(() -> root(text, directory, tag));
                    return registries.distant(new LayoutSource(place, directory), root);
                };
            }
            default ->
                    throw new UsageException(
                            "--cache-from "
                                    + text
                                    + ": must be NAME, type=registry,ref=NAME or"
                                    + " type=local,src=DIRECTORY");
        };
    }

    /// @return the value of the one that must be there
    private static String only(
            String text, Map<String, String> fields, String needed, Set<String> known) {
        String value = fields.getOrDefault(needed, "");
        if (value.isEmpty()) {
            throw new UsageException("--cache-from " + text + ": " + needed + " is missing");
        }
        for (String name : fields.keySet()) {
            if (!known.contains(name)) {
                throw new UsageException(
                        "--cache-from " + text + ": " + name + " is not known: leave it out");
            }
        }
        return value;
    }

    // Another tag is a mistake of the caller's, where a directory without any is one to be filled.
    private static Digest root(String text, CacheDirectory directory, String tag) {
        return directory
                .find(tag)
                .map(Descriptor::digest)
                .orElseThrow(() ->
                        new UsageException(
                                "--cache-from "
                                        + text
                                        + ": index.json has no tag "
                                        + tag
                                        + ": give digest=DIGEST or another tag"));
    }

    /// Sends the caches out, while the result is kept.
    void send(BuildResult result) {
        for (Target target : targets) {
            try {
                send(result, target);
            } catch (SampanException e) {
                String place = target.cache().place();
                if (!target.cache().optional()) {
                    throw new SampanException(
                            e.code(), "--cache-to " + place + ": " + e.getMessage(), e);
                }
                context.err().println("WARNING: --cache-to " + place + ": " + e.getMessage());
            }
        }
    }

    private void send(BuildResult result, Target target) {
        CacheTarget cache = target.cache();
        switch (cache.type()) {
            case INLINE -> {
                // the image has it
            }
            case LOCAL ->
                    target.directory()
                            .ifPresent(directory -> {
                                Descriptor root =
                                        result.copy(result.images(cache.all()), directory);
                                directory.tag(target.tag(), root);
                            });
            case REGISTRY ->
                    context.engine()
                            .registries()
                            .pushCache(
                                    new RegistryService.CachePush(
                                            cache.place(),
                                            credentials.apply(cache.place()),
                                            result.images(cache.all()),
                                            cache.compress()));
        }
    }

    @Override
    public void close() {
        directories.forEach(CacheDirectory::close);
    }
}
