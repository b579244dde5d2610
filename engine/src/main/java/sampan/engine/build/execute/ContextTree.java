package sampan.engine.build.execute;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import sampan.engine.build.context.BuildContext;
import sampan.engine.build.context.Tree;
import sampan.engine.build.plan.ContextPaths;
import sampan.engine.services.BuildSource;

/// Files of a build, which are there or come when a step first looks at them: what all steps are
/// expected to look at, and everything when one looks at more. Thread-safe.
final class ContextTree implements AutoCloseable {
    private final Opening opening;
    private final boolean divisible;
    private List<String> expected = List.of();
    private Optional<BuildContext> context = Optional.empty();
    private Optional<BuildContext> whole = Optional.empty();

    /// Brings files.
    interface Opening {
        /// @param paths that are wanted; empty: all
        /// @param more whether others came before
        BuildContext open(List<String> paths, boolean more);
    }

    private ContextTree(Opening opening, boolean divisible) {
        this.opening = opening;
        this.divisible = divisible;
    }

    /// @param directory made when the files come, and another beside it when more come
    static ContextTree later(Path directory, BuildSource.Files files) {
        return new ContextTree(
                (paths, more) ->
                        BuildContext.fetched(
                                more
                                        ? directory.resolveSibling(
                                                directory.getFileName() + "-whole")
                                        : directory,
                                at -> files.fetch(at, paths)),
                true);
    }

    /// Of files that come all at once.
    static ContextTree whole(Supplier<BuildContext> opening) {
        return new ContextTree((_, _) -> opening.get(), false);
    }

    /// Of files that are there; theirs to close.
    static ContextTree of(BuildContext context) {
        ContextTree tree = new ContextTree((_, _) -> context, false);
        tree.whole = Optional.of(context);
        return tree;
    }

    /// Says what the steps will look at, before any does.
    ///
    /// @param paths empty: all
    synchronized void expect(List<String> paths) {
        expected = divisible ? List.copyOf(paths) : List.of();
    }

    /// The files at the sources. Stages that need them too wait until they are there.
    synchronized BuildContext at(List<String> sources) {
        if (whole.isPresent()) {
            return whole.get();
        }
        if (expected.isEmpty() || !expected.containsAll(ContextPaths.normal(sources))) {
            whole = Optional.of(opening.open(List.of(), context.isPresent()));
            return whole.get();
        }
        if (context.isEmpty()) {
            context = Optional.of(opening.open(expected, false));
        }
        return context.get();
    }

    Tree tree(List<String> sources) {
        return at(sources).tree();
    }

    @Override
    public synchronized void close() {
        context.ifPresent(BuildContext::close);
        whole.ifPresent(BuildContext::close);
    }
}
