package sampan.engine.build.execute;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import sampan.engine.build.context.GitAddress;
import sampan.engine.build.context.Tree;
import sampan.engine.images.HostImage;
import sampan.engine.services.BuildRequest;
import sampan.engine.store.Directories;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.files.FileOps;
import sampan.linux.files.FileTree;
import sampan.linux.files.Stat;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

/// Repositories, fetched by the machine's own git. The repository is hostile: git runs as nobody in
/// a container of the image `host` without capabilities, may write one directory, runs no hook of
/// anybody's and speaks http, https, git and ssh only; what it leaves is read as any context.
/// Thread-safe.
final class GitFiles {
    /// One run of git.
    private static final Duration WITHIN = Duration.ofMinutes(20);

    /// Of what git says: lists of refs are asked for by name.
    private static final int SAID_BYTES_MAX = 1 << 20;

    private static final int ERROR_CHARS_MAX = 2000;
    private static final Path PROGRAM = Path.of("/usr/bin/git");

    /// Asks for a ref: the remote and patterns are its words.
    private static final String ASK = "exec git ls-remote -- \"$@\"";

    /// Words: remote, ref (may be empty), commit, `keep` or not, `submodules` or not. What came by
    /// one way is looked at before the next is tried: a server may know no shallow fetch, or none
    /// of a commit.
    private static final String FETCH =
            """
            set -e
            git init -q --template= repository
            cd repository
            git remote add origin "$1"
            has() { git cat-file -e "$1^{commit}" 2>/dev/null; }
            if [ -n "$2" ]; then git fetch -q --no-tags --depth=1 origin "$2" 2>/dev/null || true; fi
            has "$3" || git fetch -q --no-tags --depth=1 origin "$3" 2>/dev/null || true
            has "$3" || git fetch -q origin '+refs/heads/*:refs/remotes/origin/*' '+refs/tags/*:refs/tags/*'
            git checkout -q --detach "$3"
            if [ "$5" = submodules ] && [ -f .gitmodules ]; then
                git submodule -q update --init --recursive --depth=1
            fi
            if [ "$4" != keep ]; then find . -name .git -prune -exec rm -rf {} +; fi
            """;

    /// Files of a repository with its working tree.
    private static final long FILES_MAX = 2_000_000;

    /// How often is looked how much there is; more seldom where the look takes long.
    private static final Duration LOOK = Duration.ofMillis(500);

    private static final int LOOK_SHARE = 10;

    private final BuildParts parts;
    private final BuildRequest request;
    private final Path scratch;

    /// @param scratch a directory of the build's own
    GitFiles(BuildParts parts, BuildRequest request, Path scratch) {
        this.parts = parts;
        this.request = request;
        this.scratch = scratch;
    }

    /// The commit that an address means now.
    String commit(GitAddress address) {
        if (address.isCommit()) {
            address.verify(address.ref());
            return address.ref();
        }
        List<String> words = new ArrayList<>(List.of(address.remote()));
        List<String> names = names(address.ref());
        words.addAll(names);
        Path work = directory();
        try {
            Map<String, String> refs = new HashMap<>();
            for (String line : run(ASK, words, address, work).split("\n", -1)) {
                int tab = line.indexOf('\t');
                if (tab > 0) {
                    refs.put(line.substring(tab + 1), line.substring(0, tab));
                }
            }
            for (String name : names) {
                String commit = refs.get(name);
                if (commit != null) {
                    verify(address, commit, refs.get(name.replace("^{}", "")));
                    return commit;
                }
            }
            throw SampanException.notFound(
                    "repository does not contain ref "
                            + (address.ref().isEmpty() ? "HEAD" : address.ref())
                            + ": "
                            + GitAddress.redacted(address.remote()));
        } finally {
            Directories.removeTree(work);
        }
    }

    // The checksum of an annotated tag may be its own or the commit's.
    private static void verify(
            GitAddress address, String commit, @org.jspecify.annotations.Nullable String tag) {
        if (tag == null || !tag.startsWith(address.commit())) {
            address.verify(commit);
        }
    }

    // A tag that is an object of its own is followed to its commit; branches go before tags, as
    // checkout has it.
    private static List<String> names(String ref) {
        if (ref.isEmpty()) {
            return List.of("HEAD");
        }
        if (ref.startsWith("refs/")) {
            return List.of(ref + "^{}", ref);
        }
        return List.of(
                "refs/heads/" + ref, "refs/tags/" + ref + "^{}", "refs/tags/" + ref, "refs/" + ref);
    }

    /// Brings a commit's files, owned by root.
    ///
    /// @param target there and empty
    void fetch(GitAddress address, String commit, boolean keepGitDir, Path target) {
        Path work = directory();
        try {
            List<String> words =
                    List.of(
                            address.remote(),
                            address.ref().isEmpty() ? "HEAD" : address.ref(),
                            commit,
                            keepGitDir ? "keep" : "",
                            address.submodules() ? "submodules" : "");
            run(FETCH, words, address, work);
            try (Fd root = Fd.open(work.toString(), Open.PATH | Open.DIRECTORY);
                    Fd made =
                            FileOps.openInRoot(
                                    root,
                                    "repository",
                                    Open.PATH | Open.DIRECTORY | Open.NOFOLLOW,
                                    0)) {
                Tree tree = new Tree(made);
                String real = tree.real(address.directory());
                if (tree.stat(real).filter(Stat::isDirectory).isEmpty()) {
                    throw SampanException.invalid(
                            "invalid subdirectory " + address.directory() + " of " + address);
                }
                TreeCopies.copyOwned(tree, real, target);
            }
        } finally {
            Directories.removeTree(work);
        }
    }

    private Path directory() {
        try {
            Path made = Files.createTempDirectory(Directories.make(scratch), "git-");
            try (Fd at = Fd.open(made.toString(), Open.PATH | Open.DIRECTORY)) {
                FileOps.fchownAt(at, "", GitSpec.NOBODY, GitSpec.NOBODY);
            }
            return made;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What git said.
    private String run(String script, List<String> words, GitAddress address, Path work) {
        if (!Files.isExecutable(PROGRAM)) {
            throw new SampanException(
                    ErrorCode.UNSUPPORTED,
                    "fetching " + address + " needs git: install the package git");
        }
        try (GitSpec spec = new GitSpec(parts, request, address, work)) {
            String id = parts.containers().create(spec.make(script, words), HostImage.resolved());
            try {
                return ended(id, address, work);
            } finally {
                parts.containers().remove(id);
            }
        }
    }

    // The container ends when it is removed, and its reader with it: the wait hears interrupts.
    private String ended(String id, GitAddress address, Path work) {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        CompletableFuture<Integer> end =
                parts.containers()
                        .begin(id, true, (bytes, error) -> keep(error ? errors : said, bytes));
        int status = StepContainers.await(() -> end(end, address, work), "git");
        if (status != 0) {
            throw failed(address, errors.toString(StandardCharsets.UTF_8));
        }
        return said.toString(StandardCharsets.UTF_8);
    }

    private int end(CompletableFuture<Integer> end, GitAddress address, Path work)
            throws InterruptedException, ExecutionException {
        long deadline = System.nanoTime() + WITHIN.toNanos();
        long pause = LOOK.toNanos();
        while (System.nanoTime() < deadline) {
            try {
                int status = end.get(pause, TimeUnit.NANOSECONDS);
                refuseMore(address, work);
                return status;
            } catch (TimeoutException e) {
                long before = System.nanoTime();
                refuseMore(address, work);
                pause = Math.max(LOOK.toNanos(), LOOK_SHARE * (System.nanoTime() - before));
            }
        }
        throw failed(address, "not done within " + WITHIN.toMinutes() + " minutes");
    }

    private void refuseMore(GitAddress address, Path work) {
        try (Fd at = Fd.open(work.toString(), Open.PATH | Open.DIRECTORY)) {
            long bytes = FileTree.usage(at, FILES_MAX).bytes();
            if (bytes > parts.gitBytesMax()) {
                throw failed(
                        address,
                        "it takes more than "
                                + parts.gitBytesMax()
                                + " bytes with its files: start the daemon with a larger --git-max");
            }
        }
    }

    private static void keep(ByteArrayOutputStream into, byte[] bytes) {
        if (into.size() + bytes.length <= SAID_BYTES_MAX) {
            into.writeBytes(bytes);
        }
    }

    private SampanException failed(GitAddress address, String said) {
        String text = GitAddress.redacted(said.strip());
        boolean keyless = request.running().agents().socket("default").isEmpty();
        if (keyless && text.contains("Permission denied (publickey")) {
            text += "\ngive the build an agent with a key: --ssh default";
        }
        return SampanException.invalid(
                "failed to fetch "
                        + address
                        + ": "
                        + text.substring(Math.max(0, text.length() - ERROR_CHARS_MAX)));
    }

    /// Brings what an address of a context or a named context means.
    void fetch(String address, Path target) {
        GitAddress parsed = GitAddress.parse(address);
        fetch(parsed, commit(parsed), parsed.keepGitDir().orElse(false), target);
    }

    /// Where files of this build may be put.
    Path scratch() {
        return scratch;
    }

    /// The asked secret, as the environment of the step would have it.
    static Optional<String> secret(BuildRequest request, String name) {
        return request.running()
                .secrets()
                .apply(name)
                .map(value -> new String(value, StandardCharsets.UTF_8).strip());
    }
}
