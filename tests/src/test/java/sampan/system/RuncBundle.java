package sampan.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A bundle whose root filesystem is busybox, the runtime command's state directory beside it, and
/// the commands on it.
final class RuncBundle {
    private static final List<String> DIRECTORIES =
            List.of("bin", "dev", "etc", "proc", "root", "sys", "tmp");

    private final String program;
    private final Map<String, String> environment;
    private final Path home;

    /// @param program ours, or a peer's
    RuncBundle(String program, Map<String, String> environment, Path home) {
        this.program = program;
        this.environment = environment;
        this.home = home;
    }

    Path bundle() {
        return home.resolve("bundle");
    }

    Path state() {
        return home.resolve("state");
    }

    Path file(String name) {
        return home.resolve(name);
    }

    /// Makes the root filesystem and a config.json as the command itself writes it.
    RuncBundle make() {
        try {
            Path root = bundle().resolve("rootfs");
            for (String directory : DIRECTORIES) {
                Files.createDirectories(root.resolve(directory));
            }
            Path busybox = root.resolve("bin/busybox");
            Files.copy(Path.of("/usr/bin/busybox"), busybox);
            for (String name : Command.of("/usr/bin/busybox", "--list").run().lines()) {
                Path link = root.resolve("bin").resolve(name);
                if (!Files.exists(link, LinkOption.NOFOLLOW_LINKS)) {
                    Files.createSymbolicLink(link, Path.of("busybox"));
                }
            }
            Files.writeString(root.resolve("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        command("spec", "-b", bundle().toString()).run().expect(0);
        return edit("\"terminal\": true", "\"terminal\": false");
    }

    /// Replaces a text of config.json, which must be there.
    RuncBundle edit(String from, String to) {
        try {
            Path config = bundle().resolve("config.json");
            String text = Files.readString(config);
            if (!text.contains(from)) {
                throw new AssertionError(from + " is not in " + text);
            }
            Files.writeString(config, text.replace(from, to));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /// What the container runs; `sh` before the first call.
    RuncBundle runs(String... words) {
        List<String> quoted = new ArrayList<>();
        for (String word : words) {
            quoted.add("\"" + word.replace("\\", "\\\\").replace("\"", "\\\"") + "\"");
        }
        try {
            Path config = bundle().resolve("config.json");
            String text = Files.readString(config);
            Files.writeString(
                    config,
                    text.replaceFirst(
                            "(?s)\"args\": \\[.*?\\]",
                            java.util.regex.Matcher.quoteReplacement(
                                    "\"args\": [" + String.join(", ", quoted) + "]")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /// A command line, global options and all.
    Command command(String... words) {
        List<String> all = new ArrayList<>(List.of(program, "--root", state().toString()));
        all.addAll(List.of(words));
        return new Command(all).with(environment);
    }

    /// `create` or `run` with this bundle.
    Command with(String verb, String... words) {
        List<String> all = new ArrayList<>(List.of(verb, "-b", bundle().toString()));
        all.addAll(List.of(words));
        return command(all.toArray(String[]::new));
    }

    Outcome run(String... words) {
        return command(words).run();
    }

    String status(String id) {
        String text = run("state", id).text();
        return text.replaceAll("(?s).*\"status\": \"([a-z]+)\".*", "$1");
    }

    /// Starts a container in the background that holds no pipe of ours.
    void background(String id) {
        Outcome outcome = quiet(with("run", "-d", id));
        outcome.expect(0);
    }

    /// Runs a command whose container gets no descriptor of the test's.
    Outcome quiet(Command command) {
        return command.silent().run();
    }

    void delete(String... ids) {
        for (String id : ids) {
            run("delete", "-f", id).expect(0);
        }
    }
}
