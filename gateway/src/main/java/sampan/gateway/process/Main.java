package sampan.gateway.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import sampan.errors.SampanException;
import sampan.gateway.config.FedReader;
import sampan.gateway.feed.FeedServer;
import sampan.linux.sockets.UnixSocket;
import sampan.linux.sys.Fd;

/// `sampan-gateway --config FILE`: routes requests until SIGTERM or SIGINT.
public final class Main {
    private static final int STATUS_FAILED = 1;
    private static final int STATUS_USAGE = 2;
    private static final String HELP =
            """
            Usage: sampan-gateway --config FILE [--check | --test CASES]
                   sampan-gateway --feed FD [--build TEXT] [--config FILE] [--metrics HOST:PORT]
                   sampan-gateway --verify-audit FILE [--key FILE]
                   sampan-gateway --schema | --help

            Routes HTTP requests to services, as FILE says (YAML).

              --config FILE  what to listen on and where requests go; a change of the file is
                             taken over while requests are under way
              --check        read FILE, say what is wrong with it, and end
              --test CASES   say which of the requests in CASES, a file, would be let in, and whether
                             that is what CASES expects
              --verify-audit FILE  say which lines of an audit log are not what was written
              --key FILE     the key with which the audit log is written
              --schema       print the JSON schema of FILE
              --feed FD      a listening unix socket over which the daemon says what to do
              --build TEXT   with --feed: what the daemon is told that this gateway is
              --metrics HOST:PORT  with --feed: where /metrics and /ready are
              --help         this text
            """;

    private Main() {}

    private static final Set<String> VALUES =
            Set.of(
                    "--config",
                    "--feed",
                    "--build",
                    "--metrics",
                    "--test",
                    "--verify-audit",
                    "--key");

    public static void main(String[] arguments) throws InterruptedException {
        Map<String, String> values = new HashMap<>();
        boolean check = false;
        for (int i = 0; i < arguments.length; i++) {
            String word = arguments[i];
            if (VALUES.contains(word)) {
                values.put(word, i + 1 < arguments.length ? arguments[++i] : "");
                continue;
            }
            switch (word) {
                case "--help" -> {
                    System.out.print(HELP);
                    return;
                }
                case "--schema" -> {
                    System.out.print(schema());
                    return;
                }
                case "--train" -> {
                    train();
                    return;
                }
                case "--check" -> check = true;
                default -> usage("unknown argument \"" + word + "\"");
            }
        }
        try {
            start(values, check);
        } catch (SampanException | UncheckedIOException e) {
            System.err.println("sampan-gateway: " + e.getMessage());
            System.exit(STATUS_FAILED);
        }
    }

    private static void start(Map<String, String> values, boolean check)
            throws InterruptedException {
        String file = values.getOrDefault("--config", "");
        String feed = values.getOrDefault("--feed", "");
        String audit = values.getOrDefault("--verify-audit", "");
        String cases = values.getOrDefault("--test", "");
        if (feed.isEmpty() && file.isEmpty() && audit.isEmpty()) {
            usage("--config FILE is missing");
        }
        if (!feed.isEmpty()) {
            if (!feed.matches("[1-9][0-9]{0,4}")) {
                usage("--feed \"" + feed + "\" is no descriptor");
            }
            fed(Integer.parseInt(feed), values);
            return;
        }
        if (!audit.isEmpty()) {
            Optional<Path> key =
                    Optional.of(values.getOrDefault("--key", ""))
                            .filter(k -> !k.isEmpty())
                            .map(Path::of);
            System.exit(AuditCommand.verify(Path.of(audit), key, System.out));
        }
        if (!cases.isEmpty()) {
            System.exit(PolicyCommand.test(Path.of(file), cases, System.out));
        }
        run(Path.of(file), check);
    }

    /// For the build only, which makes the ahead-of-time cache by it.
    private static void train() {
        try {
            Training.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void usage(String words) {
        System.err.println("sampan-gateway: " + words + ": see sampan-gateway --help");
        System.exit(STATUS_USAGE);
    }

    private static void fed(int feed, Map<String, String> values) throws InterruptedException {
        Fed gateway =
                new Fed(
                        new Fed.Settings(
                                given(values, "--config").map(Path::of),
                                given(values, "--metrics").map(FedReader::address)));
        FeedServer server =
                new FeedServer(
                        UnixSocket.of(Fd.own(feed)), gateway, given(values, "--build").orElse(""));
        Runtime.getRuntime().addShutdownHook(new Thread(gateway::end, "end"));
        gateway.watch();
        server.close();
        System.exit(gateway.isDraining() ? 0 : STATUS_FAILED);
    }

    private static Optional<String> given(Map<String, String> values, String option) {
        return Optional.of(values.getOrDefault(option, "")).filter(text -> !text.isEmpty());
    }

    private static void run(Path file, boolean check) throws InterruptedException {
        if (check) {
            Running.check(file);
            System.out.println(file + " is sound");
            return;
        }
        Running running = Running.start(file);
        Runtime.getRuntime().addShutdownHook(new Thread(running::end, "end"));
        running.watch();
        System.exit(STATUS_FAILED); // a loop has failed; whoever supervises us starts us anew
    }

    static String schema() {
        String name = "/sampan/gateway/gateway.schema.json";
        try (InputStream in = Main.class.getResourceAsStream(name)) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
