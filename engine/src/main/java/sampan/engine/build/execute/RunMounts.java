package sampan.engine.build.execute;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import sampan.engine.build.context.FileSums;
import sampan.engine.build.context.IgnoreRules;
import sampan.engine.build.context.Picking;
import sampan.engine.build.context.Tree;
import sampan.engine.build.syntax.MountOption;
import sampan.engine.containers.StorageSpec.MountRequest;
import sampan.engine.images.ConfigEdits;
import sampan.engine.store.Directories;
import sampan.errors.SampanException;
import sampan.linux.files.FileOps;
import sampan.linux.files.Stat;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;
import sampan.oci.Digest;

/// The `--mount`s of one RUN. Closing it removes what was made for them.
final class RunMounts implements AutoCloseable {
    private static final int SECRET_MODE = 0400;
    private static final int AGENT_MODE = 0600;
    private static final int CACHE_MODE = 0755;

    private final StageRun stage;
    private final List<MountOption> wanted;
    private final List<MountRequest> requests = new ArrayList<>();
    private final Map<String, String> tmpfs = new LinkedHashMap<>();
    private final List<String> environment = new ArrayList<>();
    private final Deque<AutoCloseable> closing = new ArrayDeque<>();
    private int agents;

    RunMounts(StageRun stage, List<String> texts, int line) {
        this.stage = stage;
        this.wanted = texts.stream().map(t -> MountOption.parse(stage.word(t), line)).toList();
    }

    List<MountRequest> requests() {
        return requests;
    }

    Map<String, String> tmpfs() {
        return tmpfs;
    }

    /// Variables that secrets and agents are given by.
    List<String> environment() {
        return environment;
    }

    /// Absolute paths in the container that are mounted upon.
    List<String> targets() {
        List<String> targets = new ArrayList<>(tmpfs.keySet());
        requests.forEach(r -> targets.add(r.target()));
        return targets;
    }

    private String target(MountOption mount) {
        return ConfigEdits.below(stage.state.config.workingDir(), mount.target());
    }

    /// Digest of the files that are bound; caches and secrets do not count.
    String content() {
        StringBuilder sums = new StringBuilder();
        for (MountOption mount : wanted) {
            if (mount.type().equals("bind")) {
                Tree tree = tree(mount);
                Picking picking = new Picking(tree, IgnoreRules.NONE, false, true);
                expand(tree, mount.source()).forEach(p -> picking.add(p, 0));
                sums.append(
                        FileSums.of(tree, picking.picked(), !mount.from().isEmpty()).whole().hex());
            }
        }
        return sums.isEmpty() ? "" : Digest.of(StageRun.bytes(sums.toString())).hex();
    }

    private static List<String> expand(Tree tree, String source) {
        try {
            return Picking.expand(tree, source);
        } catch (SampanException e) {
            throw new SampanException(
                    e.code(), "failed to bind " + source + ": " + e.getMessage(), e);
        }
    }

    /// Makes what the mounts need; called when the step is really run.
    void open() {
        for (MountOption mount : wanted) {
            switch (mount.type()) {
                case "bind" -> bind(mount);
                case "cache" -> cache(mount);
                case "tmpfs" ->
                        tmpfs.put(
                                target(mount),
                                mount.value("size").isEmpty() ? "" : "size=" + mount.value("size"));
                case "secret" -> secret(mount);
                default -> agent(mount);
            }
        }
    }

    private Tree tree(MountOption mount) {
        String from = mount.from();
        if (from.isEmpty()) {
            return stage.build.given.context().tree(List.of(mount.source()));
        }
        Optional<Tree> named = stage.build.named(from, List.of(mount.source()));
        if (named.isPresent()) {
            return named.get();
        }
        Optional<Integer> earlier = stage.build.plan.source(stage.planned, from);
        return earlier.isPresent()
                ? stage.build.trees.of(stage.build.done(earlier.get()).chain())
                : stage.build.imageTree(from);
    }

    private void request(Path source, String target, boolean writable) {
        requests.add(StepSpec.bind(source.toString(), target, writable));
    }

    private Path directory() {
        try {
            Path made = Files.createTempDirectory(stage.build.given.scratch(), "mount-");
            closing.push(() -> Directories.removeTree(made));
            return made;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // Of the context as it lies there; of a stage or for writing, a copy that goes with the step.
    private void bind(MountOption mount) {
        Tree tree = tree(mount);
        String path = tree.real(Picking.relative(mount.source()));
        Stat stat =
                tree.stat(path)
                        .orElseThrow(() ->
                                SampanException.notFound(
                                        "failed to bind "
                                                + mount.source()
                                                + ": stat "
                                                + path
                                                + ": file does not exist"));
        if (mount.from().isEmpty() && !mount.writable()) {
            Path whole = stage.build.given.context().at(List.of(mount.source())).path();
            request(path.isEmpty() ? whole : whole.resolve(path), target(mount), false);
            return;
        }
        request(copied(tree, path, stat), target(mount), mount.writable());
    }

    private Path copied(Tree tree, String path, Stat stat) {
        Path directory = directory();
        String name = path.substring(path.lastIndexOf('/') + 1);
        TreeCopies.copy(tree, path, stat.isDirectory(), directory);
        return stat.isDirectory() ? directory : directory.resolve(name);
    }

    private void cache(MountOption mount) {
        String id = mount.value("id").isEmpty() ? target(mount) : mount.value("id");
        String sharing = mount.value("sharing").isEmpty() ? "shared" : mount.value("sharing");
        CacheMounts.Use use =
                stage.build
                        .parts
                        .mounts()
                        .open(
                                new CacheMounts.Wanted(
                                        id,
                                        target(mount),
                                        number(mount, "mode", 8, CACHE_MODE),
                                        number(mount, "uid", 10, 0),
                                        number(mount, "gid", 10, 0)),
                                sharing.toLowerCase(Locale.ROOT));
        closing.push(use);
        if (use.fresh() && !mount.from().isEmpty()) {
            Tree tree = tree(mount);
            TreeCopies.copy(tree, tree.real(Picking.relative(mount.source())), true, use.path());
        }
        request(use.path(), target(mount), mount.writable());
    }

    private static int number(MountOption mount, String name, int radix, int absent) {
        String text = mount.value(name);
        try {
            return text.isEmpty() ? absent : Integer.parseInt(text, radix);
        } catch (NumberFormatException e) {
            throw SampanException.invalid("invalid value for " + name + " of a mount: " + text);
        }
    }

    private static String secretId(MountOption mount) {
        String id = mount.value("id");
        if (id.isEmpty()) {
            id = mount.value("source", "src", "target", "dst", "destination");
            id = id.substring(id.lastIndexOf('/') + 1);
        }
        if (id.isEmpty()) {
            throw SampanException.invalid("secret mount without an id: give one");
        }
        return id;
    }

    private void secret(MountOption mount) {
        String id = secretId(mount);
        Optional<byte[]> found = stage.build.request.running().secrets().apply(id);
        if (found.isEmpty()) {
            if (mount.truth("required")) {
                throw SampanException.notFound("secret " + id + ": not found");
            }
            return;
        }
        byte[] value = found.get();
        String variable = mount.value("env");
        if (!variable.isEmpty()) {
            environment.add(variable + "=" + new String(value, StandardCharsets.UTF_8));
            if (mount.target().isEmpty()) {
                return;
            }
        }
        String target = mount.target().isEmpty() ? "/run/secrets/" + id : target(mount);
        try {
            Path home = Files.createTempDirectory(stage.build.parts.secrets(), "secret-");
            closing.push(() -> Directories.removeTree(home));
            Files.write(home.resolve("value"), value);
            own(home, "value", mount, SECRET_MODE);
            request(home.resolve("value"), target, false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void own(Path home, String name, MountOption mount, int mode) {
        try (Fd directory = Fd.open(home.toString(), Open.PATH | Open.DIRECTORY)) {
            FileOps.fchownAt(
                    directory, name, number(mount, "uid", 10, 0), number(mount, "gid", 10, 0));
            FileOps.fchmodAt(directory, name, number(mount, "mode", 8, mode));
        }
    }

    private void agent(MountOption mount) {
        String id = mount.value("id").isEmpty() ? "default" : mount.value("id");
        Optional<Fd> socket = stage.build.request.running().agents().socket(id);
        if (socket.isEmpty()) {
            if (mount.truth("required")) {
                throw SampanException.notFound("unset ssh forward key " + id);
            }
            return;
        }
        String target =
                mount.target().isEmpty() ? "/run/buildkit/ssh_agent." + agents : target(mount);
        agents++;
        try {
            Path home = Files.createTempDirectory(stage.build.parts.secrets(), "agent-");
            closing.push(() -> Directories.removeTree(home));
            closing.push(AgentRelay.listen(home.resolve("agent"), socket.get()));
            own(home, "agent", mount, AGENT_MODE);
            request(home.resolve("agent"), target, true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        environment.add("SSH_AUTH_SOCK=" + target);
    }

    /// A file that the step executes, as `<<EOF` with a `#!` gives it; returns its path.
    String script(String name, byte[] content) {
        try {
            Path home = Files.createTempDirectory(stage.build.parts.secrets(), "script-");
            closing.push(() -> Directories.removeTree(home));
            Files.write(home.resolve("script"), content);
            try (Fd directory = Fd.open(home.toString(), Open.PATH | Open.DIRECTORY)) {
                FileOps.fchmodAt(directory, "script", 0755);
            }
            String target = "/dev/pipes/" + name;
            request(home.resolve("script"), target, false);
            return target;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        while (!closing.isEmpty()) {
            try {
                closing.pop().close();
            } catch (Exception e) {
                System.getLogger("sampan.build")
                        .log(System.Logger.Level.WARNING, "after a step: " + e.getMessage());
            }
        }
    }
}
