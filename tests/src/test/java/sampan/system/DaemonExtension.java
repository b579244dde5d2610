package sampan.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/// Gives a test class its [PrivateDaemon] with a busybox in it, and sees that nothing is left.
///
/// The daemon's directory is kept when something failed, and its place named.
final class DaemonExtension
        implements BeforeAllCallback, AfterEachCallback, AfterAllCallback, ParameterResolver {
    private static final ExtensionContext.Namespace SPACE =
            ExtensionContext.Namespace.create(DaemonExtension.class);
    private static final String DAEMON = "daemon";
    private static final String FAILED = "failed";

    @Override
    public void beforeAll(ExtensionContext context) {
        PrivateDaemon daemon = new PrivateDaemon();
        context.getStore(SPACE).put(DAEMON, daemon);
        daemon.start();
        daemon.loadBusybox();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        PrivateDaemon daemon = daemon(context);
        if (context.getExecutionException().isPresent()) {
            context.getStore(SPACE).put(FAILED, true);
            context.getParent().ifPresent(parent -> parent.getStore(SPACE).put(FAILED, true));
        }
        if (!daemon.isAlive()) {
            daemon.start();
        }
        daemon.removeContainers();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        PrivateDaemon daemon = daemon(context);
        Residue residue = new Residue(daemon);
        try {
            if (daemon.isAlive()) {
                awaitNone("left by containers", residue::ofContainers);
            }
            List<String> links = residue.links();
            daemon.close();
            awaitNone("left by the daemon", () -> residue.ofDaemon(links));
        } catch (AssertionError e) {
            daemon.close();
            residue.remove();
            throw new AssertionError(
                    e.getMessage() + "\nsee " + daemon.home() + "\n" + daemon.tail(), e);
        }
        if (context.getStore(SPACE).get(FAILED) == null) {
            delete(daemon.home());
        }
    }

    private static void awaitNone(String what, java.util.function.Supplier<List<String>> look) {
        try {
            Eventually.await(what, () -> look.get().isEmpty());
        } catch (AssertionError e) {
            throw new AssertionError(what + ":\n" + String.join("\n", look.get()), e);
        }
    }

    static void delete(Path tree) {
        try {
            Files.walkFileTree(
                    tree,
                    new SimpleFileVisitor<>() {
                        @Override
                        public FileVisitResult visitFile(Path file, BasicFileAttributes a)
                                throws IOException {
                            Files.delete(file);
                            return FileVisitResult.CONTINUE;
                        }

                        @Override
                        public FileVisitResult postVisitDirectory(
                                Path dir, @org.jspecify.annotations.Nullable IOException e)
                                throws IOException {
                            Files.delete(dir);
                            return FileVisitResult.CONTINUE;
                        }
                    });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == PrivateDaemon.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return daemon(context);
    }

    private static PrivateDaemon daemon(ExtensionContext context) {
        PrivateDaemon daemon = context.getStore(SPACE).get(DAEMON, PrivateDaemon.class);
        if (daemon == null) {
            throw new IllegalStateException("no daemon was made for " + context.getDisplayName());
        }
        return daemon;
    }
}
