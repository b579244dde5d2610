package sampan.engine.build.execute;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import sampan.engine.services.BuildListener;
import sampan.engine.services.BuildRequest;
import sampan.engine.services.BuildSource;

/// The trees that a request gave names, which come when a step first looks at them.
final class NamedTrees implements AutoCloseable {
    private final Map<String, ContextTree> trees = new HashMap<>();

    /// @param home a directory of the build's own
    NamedTrees(BuildParts parts, BuildRequest request, Path home, BuildListener listener) {
        RemoteContexts remotes = new RemoteContexts(parts, request, home, listener);
        request.source()
                .names()
                .forEach((name, what) -> {
                    Path at = home.resolve("named-" + trees.size());
                    switch (what) {
                        case BuildSource.Named.Tree(BuildSource.Files files) ->
                                trees.put(name, ContextTree.later(at, files));
                        case BuildSource.Named.Remote(String address) ->
                                trees.put(name, ContextTree.whole(() -> remotes.open(address, at)));
                        case BuildSource.Named.Image _ -> {
                            // a name for a reference, no files
                        }
                    }
                });
    }

    Map<String, ContextTree> trees() {
        return Map.copyOf(trees);
    }

    @Override
    public void close() {
        trees.values().forEach(ContextTree::close);
    }
}
