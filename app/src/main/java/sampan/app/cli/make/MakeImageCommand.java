package sampan.app.cli.make;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sampan.app.cli.CommandContext;
import sampan.app.cli.ExitException;
import sampan.app.cli.containers.HostScript;
import sampan.app.cli.images.ImageNames;
import sampan.app.cli.usage.UsageException;
import sampan.app.session.DescriptorStreams;
import sampan.errors.SampanException;
import sampan.linux.files.FileIo;

/// `sampan image make`: a first image on a machine without a registry, of the distribution's
/// packages. What makes it runs in a container of the machine's own root filesystem, and changes
/// nothing there.
@Command(description = "Make an image from the distribution's packages")
public final class MakeImageCommand implements Callable<Integer> {
    private static final Pattern SUITE = Pattern.compile("[a-z][a-z0-9.-]{0,63}");
    private static final String PATH =
            "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private static final Executor THREADS = Executors.newVirtualThreadPerTaskExecutor();

    private final CommandContext context;

    @Option(
            names = {"-t", "--tag"},
            description = "Name of the image; else debian:SUITE or busybox:latest")
    private String tag = "";

    @Option(names = "--mirror", description = "Where packages come from; else as the machine's")
    private String mirror = "";

    @Parameters(
            index = "0",
            paramLabel = "debian[:SUITE]|busybox",
            description = "What is made; the suite is the machine's own, else stable")
    private String what = "";

    public MakeImageCommand(CommandContext context) {
        this.context = context;
    }

    /// What makes a tar of a root filesystem.
    ///
    /// @param options of `run` that its container needs
    private record Recipe(
            String script,
            List<String> arguments,
            List<String> options,
            String shell,
            String name) {}

    @Override
    public Integer call() throws InterruptedException {
        String[] parts = ImageNames.split(what);
        Recipe recipe =
                switch (parts[0]) {
                    case "debian" -> debian(parts[1]);
                    case "busybox" -> busybox(parts[1]);
                    default ->
                            throw new UsageException(
                                    "cannot make '" + what + "': give debian[:SUITE] or busybox");
                };
        String[] name = ImageNames.split(tag.isEmpty() ? recipe.name() : tag);
        try (FileIo.Pipe pipe = FileIo.pipe2(0)) {
            CompletableFuture<String> imported =
                    CompletableFuture.supplyAsync(
                            () ->
                                    context.engine()
                                            .transfers()
                                            .importTar(
                                                    DescriptorStreams.input(pipe.readEnd()),
                                                    name[0],
                                                    name[1],
                                                    "sampan image make " + what,
                                                    List.of(
                                                            PATH,
                                                            "CMD [\"" + recipe.shell() + "\"]")),
                            THREADS);
            int status;
            try {
                status =
                        new HostScript(context, recipe.options())
                                .run(recipe.script(), recipe.arguments(), pipe.writeEnd());
            } finally {
                pipe.writeEnd().close();
            }
            return finish(status, imported);
        }
    }

    private int finish(int status, CompletableFuture<String> imported) {
        try {
            String id = imported.join();
            if (status == 0) {
                context.out().println(id);
                return 0;
            }
            context.engine().images().remove(id, true, false);
        } catch (CompletionException e) {
            if (status == 0 && e.getCause() instanceof SampanException failure) {
                throw failure;
            }
        }
        throw new ExitException(1, "no image was made: see above");
    }

    private Recipe debian(String suite) {
        if (!suite.isEmpty() && !SUITE.matcher(suite).matches()) {
            throw new UsageException("suite '" + suite + "' is none: give one as debian:bookworm");
        }
        if (!mirror.isEmpty() && !mirror.matches("https?://\\S+")) {
            throw new UsageException("--mirror '" + mirror + "' is no http or https address");
        }
        // The packages' own scripts mount proc in the new root; names are resolved as here.
        return new Recipe(
                script("debian.sh"),
                List.of(suite, mirror),
                List.of(
                        "--cap-add",
                        "SYS_ADMIN",
                        "--network",
                        "host",
                        "-e",
                        "http_proxy",
                        "-e",
                        "https_proxy"),
                "bash",
                suite.isEmpty() ? "debian" : "debian:" + suite);
    }

    private Recipe busybox(String version) {
        if (!version.isEmpty() || !mirror.isEmpty()) {
            throw new UsageException("busybox is the machine's own: it takes no tag and no mirror");
        }
        return new Recipe(
                script("busybox.sh"), List.of(), List.of("--network", "none"), "sh", "busybox");
    }

    private static String script(String name) {
        try (var file = MakeImageCommand.class.getResourceAsStream(name)) {
            if (file == null) {
                throw new IllegalStateException("no script " + name);
            }
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
