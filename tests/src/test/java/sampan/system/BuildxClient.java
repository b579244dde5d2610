package sampan.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A docker client with the buildx plugin, a context to build, and a config of its own.
final class BuildxClient {
    private final Path place;
    private final Path context;

    BuildxClient(Path place) {
        this.place = place;
        this.context = place.resolve("context");
        configure("");
    }

    /// @param more fields of the client's config
    void configure(String more) {
        String plugins = "{\"cliPluginsExtraDirs\":[\"" + Dist.plugins() + "\"]";
        write(place.resolve("client/config.json"), plugins + more + "}");
    }

    void dockerfile(String... lines) {
        file("Dockerfile", String.join("\n", lines) + "\n");
    }

    /// A file of the context.
    void file(String name, String text) {
        write(context.resolve(name), text);
    }

    private static void write(Path file, String text) {
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Outcome build(PrivateDaemon daemon, String... options) {
        return buildOf(daemon, context.toString(), options).run();
    }

    /// @param what a directory or an address
    Command buildOf(PrivateDaemon daemon, String what, String... options) {
        List<String> words = new ArrayList<>(List.of("buildx", "build", "--progress=plain"));
        words.addAll(List.of(options));
        words.add(what);
        return command(daemon, words);
    }

    String context() {
        return context.toString();
    }

    /// Any command of the client.
    Command command(PrivateDaemon daemon, List<String> words) {
        return daemon.dockerCommand(words.toArray(String[]::new))
                .with(Map.of("DOCKER_CONFIG", place.resolve("client").toString()));
    }
}
