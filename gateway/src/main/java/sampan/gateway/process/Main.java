package sampan.gateway.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import sampan.errors.SampanException;

/// `sampan-gateway --config FILE`: routes requests until SIGTERM or SIGINT.
public final class Main {
    private static final int STATUS_FAILED = 1;
    private static final int STATUS_USAGE = 2;
    private static final String HELP =
            """
            Usage: sampan-gateway --config FILE [--check]
                   sampan-gateway --schema | --help

            Routes HTTP requests to services, as FILE says (YAML).

              --config FILE  what to listen on and where requests go; a change of the file is
                             taken over while requests are under way
              --check        read FILE, say what is wrong with it, and end
              --schema       print the JSON schema of FILE
              --help         this text
            """;

    private Main() {}

    public static void main(String[] arguments) throws InterruptedException {
        String file = "";
        boolean check = false;
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--help" -> {
                    System.out.print(HELP);
                    return;
                }
                case "--schema" -> {
                    System.out.print(schema());
                    return;
                }
                case "--check" -> check = true;
                case "--config" -> file = i + 1 < arguments.length ? arguments[++i] : "";
                default -> usage("unknown argument \"" + arguments[i] + "\"");
            }
        }
        if (file.isEmpty()) {
            usage("--config FILE is missing");
        }
        try {
            run(Path.of(file), check);
        } catch (SampanException | UncheckedIOException e) {
            System.err.println("sampan-gateway: " + e.getMessage());
            System.exit(STATUS_FAILED);
        }
    }

    private static void usage(String words) {
        System.err.println("sampan-gateway: " + words + ": see sampan-gateway --help");
        System.exit(STATUS_USAGE);
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
