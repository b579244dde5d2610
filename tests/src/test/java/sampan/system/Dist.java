package sampan.system;

import java.nio.file.Files;
import java.nio.file.Path;

/// The built tree under test, and programs of the machine.
public final class Dist {
    private Dist() {}

    public static String program(String name) {
        Path program = home().resolve("bin").resolve(name);
        if (!Files.isExecutable(program)) {
            throw new AssertionError(
                    program + " is missing: run ./dev build, or give -Dsampan.dist");
        }
        return program.toString();
    }

    /// The directory with the docker client's plugins.
    public static Path plugins() {
        Path plugins = tools().resolve("usr/libexec/docker/cli-plugins");
        if (!Files.isExecutable(plugins.resolve("docker-buildx"))) {
            throw new AssertionError(plugins + " is empty: run ./dev setup");
        }
        return plugins;
    }

    /// A program that `dev` fetched out of its package, so that installing it starts no service.
    public static String fetched(String name) {
        Path program = tools().resolve(name);
        if (!Files.isExecutable(program)) {
            throw new AssertionError(program + " is missing: run ./dev setup");
        }
        return program.toString();
    }

    /// Libraries that came with such programs.
    static Path libraries() {
        return tools().resolve("usr/lib/x86_64-linux-gnu");
    }

    /// Where such programs are, as they lie in their packages.
    static Path tools() {
        return home().resolve("../tools").normalize();
    }

    private static Path home() {
        String set = System.getProperty("sampan.dist", "");
        if (!set.isEmpty()) {
            return Path.of(set);
        }
        return source("build/dist");
    }

    /// A file of the source tree.
    static Path source(String name) {
        Path at = Path.of("").toAbsolutePath();
        while (!Files.exists(at.resolve("dev"))) {
            at = at.resolve("..").normalize();
        }
        return at.resolve(name);
    }

    /// A number that a system property may set: how long or how hard a test tries.
    static int number(String property, int usual) {
        return Integer.getInteger(property, usual);
    }
}
