package sampan.app.cli.files;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sampan.app.cli.CommandContext;
import sampan.app.cli.ExitException;
import sampan.app.cli.Words;
import sampan.app.session.Caller;
import sampan.app.session.DescriptorStreams;
import sampan.engine.services.ArchiveService;
import sampan.engine.services.ArchiveService.PathStat;
import sampan.engine.trees.ExtractOptions;
import sampan.errors.ErrnoException;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;
import sampan.linux.users.Rights;
import sampan.oci.tar.TarLimits;

/// `sampan cp`, by the rules of the docker client.
@Command(
        description = "Copy files/folders between a container and the local filesystem",
        customSynopsis = {
            "sampan cp [OPTIONS] CONTAINER:SRC_PATH DEST_PATH|-",
            "sampan cp [OPTIONS] SRC_PATH|- CONTAINER:DEST_PATH"
        })
public final class CopyCommand implements Callable<Integer> {
    private static final String STREAM = "-";
    private static final long MODE_DIRECTORY = 1L << 31;
    private static final long MODE_SYMLINK = 1L << 27;
    // Go's device, named pipe, socket and irregular file
    private static final long MODE_STRANGE = 1L << 26 | 1L << 25 | 1L << 24 | 1L << 19;

    private final CommandContext context;

    @Option(
            names = {"-a", "--archive"},
            description = "Archive mode (copy all uid/gid information)")
    private boolean archive;

    @Option(
            names = {"-L", "--follow-link"},
            description = "Always follow symbol link in SRC_PATH")
    private boolean follow;

    @Option(
            names = {"-q", "--quiet"},
            description = "Suppress progress output during copy")
    private Optional<Boolean> quiet = Optional.empty();

    @Parameters(index = "0", paramLabel = "SOURCE", description = "What is copied; - for a tar")
    private String source = "";

    @Parameters(index = "1", paramLabel = "DEST", description = "Where to; - for a tar")
    private String destination = "";

    public CopyCommand(CommandContext context) {
        this.context = context;
    }

    /// `CONTAINER:PATH`, or a path here where the container is empty.
    private record Place(String container, String path) {
        static Place of(String word) {
            int colon = word.indexOf(':');
            boolean local = word.startsWith("/") || word.startsWith(".") || colon < 0;
            return local
                    ? new Place("", word)
                    : new Place(word.substring(0, colon), word.substring(colon + 1));
        }
    }

    @Override
    public Integer call() throws IOException {
        Place from = Place.of(source);
        Place to = Place.of(destination);
        if (from.container.isEmpty() == to.container.isEmpty()) {
            throw new ExitException(
                    1,
                    from.container.isEmpty()
                            ? "must specify at least one container source"
                            : "copying between containers is not supported");
        }
        if (to.container.isEmpty()) {
            out(from, to.path);
        } else {
            in(from.path, to);
        }
        return 0;
    }

    private ArchiveService archives() {
        return context.engine().archives();
    }

    private void out(Place from, String path) throws IOException {
        Caller caller = context.caller();
        Place source = follow ? followed(from) : from;
        String local =
                path.equals(STREAM) ? path : PathWords.absolute(caller.workingDirectory(), path);
        if (path.equals(STREAM)) {
            try (var reading = daemon(() -> archives().read(source.container, source.path))) {
                reading.copyTo(DescriptorStreams.output(caller.stdout()));
            }
            return;
        }
        CopyRules.To to = new LocalTarget(caller).find(local);
        Rights rights = caller.rights();
        Carrying carrying = new Carrying(rights);
        try (var reading = daemon(() -> archives().read(source.container, source.path))) {
            PathStat stat = reading.stat();
            CopyRules rules =
                    CopyRules.of(
                            new CopyRules.From(
                                    follow ? PathWords.base(from.path) : stat.name(),
                                    (stat.mode() & MODE_DIRECTORY) != 0),
                            to);
            try (Fd directory = open(rules.directory())) {
                ExtractOptions options =
                        new ExtractOptions(
                                "",
                                false,
                                Optional.of(new ExtractOptions.Owner(rights.uid(), rights.gid())),
                                true,
                                TarLimits.DEFAULT);
                carrying.in(directory, options, tar -> reading.copyTo(tar, rules.name()));
            }
        }
        tell(carrying.bytes(), local);
    }

    private Fd open(String directory) {
        try {
            return context.caller().open(directory, Open.PATH | Open.DIRECTORY, 0);
        } catch (ErrnoException e) {
            throw LocalSource.failure("open", directory, e);
        }
    }

    /// A link is replaced by what it leads to; the copy keeps the link's name.
    private Place followed(Place from) {
        Optional<PathStat> stat = stat(from);
        return stat.isPresent() && (stat.get().mode() & MODE_SYMLINK) != 0
                ? new Place(from.container, target(from.path, stat.get()))
                : from;
    }

    private static String target(String path, PathStat link) {
        return PathWords.join(PathWords.directory(path), link.linkTarget());
    }

    private Optional<PathStat> stat(Place place) {
        try {
            return Optional.of(archives().stat(place.container, place.path));
        } catch (SampanException e) {
            if (e.code() == ErrorCode.NOT_FOUND) {
                return Optional.empty();
            }
            throw daemonError(e);
        }
    }

    private void in(String path, Place to) throws IOException {
        Caller caller = context.caller();
        CopyRules.To target = inContainer(to);
        if (path.equals(STREAM)) {
            if (!target.directory()) {
                throw new ExitException(
                        1, "destination \"" + destination + "\" must be a directory");
            }
            daemon(() -> {
                archives().write(to.container, target.path(), caller.in(), true, archive);
                return true;
            });
            return;
        }
        String local = PathWords.absolute(caller.workingDirectory(), path);
        Carrying carrying = new Carrying(caller.rights());
        try (LocalSource found = LocalSource.open(caller, local, follow)) {
            CopyRules rules =
                    CopyRules.of(
                            new CopyRules.From(found.name(), found.stat().isDirectory()), target);
            carrying.out(
                    found.called(rules.name()),
                    tar ->
                            daemon(() -> {
                                archives()
                                        .write(to.container, rules.directory(), tar, true, archive);
                                return true;
                            }));
        }
        tell(carrying.bytes(), to.container + ":" + target.path());
    }

    private CopyRules.To inContainer(Place to) {
        String path = to.path;
        Optional<PathStat> stat = stat(to);
        if (stat.isPresent() && (stat.get().mode() & MODE_SYMLINK) != 0) {
            path = target(path, stat.get());
            stat = stat(new Place(to.container, path));
        }
        if (stat.isPresent() && (stat.get().mode() & MODE_STRANGE) != 0) {
            throw new ExitException(
                    1, "destination \"" + destination + "\" must be a directory or a regular file");
        }
        return new CopyRules.To(
                path,
                stat.isPresent(),
                stat.isPresent() && (stat.get().mode() & MODE_DIRECTORY) != 0);
    }

    /// What only the daemon can refuse is told so.
    private static <T> T daemon(java.util.function.Supplier<T> work) {
        try {
            return work.get();
        } catch (SampanException e) {
            throw daemonError(e);
        }
    }

    private static ExitException daemonError(SampanException e) {
        return new ExitException(1, "Error response from daemon: " + e.getMessage());
    }

    private void tell(long bytes, String where) {
        if (!quiet.orElse(!context.caller().stdoutIsTerminal())) {
            context.err().println("Successfully copied " + Words.size(bytes) + " to " + where);
        }
    }
}
