package sampan.app.cli.build;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import sampan.app.cli.CommandContext;
import sampan.app.cli.Words;
import sampan.app.cli.registry.Credentials;
import sampan.app.cli.usage.UsageException;
import sampan.app.session.Caller;
import sampan.engine.build.context.GitAddress;
import sampan.engine.build.syntax.DockerfileParser;
import sampan.engine.containers.ResourceSpec;
import sampan.engine.registry.Credential;
import sampan.engine.services.BuildRequest;
import sampan.engine.services.BuildService.Built;
import sampan.engine.services.BuildSource;
import sampan.errors.ErrnoException;
import sampan.errors.SampanException;
import sampan.linux.files.FileIo;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

/// `sampan build`.
@Command(description = "Build an image from a Dockerfile")
public final class BuildCommand implements Callable<Integer> {
    private static final String STDIN = "-";
    private static final Set<String> ENTITLEMENTS = Set.of("network.host", "security.insecure");

    private final CommandContext context;

    @Mixin private BuildOptions options = new BuildOptions();

    @Parameters(
            index = "0",
            paramLabel = "PATH|URL|-",
            description =
                    "Directory of the context, address of a repository, an archive or a Dockerfile,"
                            + " or - for an archive or a Dockerfile on stdin")
    private String path = "";

    public BuildCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        check();
        Map<String, Fd> agents = new HashMap<>();
        try {
            BuildInputs inputs = new BuildInputs(caller());
            inputs.agents(options.agents, agents);
            Map<String, byte[]> secrets = inputs.secrets(options.secrets);
            BuildRequest.Running running =
                    new BuildRequest.Running(
                            options.network,
                            options.hosts,
                            resources(),
                            bytes("--shm-size", options.shmSize),
                            id -> Optional.ofNullable(secrets.get(id)),
                            id -> Optional.ofNullable(agents.get(id)),
                            Set.copyOf(options.allowed));
            finish(build(running));
            return 0;
        } finally {
            agents.values().forEach(Fd::close);
        }
    }

    private Caller caller() {
        return context.caller();
    }

    private void check() {
        if (!Set.of("auto", "plain", "quiet").contains(options.progress)) {
            throw new UsageException(
                    "--progress " + options.progress + ": must be auto, plain or quiet");
        }
        for (String allowed : options.allowed) {
            if (!ENTITLEMENTS.contains(allowed)) {
                throw new UsageException(
                        "--allow " + allowed + ": must be network.host or security.insecure");
            }
        }
        if (path.equals(STDIN) && options.file.equals(STDIN)) {
            throw new UsageException(
                    "invalid argument: can't use stdin for both build context and" + " dockerfile");
        }
    }

    private Built build(BuildRequest.Running running) {
        if (path.equals(STDIN)) {
            return build(
                    running,
                    new BuildSource.Archive(caller().in(), options.file, Optional.empty()));
        }
        if (GitAddress.isRemote(path)) {
            return build(running, remote());
        }
        try (LocalContext local = LocalContext.open(caller(), path)) {
            Optional<String> text =
                    options.file.isEmpty() ? Optional.empty() : Optional.of(dockerfile());
            return local.give(
                    nameBelow(), in -> build(running, new BuildSource.Archive(in, "", text)));
        }
    }

    // Of a remote context -f names a file there, but for standard input.
    private BuildSource remote() {
        Optional<String> text =
                options.file.equals(STDIN) ? Optional.of(dockerfile()) : Optional.empty();
        return new BuildSource.Remote(path, text.isPresent() ? "" : options.file, text, Map.of());
    }

    /// The Dockerfile's name in the context, where it is in it.
    private String nameBelow() {
        if (options.file.isEmpty()) {
            return "Dockerfile";
        }
        String directory = path.endsWith("/") ? path : path + "/";
        boolean below = options.file.startsWith(directory);
        return below ? options.file.substring(directory.length()) : "";
    }

    private String dockerfile() {
        try {
            if (options.file.equals(STDIN)) {
                return text(caller().in());
            }
            try (Fd file = caller().open(options.file, Open.RDONLY, 0)) {
                byte[] bytes = FileIo.readFully(file, DockerfileParser.BYTES_MAX);
                return new String(bytes, StandardCharsets.UTF_8);
            }
        } catch (ErrnoException e) {
            throw SampanException.invalid(
                    "failed to read dockerfile: open " + options.file + ": " + e.getMessage());
        }
    }

    private static String text(InputStream in) {
        try {
            byte[] bytes = in.readNBytes(DockerfileParser.BYTES_MAX);
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Built build(BuildRequest.Running running, BuildSource source) {
        Function<String, Credential> credentials = Credentials.of(caller())::forReference;
        try (BuildCaches caches = new BuildCaches(context, credentials, options.cacheTo)) {
            BuildRequest request =
                    new BuildRequest(
                            source,
                            options.tags,
                            arguments(),
                            options.target,
                            options.platform,
                            pairs(options.labels),
                            caches.from(options.cacheFrom),
                            credentials,
                            new BuildRequest.Options(
                                    options.noCache,
                                    Set.of(),
                                    options.pull,
                                    false,
                                    true,
                                    pairs(options.annotations),
                                    Optional.empty()),
                            running);
            boolean quiet = options.quiet || options.progress.equals("quiet");
            return context.engine()
                    .builds()
                    .build(request, new BuildPrinter(context.err(), quiet), caches::send);
        }
    }

    private Map<String, Optional<String>> arguments() {
        Map<String, Optional<String>> found = new LinkedHashMap<>();
        for (String argument : options.arguments) {
            int equals = argument.indexOf('=');
            found.put(
                    equals < 0 ? argument : argument.substring(0, equals),
                    equals < 0
                            ? Optional.ofNullable(caller().environment().get(argument))
                            : Optional.of(argument.substring(equals + 1)));
        }
        // As the docker client does, where it is set.
        String epoch = caller().environment().get("SOURCE_DATE_EPOCH");
        if (epoch != null) {
            found.putIfAbsent("SOURCE_DATE_EPOCH", Optional.of(epoch));
        }
        return found;
    }

    private static Map<String, String> pairs(List<String> texts) {
        Map<String, String> found = new LinkedHashMap<>();
        for (String text : texts) {
            int equals = text.indexOf('=');
            found.put(
                    equals < 0 ? text : text.substring(0, equals),
                    equals < 0 ? "" : text.substring(equals + 1));
        }
        return found;
    }

    private static long bytes(String option, String text) {
        return text.isEmpty() ? 0 : Words.bytes(option, text);
    }

    private ResourceSpec resources() {
        return ResourceSpec.none()
                .with(limits -> {
                    limits.memory = bytes("--memory", options.memory);
                    limits.memorySwap = bytes("--memory-swap", options.memorySwap);
                    limits.cpuShares = options.cpuShares;
                    limits.cpuPeriod = options.cpuPeriod;
                    limits.cpuQuota = options.cpuQuota;
                    limits.cpusetCpus = options.cpusetCpus;
                    limits.cpusetMems = options.cpusetMems;
                    limits.cgroupParent = options.cgroupParent;
                });
    }

    private void finish(Built built) {
        if (!options.idFile.isEmpty()) {
            int flags = Open.WRONLY | Open.CREAT | Open.TRUNC;
            try (Fd file = caller().open(options.idFile, flags, 0666)) {
                FileIo.writeFully(file, built.id().getBytes(StandardCharsets.US_ASCII));
            }
        }
        if (options.quiet || options.progress.equals("quiet")) {
            context.out().println(built.id());
            return;
        }
        built.warnings().forEach(text -> context.err().println("WARNING: " + text));
        context.err().println("Successfully built " + built.id().substring(7, 19));
        built.tags().forEach(tag -> context.err().println("Successfully tagged " + tag));
        context.err().flush();
    }
}
