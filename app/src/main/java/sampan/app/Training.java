package sampan.app;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import sampan.app.settings.Settings;

/// A short life of the daemon that shows the ahead-of-time cache what is used: commands by the thin
/// client, a container of the `host` image, a build, a registry. What fails is no error here:
/// without root there is no container, and the cache is smaller.
final class Training {
    private static final System.Logger LOG = System.getLogger("sampand.training");
    private static final long COMMAND_SECONDS_MAX = 20;
    private static final int ROUNDS = 12;
    private static final int EMPTY_ARCHIVE_BYTES = 10_240;
    private static final List<List<String>> COMMANDS =
            List.of(
                    List.of("import", "FILE", "training:1"),
                    List.of("save", "-o", "FILE", "training:1"),
                    List.of("rmi", "training:1"),
                    List.of("load", "-i", "FILE"),
                    List.of("create", "--name", "kept", "-p", "8080", "training:1", "true"),
                    List.of("version"),
                    List.of("info"),
                    List.of("run", "--rm", "--network", "none", "host", "true"),
                    List.of("run", "--rm", "host", "true"),
                    List.of(
                            "create", "--name", "trained", "-e", "A=b", "-m", "64m", "host",
                            "sleep", "60"),
                    List.of("start", "trained"),
                    List.of("exec", "trained", "true"),
                    List.of("ps", "-a"),
                    List.of("inspect", "trained"),
                    List.of("logs", "trained"),
                    List.of("top", "trained"),
                    List.of("rm", "-f", "trained"),
                    List.of("images"),
                    List.of("volume", "ls"),
                    List.of("network", "ls"),
                    List.of("ns", "ls"));

    /// With a registry; each round has a name of its own there, so that it has nothing yet.
    private static final List<List<String>> IMAGE_COMMANDS =
            List.of(
                    List.of("build", "-q", "-t", "NAME", "CONTEXT"),
                    List.of("build", "-q", "-t", "NAME", "CONTEXT"),
                    List.of("build", "-q", "-t", "NAME", "CONTEXT"),
                    List.of("push", "-q", "NAME"),
                    List.of("push", "-q", "NAME"),
                    List.of("rmi", "NAME"),
                    List.of("builder", "prune", "-a", "-f"),
                    List.of("pull", "-q", "NAME"),
                    List.of("pull", "-q", "NAME"),
                    List.of("rmi", "NAME"));

    private static final String DOCKERFILE =
            """
            FROM training:1 AS first
            COPY true /
            FROM training:1
            ARG A=b
            ENV A=$A
            LABEL a=b
            COPY --from=first true /bin/
            COPY . /context/
            RUN ["/bin/true"]
            WORKDIR /context
            CMD ["/bin/true"]
            """;

    /// A program that ends with 0, and needs nothing: an ELF head of one segment, and `exit(0)`.
    private static final String PROGRAM =
            "7f454c46020101000000000000000000" // 64 bits, little endian
                    + "02003e00010000007800400000000000" // begins at 0x400078
                    + "40000000000000000000000000000000"
                    + "00000000400038000100000000000000"
                    + "01000000050000000000000000000000" // read and execute, all of the file
                    + "00004000000000000000400000000000"
                    + "7f000000000000007f00000000000000"
                    + "00100000000000006a3c5831ff0f05";

    /// What stays for the next daemon to read.
    private static final List<String> NOT_KEPT = List.of("rm", "-f", "kept");

    private Training() {}

    static void run(Settings settings) throws InterruptedException, IOException {
        Path archive = settings.root().resolve("training.tar");
        Path context = context(settings.root().resolve("training"));
        try (TrainingRegistry registry = new TrainingRegistry()) {
            for (int round = 0; round < ROUNDS; round++) {
                Files.write(archive, new byte[EMPTY_ARCHIVE_BYTES]);
                Map<String, String> meant =
                        Map.of(
                                "FILE", archive.toString(),
                                "CONTEXT", context.toString(),
                                "NAME", registry.host() + "/training/" + round + ":1");
                call(settings, NOT_KEPT, meant);
                for (List<String> command : COMMANDS) {
                    call(settings, command, meant);
                }
                for (List<String> command : IMAGE_COMMANDS) {
                    call(settings, command, meant);
                }
                overApi(settings.socket());
            }
        }
        Files.delete(archive);
    }

    private static Path context(Path directory) throws IOException {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve("Dockerfile"), DOCKERFILE);
        Path program = directory.resolve("true");
        Files.write(program, HexFormat.of().parseHex(PROGRAM));
        if (!program.toFile().setExecutable(true)) {
            throw new IOException(program + " cannot be made executable");
        }
        return directory;
    }

    /// What a client of the API asks first, and a container's life as it asks for it.
    static void overApi(Path socket) {
        for (String path :
                List.of("/_ping", "/version", "/info", "/containers/json?all=1", "/images/json")) {
            ApiProbe.get(socket, path);
        }
        ApiProbe.send(
                socket,
                "POST",
                "/v1.41/containers/create?name=api",
                """
                {"Image":"host","Cmd":["true"],"Env":["A=b"],"Labels":{"a":"b"},
                "HostConfig":{"NetworkMode":"bridge","PortBindings":{}},"NetworkingConfig":{}}
                """);
        ApiProbe.send(socket, "POST", "/v1.41/containers/api/start", "");
        ApiProbe.send(socket, "POST", "/v1.41/containers/api/wait", "");
        ApiProbe.get(socket, "/v1.41/containers/api/json");
        ApiProbe.send(socket, "DELETE", "/v1.41/containers/api?force=1", "");
    }

    private static void call(Settings settings, List<String> command, Map<String, String> meant)
            throws InterruptedException {
        List<String> words = new ArrayList<>();
        words.add(settings.home().resolve("bin/sampan").toString());
        command.forEach(word -> words.add(meant.getOrDefault(word, word)));
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(words)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .redirectError(ProcessBuilder.Redirect.DISCARD);
            builder.environment().putAll(Map.of("SAMPAN_RUN", settings.run().toString()));
            Process process = builder.start();
            process.getOutputStream().close();
            if (!process.waitFor(COMMAND_SECONDS_MAX, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            LOG.log(Level.DEBUG, words + " ended with " + process.waitFor());
        } catch (IOException e) {
            LOG.log(Level.WARNING, words + ": " + e.getMessage());
        }
    }
}
