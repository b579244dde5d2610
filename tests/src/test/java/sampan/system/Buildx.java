package sampan.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The docker client's buildx before a daemon, with a context of its own.
record Buildx(PrivateDaemon daemon, Path place) {
    Buildx {
        try {
            Files.createDirectories(place.resolve("context"));
            Path client = Files.createDirectories(place.resolve("client"));
            Files.writeString(
                    client.resolve("config.json"),
                    "{\"cliPluginsExtraDirs\":[\"" + Dist.plugins() + "\"]}");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Buildx with(String name, String text) throws IOException {
        Files.writeString(place.resolve("context").resolve(name), text);
        return this;
    }

    Command docker(String... words) {
        return daemon.dockerCommand(words)
                .with(Map.of("DOCKER_CONFIG", place.resolve("client").toString()));
    }

    Outcome build(String... options) {
        List<String> words = new ArrayList<>(List.of("buildx", "build", "--progress=plain"));
        words.addAll(List.of(options));
        words.add(place.resolve("context").toString());
        return docker(words.toArray(String[]::new)).run();
    }

    /// The blobs of an archive, and its `index.json`, below a directory.
    Path unpacked(Path archive) throws IOException {
        Path target = Files.createTempDirectory(place, "unpacked-");
        Command.of("tar", "xf", archive.toString(), "-C", target.toString()).run().expect(0);
        return target;
    }
}
