package sampan.engine.build.execute;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
import sampan.engine.build.context.BuildContext;
import sampan.engine.build.context.Tree;
import sampan.engine.services.BuildSource;

/// Files of a build, which are there or come when a step first looks at them. Thread-safe.
final class ContextTree implements AutoCloseable {
    private final Path directory;
    private final Supplier<BuildContext> opening;
    private Optional<BuildContext> context = Optional.empty();

    private ContextTree(Path directory, Supplier<BuildContext> opening) {
        this.directory = directory;
        this.opening = opening;
    }

    /// @param directory made when the files come
    static ContextTree later(Path directory, BuildSource.Files files) {
        return of(directory, () -> BuildContext.fetched(directory, files::fetch));
    }

    /// @param opening called at most once
    static ContextTree of(Path directory, Supplier<BuildContext> opening) {
        return new ContextTree(directory, opening);
    }

    /// Of files that are there; theirs to close.
    static ContextTree of(BuildContext context) {
        ContextTree tree = new ContextTree(context.path(), () -> context);
        tree.context = Optional.of(context);
        return tree;
    }

    // Stages that need the files too wait until they are there.
    private synchronized BuildContext context() {
        if (context.isEmpty()) {
            context = Optional.of(opening.get());
        }
        return context.get();
    }

    Tree tree() {
        return context().tree();
    }

    Path path() {
        return directory;
    }

    @Override
    public synchronized void close() {
        context.ifPresent(BuildContext::close);
    }
}
