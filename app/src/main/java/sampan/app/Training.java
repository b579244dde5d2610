package sampan.app;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import sampan.app.settings.Settings;

/// A short life of the daemon that shows the ahead-of-time cache what is used: commands by the thin
/// client, a container of the `host` image. What fails is no error here: without root there is no
/// container, and the cache is smaller.
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

    /// What stays for the next daemon to read.
    private static final List<String> NOT_KEPT = List.of("rm", "-f", "kept");

    private Training() {}

    static void run(Settings settings) throws InterruptedException, IOException {
        String client = settings.home().resolve("bin/sampan").toString();
        Path archive = settings.root().resolve("training.tar");
        for (int round = 0; round < ROUNDS; round++) {
            Files.write(archive, new byte[EMPTY_ARCHIVE_BYTES]);
            call(settings, words(client, archive, NOT_KEPT));
            for (List<String> command : COMMANDS) {
                call(settings, words(client, archive, command));
            }
            overApi(settings.socket());
        }
        Files.delete(archive);
    }

    private static List<String> words(String client, Path archive, List<String> command) {
        List<String> words = new ArrayList<>(List.of(client));
        for (String word : command) {
            words.add(word.equals("FILE") ? archive.toString() : word);
        }
        return words;
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

    private static void call(Settings settings, List<String> words) throws InterruptedException {
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
