package sampan.engine.build.execute;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import sampan.engine.build.cache.StepInput;
import sampan.engine.build.context.FileMode;
import sampan.engine.build.context.FileSums;
import sampan.engine.build.context.GitAddress;
import sampan.engine.build.context.IgnoreRules;
import sampan.engine.build.context.LayerWriter;
import sampan.engine.build.context.LayerWriter.Attributes;
import sampan.engine.build.context.Picked;
import sampan.engine.build.context.Picking;
import sampan.engine.build.context.Tree;
import sampan.engine.build.syntax.Command;
import sampan.engine.build.syntax.Heredoc;
import sampan.engine.build.syntax.SyntaxError;
import sampan.engine.build.syntax.Words;
import sampan.engine.images.ConfigEdits;
import sampan.engine.images.transfer.BuiltImages.BuiltLayer;
import sampan.engine.snapshots.Chain;
import sampan.errors.SampanException;
import sampan.linux.files.Stat;
import sampan.linux.users.Identity;
import sampan.linux.users.UserDatabase;
import sampan.oci.Digest;
import sampan.oci.tar.TarLimits;
import sampan.oci.tar.TarReader;
import sampan.oci.tar.TarWriter;

/// COPY and ADD: files of the context, a stage or an image, heredocs, and for ADD archives and
/// URLs, written straight into a layer.
final class CopyStep {
    private static final int HEREDOC_MODE = 0644;

    private final StageRun stage;
    private final Command.Copy copy;
    private final StageState state;
    private final List<Document> documents = new ArrayList<>();
    private final List<Remote> remotes = new ArrayList<>();
    private final List<Repository> repositories = new ArrayList<>();
    private final List<Archive> archives = new ArrayList<>();

    /// A file of a heredoc.
    private record Document(String name, byte[] content) {}

    /// A fetched file.
    private record Remote(RemoteFiles.Fetched file) {}

    /// A repository at a commit.
    private record Repository(GitAddress address, String commit) {}

    /// A file of the source tree that is unpacked.
    private record Archive(String path) {}

    CopyStep(StageRun stage, Command.Copy copy) {
        this.stage = stage;
        this.copy = copy;
        this.state = stage.state;
    }

    private String verb() {
        return copy.add() ? "ADD" : "COPY";
    }

    void execute() {
        String destination = stage.word(copy.destination());
        List<String> sources = sources();
        boolean slash =
                destination.endsWith("/") || destination.equals(".") || destination.endsWith("/.");
        Tree source = sourceTree(sources);
        List<String> paths = expanded(source, sources);
        int fetched = documents.size() + remotes.size() + repositories.size();
        int count = paths.size() + fetched + archives.size();
        if (!slash && (count > 1 || sources.size() + fetched > 1)) {
            throw SampanException.invalid(
                    "When using "
                            + verb()
                            + " with more than one source file, the destination must be a"
                            + " directory and end with a /");
        }
        boolean link = copy.truth("link");
        Tree lower = stage.build.trees.of(link ? Chain.EMPTY : state.chain());
        String place = ConfigEdits.below(state.config.workingDir(), destination).substring(1);
        boolean into = slash || lower.statFollowing(place).filter(Stat::isDirectory).isPresent();
        List<Picked> picked = picked(source, paths, sources, into);
        FileSums.Sums sums = FileSums.of(source, picked, !copy.flag("from").isEmpty());
        StepInput input = input(link, destination, sums, source);
        String createdBy = verb() + " " + copy.at().rest() + " # sha256:" + input.content();
        Place target = new Place(place, into);
        stage.finish(input, createdBy, () -> layer(source, lower, picked, target));
    }

    /// Where the files go.
    ///
    /// @param path below the root
    /// @param into it is or becomes a directory
    private record Place(String path, boolean into) {}

    private StepInput input(boolean link, String destination, FileSums.Sums sums, Tree source) {
        StringBuilder content = new StringBuilder(sums.whole().hex());
        documents.forEach(d -> content.append(d.name()).append(Digest.of(d.content()).hex()));
        remotes.forEach(r -> content.append(r.file().name()).append(r.file().digest().hex()));
        repositories.forEach(
                r -> content.append(r.commit()).append(' ').append(r.address().directory()));
        if (!archives.isEmpty()) {
            List<Picked> files =
                    archives.stream()
                            .map(a -> new Picked(a.path(), "", source.stat(a.path()).orElseThrow()))
                            .toList();
            content.append(FileSums.of(source, files, false).whole().hex());
        }
        return new StepInput(
                verb().toLowerCase(Locale.ROOT),
                link ? "" : state.chainKey(),
                StageRun.text(copy.at()),
                stage.settings(
                        "destination",
                        ConfigEdits.below(state.config.workingDir(), destination)
                                + (destination.endsWith("/") ? "/" : ""),
                        "chown",
                        stage.word(copy.flag("chown")),
                        "chmod",
                        stage.word(copy.flag("chmod"))),
                Map.of(),
                Digest.of(StageRun.bytes(content.toString())).hex(),
                sums.files());
    }

    // ---- sources ----

    private List<String> sources() {
        List<String> left = new ArrayList<>();
        List<Heredoc> heredocs = new ArrayList<>(copy.at().heredocs());
        for (String source : copy.sources()) {
            Optional<Heredoc> heredoc =
                    heredocs.stream().filter(h -> h.marker().equals(source)).findFirst();
            if (heredoc.isPresent()) {
                heredocs.remove(heredoc.get());
                documents.add(document(heredoc.get()));
                continue;
            }
            String word = stage.word(source);
            if (copy.add() && GitAddress.isGit(word)) {
                GitAddress address =
                        GitAddress.parse(word).checked(stage.word(copy.flag("checksum")));
                repositories.add(new Repository(address, stage.build.git.commit(address)));
            } else if (copy.add() && GitAddress.isRemote(word)) {
                remotes.add(new Remote(fetched(word)));
            } else {
                left.add(word);
            }
        }
        boolean fetches = !remotes.isEmpty() || !repositories.isEmpty();
        if (copy.add() && !copy.flag("checksum").isEmpty() && !fetches) {
            throw SyntaxError.at(
                    copy.at().line(), "checksum can't be specified for non-HTTP(S) sources");
        }
        return left;
    }

    private Document document(Heredoc heredoc) {
        String content =
                heredoc.expand()
                        ? Words.document(heredoc.content(), state.escape, state::variable)
                        : heredoc.content();
        return new Document(heredoc.name(), StageRun.bytes(content));
    }

    private RemoteFiles.Fetched fetched(String url) {
        return new RemoteFiles(stage.build.given.scratch(), "ADD failed: ")
                .fetch(url, stage.word(copy.flag("checksum")));
    }

    private Tree sourceTree(List<String> sources) {
        String from = copy.flag("from");
        if (from.isEmpty()) {
            return sources.isEmpty()
                    ? stage.build.trees.of(Chain.EMPTY)
                    : stage.build.given.context().tree(sources);
        }
        Optional<Tree> named = stage.build.named(from, sources);
        if (named.isPresent()) {
            return named.get();
        }
        Optional<Integer> earlier = stage.build.plan.source(stage.planned, from);
        if (earlier.isPresent()) {
            return stage.build.trees.of(stage.build.done(earlier.get()).chain());
        }
        try {
            return stage.build.imageTree(from);
        } catch (SampanException e) {
            throw new SampanException(
                    e.code(), "invalid from flag value " + from + ": " + e.getMessage(), e);
        }
    }

    private List<String> expanded(Tree source, List<String> sources) {
        List<String> paths = new ArrayList<>();
        for (String word : sources) {
            try {
                for (String path : Picking.expand(source, word)) {
                    if (unpacks(source, path)) {
                        archives.add(new Archive(source.real(path)));
                    } else {
                        paths.add(path);
                    }
                }
            } catch (SampanException e) {
                boolean context = copy.flag("from").isEmpty();
                throw new SampanException(
                        e.code(),
                        verb()
                                + " failed: "
                                + (context
                                        ? "file not found in build context or excluded by"
                                                + " .dockerignore: "
                                        : "")
                                + e.getMessage(),
                        e);
            }
        }
        return paths;
    }

    private boolean unpacks(Tree source, String path) {
        return copy.add()
                && !copy.flag("unpack").equals("false")
                && ArchiveFiles.isArchive(source, source.real(path));
    }

    private List<Picked> picked(
            Tree source, List<String> paths, List<String> sources, boolean into) {
        boolean parents = copy.truth("parents");
        Picking picking = new Picking(source, exclusions(), parents, into);
        for (String path : paths) {
            picking.add(path, parents ? pivot(path, sources) : 0);
        }
        return picking.picked();
    }

    private IgnoreRules exclusions() {
        return IgnoreRules.of(
                copy.flags().getOrDefault("exclude", List.of()).stream().map(stage::word).toList());
    }

    /// `a/./b/c` keeps b alone of the directories above.
    private static int pivot(String path, List<String> sources) {
        for (String source : sources) {
            int dot = source.indexOf("/./");
            if (dot > 0) {
                String before = Picking.relative(source.substring(0, dot));
                if (path.startsWith(before + "/")) {
                    return before.length() + 1;
                }
            }
        }
        return 0;
    }

    private boolean hasFetched() {
        return !remotes.isEmpty() || !repositories.isEmpty() || !archives.isEmpty();
    }

    // ---- the layer ----

    private Optional<BuiltLayer> layer(Tree source, Tree lower, List<Picked> picked, Place place) {
        Attributes attributes = attributes();
        return Optional.of(
                stage.build.images.layer(out -> {
                    TarWriter tar = new TarWriter(out);
                    LayerWriter layer = new LayerWriter(tar, lower, attributes);
                    boolean some = !picked.isEmpty() || !documents.isEmpty() || hasFetched();
                    if (some && place.into() && copy.destination().endsWith("/")) {
                        layer.directory(place.path());
                    }
                    layer.copy(source, picked, place.path());
                    write(layer, place);
                    clone(layer, place);
                    unpack(layer, source, place);
                    tar.finish();
                }));
    }

    private void write(LayerWriter layer, Place place) throws IOException {
        for (Document document : documents) {
            layer.file(
                    path(place, document.name()),
                    document.content(),
                    HEREDOC_MODE,
                    Instant.now().getEpochSecond());
        }
        for (Remote remote : remotes) {
            if (copy.truth("unpack") && remote.file().isArchive()) {
                try (ReadableByteChannel plain = remote.file().openPlain()) {
                    layer.unpack(new TarReader(plain, TarLimits.DEFAULT), place.path(), owned());
                }
            } else {
                RemoteFiles.Fetched file = remote.file();
                try (InputStream in = Files.newInputStream(file.file())) {
                    layer.file(path(place, file.name()), in, file.size(), file.mode(), file.time());
                }
            }
        }
    }

    private void clone(LayerWriter layer, Place place) {
        for (Repository repository : repositories) {
            boolean keeps = repository.address().keepGitDir().orElse(copy.truth("keep-git-dir"));
            try (Scratched at = new Scratched(stage.build.git.scratch())) {
                stage.build.git.fetch(repository.address(), repository.commit(), keeps, at.path());
                Tree tree = new Tree(at.root());
                Picking picking = new Picking(tree, exclusions(), false, true);
                picking.add("", 0);
                layer.copy(tree, picking.picked(), place.path());
            }
        }
    }

    private static String path(Place place, String name) {
        if (!place.into()) {
            return place.path();
        }
        return place.path().isEmpty() ? name : place.path() + "/" + name;
    }

    private boolean owned() {
        return !copy.flag("chown").isEmpty();
    }

    private void unpack(LayerWriter layer, Tree source, Place place) {
        for (Archive archive : archives) {
            try (ReadableByteChannel plain = ArchiveFiles.open(source, archive.path())) {
                layer.unpack(new TarReader(plain, TarLimits.DEFAULT), place.path(), owned());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private Attributes attributes() {
        String chown = stage.word(copy.flag("chown"));
        String chmod = stage.word(copy.flag("chmod"));
        int uid = 0;
        int gid = 0;
        if (!chown.isEmpty()) {
            Tree names = stage.build.trees.of(state.chain());
            UserDatabase users = UserDatabase.inRoot(names.root());
            int colon = chown.indexOf(':');
            String user = colon < 0 ? chown : chown.substring(0, colon);
            String group = chown.substring(colon + 1);
            try {
                Identity owner = users.resolve(user);
                uid = owner.uid();
                // A name alone brings its group; a number alone stands for both.
                gid = colon >= 0 ? users.gid(group) : owner.name().isPresent() ? owner.gid() : uid;
            } catch (SampanException e) {
                throw SampanException.invalid(
                        "unable to convert uid/gid chown string to host mapping: "
                                + e.getMessage());
            }
        }
        Optional<FileMode> mode =
                chmod.isEmpty() ? Optional.empty() : Optional.of(FileMode.parse(chmod));
        boolean keepOwners = chown.isEmpty() && !copy.flag("from").isEmpty();
        return new Attributes(
                uid,
                gid,
                keepOwners,
                mode,
                Instant.now().getEpochSecond(),
                stage.build.given.newest());
    }
}
