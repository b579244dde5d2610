package sampan.engine.build.context;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import sampan.errors.SampanException;
import sampan.linux.files.Stat;

/// Chooses what COPY and ADD copy of a tree. For one instruction, on one thread.
public final class Picking {
    /// Most files of one instruction.
    public static final int FILES_MAX = 2_000_000;

    private final Tree tree;
    private final IgnoreRules excluded;
    private final boolean parents;
    private final boolean intoDirectory;
    private final List<Picked> picked = new ArrayList<>();

    /// @param parents the directories of a source come along (`--parents`)
    /// @param intoDirectory a file gets its own name below the destination
    public Picking(Tree tree, IgnoreRules excluded, boolean parents, boolean intoDirectory) {
        this.tree = tree;
        this.excluded = excluded;
        this.parents = parents;
        this.intoDirectory = intoDirectory;
    }

    /// The paths that a source means: itself, or what its wildcards match.
    ///
    /// @throws SampanException NOT_FOUND `stat SOURCE: file does not exist`
    public static List<String> expand(Tree tree, String source) {
        String clean = relative(source);
        if (!FilePattern.hasWildcards(clean)) {
            if (tree.statFollowing(clean).isEmpty() && tree.stat(clean).isEmpty()) {
                throw SampanException.notFound("stat " + clean + ": file does not exist");
            }
            return List.of(clean);
        }
        List<String> found = List.of("");
        for (String part : clean.split("/", -1)) {
            List<String> next = new ArrayList<>();
            Optional<Pattern> pattern =
                    FilePattern.hasWildcards(part)
                            ? Optional.of(FilePattern.of(part))
                            : Optional.empty();
            for (String directory : found) {
                matches(tree, directory, part, pattern, next);
            }
            found = next;
        }
        return found;
    }

    private static void matches(
            Tree tree,
            String directory,
            String part,
            Optional<Pattern> pattern,
            List<String> into) {
        String prefix = directory.isEmpty() ? "" : directory + "/";
        if (pattern.isEmpty()) {
            if (tree.stat(prefix + part).isPresent()) {
                into.add(prefix + part);
            }
            return;
        }
        for (String name : tree.names(directory)) {
            if (pattern.get().matcher(name).matches()) {
                into.add(prefix + name);
            }
        }
    }

    /// A source as a path below its tree: `..` does not lead out.
    public static String relative(String source) {
        String clean = IgnoreRules.clean("/" + source).substring(1);
        return clean;
    }

    /// Chooses a source with all that is below it.
    ///
    /// @param path as [#expand] gives it
    /// @param pivot for `--parents`: how many characters of the path stay out of the target
    public void add(String path, int pivot) {
        String real = tree.real(path);
        Stat stat =
                tree.stat(real)
                        .orElseThrow(() ->
                                SampanException.notFound("stat " + path + ": file does not exist"));
        String name = path.substring(path.lastIndexOf('/') + 1);
        if (parents) {
            withParents(path, pivot, real, stat);
        } else if (stat.isDirectory()) {
            take(new Picked(real, "", stat));
            below(real, "", "");
        } else if (!excluded.ignores(name)) {
            take(new Picked(real, intoDirectory ? name : "", stat));
        }
    }

    private void withParents(String path, int pivot, String real, Stat stat) {
        String target = path.substring(pivot);
        for (int slash = target.indexOf('/'); slash >= 0; slash = target.indexOf('/', slash + 1)) {
            String parent = target.substring(0, slash);
            tree.statFollowing(path.substring(0, pivot) + parent)
                    .ifPresent(s -> take(new Picked(path.substring(0, pivot) + parent, parent, s)));
        }
        if (!stat.isDirectory()) {
            if (!excluded.ignores(target)) {
                take(new Picked(real, target, stat));
            }
            return;
        }
        take(new Picked(real, target, stat));
        below(real, target, target);
    }

    private void below(String path, String target, String shown) {
        for (String name : tree.names(path)) {
            String from = path.isEmpty() ? name : path + "/" + name;
            String to = target.isEmpty() ? name : target + "/" + name;
            String rule = shown.isEmpty() ? name : shown + "/" + name;
            Optional<Stat> stat = tree.stat(from);
            if (stat.isEmpty() || excluded.ignoresAllBelow(rule)) {
                continue;
            }
            boolean ignored = excluded.ignores(rule);
            if (!ignored) {
                take(new Picked(from, to, stat.get()));
            }
            if (stat.get().isDirectory()) {
                below(from, to, rule);
            }
        }
    }

    private void take(Picked one) {
        picked.add(one);
        if (picked.size() > FILES_MAX) {
            throw SampanException.invalid("more than " + FILES_MAX + " files to copy");
        }
    }

    public List<Picked> picked() {
        return List.copyOf(picked);
    }
}
