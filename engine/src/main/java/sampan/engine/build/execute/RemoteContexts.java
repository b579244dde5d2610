package sampan.engine.build.execute;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import sampan.engine.build.context.BuildContext;
import sampan.engine.build.context.GitAddress;
import sampan.engine.services.BuildListener;
import sampan.engine.services.BuildRequest;
import sampan.engine.store.Directories;
import sampan.errors.SampanException;

/// Contexts that lie elsewhere: repositories, and archives or Dockerfiles of the web.
final class RemoteContexts {
    private final Path scratch;
    private final GitFiles git;
    private final BuildListener listener;

    /// @param home a directory of the build's own
    RemoteContexts(BuildParts parts, BuildRequest request, Path home, BuildListener listener) {
        this.listener = listener;
        this.scratch = home.resolve("remote");
        this.git = new GitFiles(parts, request, scratch);
    }

    /// @param directory made for it
    BuildContext open(String address, Path directory) {
        return listener.fetching(
                GitAddress.redacted(address),
                GitAddress.isGit(address),
                () -> fetched(address, directory));
    }

    private BuildContext fetched(String address, Path directory) {
        if (GitAddress.isGit(address)) {
            return BuildContext.fetched(directory, at -> git.fetch(address, at));
        }
        if (!GitAddress.isRemote(address)) {
            throw SampanException.invalid(
                    "context "
                            + address
                            + ": must be the address of a repository, an archive or a Dockerfile");
        }
        RemoteFiles.Fetched file =
                new RemoteFiles(Directories.make(scratch), "context: ")
                        .fetch(address, "context", "");
        try (InputStream in = Files.newInputStream(file.file())) {
            return BuildContext.read(in, directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
