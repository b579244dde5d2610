package sampan.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A client with the buildx plugin before one daemon, with a context of its own.
record Buildx(PrivateDaemon daemon, Path place, BuildxClient client) {
    Buildx(PrivateDaemon daemon, Path place) {
        this(daemon, place, new BuildxClient(place));
    }

    Buildx with(String name, String text) {
        client.file(name, text);
        return this;
    }

    Command docker(String... words) {
        return client.command(daemon, List.of(words));
    }

    Outcome build(String... options) {
        return client.build(daemon, options);
    }

    /// What `imagetools inspect` says of a name in its registry.
    String inspect(String name, String... format) {
        List<String> words = new ArrayList<>(List.of("buildx", "imagetools", "inspect", name));
        words.addAll(List.of(format));
        return docker(words.toArray(String[]::new)).run().expect(0).out();
    }

    /// The blobs of an archive, and its `index.json`, below a directory.
    Path unpacked(Path archive) throws IOException {
        Path target = Files.createTempDirectory(place, "unpacked-");
        Command.of("tar", "xf", archive.toString(), "-C", target.toString()).run().expect(0);
        return target;
    }
}
