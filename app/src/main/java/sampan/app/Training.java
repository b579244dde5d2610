package sampan.app;

import java.io.IOException;
import java.lang.System.Logger.Level;
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
    private static final int ROUNDS = 3;
    private static final List<List<String>> COMMANDS =
            List.of(
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

    private Training() {}

    static void run(Settings settings) throws InterruptedException {
        String client = settings.home().resolve("bin/sampan").toString();
        for (int round = 0; round < ROUNDS; round++) {
            for (List<String> command : COMMANDS) {
                List<String> words = new ArrayList<>(List.of(client));
                words.addAll(command);
                call(settings, words);
            }
        }
        for (String path :
                List.of("/_ping", "/version", "/info", "/containers/json?all=1", "/images/json")) {
            ApiProbe.get(settings.socket(), path);
        }
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
