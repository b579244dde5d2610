package sampan.engine.build.execute;

import java.nio.file.Path;
import java.util.Optional;
import sampan.engine.build.context.BuildContext;
import sampan.engine.build.context.Tree;
import sampan.engine.services.BuildSource;

/// Files of a build, which are there or come when a step first looks at them. Thread-safe.
final class ContextTree implements AutoCloseable {
    private final Path directory;
    private final BuildSource.Files files;
    private Optional<BuildContext> context = Optional.empty();

    private ContextTree(Path directory, BuildSource.Files files) {
        this.directory = directory;
        this.files = files;
    }

    /// @param directory made when the files come
    static ContextTree later(Path directory, BuildSource.Files files) {
        return new ContextTree(directory, files);
    }

    /// Of files that are there; theirs to close.
    static ContextTree of(BuildContext context) {
        ContextTree tree = new ContextTree(context.path(), _ -> {});
        tree.context = Optional.of(context);
        return tree;
    }

    // Stages that need the files too wait until they are there.
    private synchronized BuildContext context() {
        if (context.isEmpty()) {
            context = Optional.of(BuildContext.fetched(directory, files::fetch));
        }
        return context.get();
    }

    Tree tree() {
        return context().tree();
    }

    Path path() {
        return context().path();
    }

    @Override
    public synchronized void close() {
        context.ifPresent(BuildContext::close);
    }
}
