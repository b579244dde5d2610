package sampan.engine.build.execute;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import sampan.engine.build.context.Tree;
import sampan.engine.services.BuildResult;
import sampan.engine.services.BuildResult.Scanned;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.files.DirEntry;
import sampan.linux.files.FileIo;
import sampan.linux.files.FileOps;
import sampan.linux.files.Stat;
import sampan.linux.sys.Fd;

/// Takes what a scanner wrote. The directory is hostile: its names reach a client's disk, and its
/// files may be links, pipes, devices or without an end.
final class ScanOutput {
    /// With a config and the provenance still fewer than the 64 blobs of an attestation that goes
    /// from registry to registry.
    static final int FILES_MAX = 60;

    /// Of all files together: what attests one image goes from registry to registry up to 64 MiB.
    static final long BYTES_MAX = 48 << 20;

    private static final String ENDING = ".spdx.json";
    private static final Pattern NAME =
            Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}" + Pattern.quote(ENDING));

    private final String scanner;
    private long left = BYTES_MAX;

    private ScanOutput(String scanner) {
        this.scanner = scanner;
    }

    /// @param core what the file is called that tells of the result itself, without its ending
    /// @param scanner is named where something is refused
    /// @throws SampanException INVALID
    static List<Scanned> read(Tree directory, String core, String scanner) {
        return new ScanOutput(scanner).read(directory, core + ENDING);
    }

    private List<Scanned> read(Tree directory, String first) {
        List<String> names = names(directory, first);
        if (names.isEmpty()) {
            throw refused("nothing", "write $BUILDKIT_SCAN_DESTINATION/" + first);
        }
        List<Scanned> found = new ArrayList<>();
        for (String name : names) {
            if (!NAME.matcher(name).matches()) {
                throw refused(shown(name), "only files NAME" + ENDING + " are taken");
            }
            found.add(new Scanned(name, content(directory, name)));
        }
        return found;
    }

    private List<String> names(Tree directory, String first) {
        try (Fd opened = directory.directory("")) {
            return FileOps.readDir(opened, FILES_MAX).stream()
                    .map(DirEntry::name)
                    .sorted(
                            Comparator.comparing((String name) -> !name.equals(first))
                                    .thenComparing(Comparator.naturalOrder()))
                    .toList();
        } catch (SampanException e) {
            if (e.code() != ErrorCode.INVALID) {
                throw e;
            }
            throw refused("more than " + FILES_MAX + " files", "write one for each tree");
        }
    }

    // What is no file is not even opened: that alone makes some devices do something.
    private byte[] content(Tree directory, String name) {
        if (!directory.stat(name).filter(Stat::isRegular).isPresent()) {
            throw refused(name + ", which is no plain file", "write a plain file");
        }
        try (Fd file = directory.open(name)) {
            long most = Math.min(BuildResult.SCAN_BYTES_MAX, left);
            byte[] content = FileIo.readPrefix(file, (int) most + 1);
            if (content.length > most) {
                throw refused(
                        name + " with too many bytes",
                        "at most "
                                + BuildResult.SCAN_BYTES_MAX
                                + " a file are taken, and "
                                + BYTES_MAX
                                + " in all");
            }
            left -= content.length;
            return content;
        }
    }

    private SampanException refused(String what, String remedy) {
        return SampanException.invalid("scanner " + scanner + " wrote " + what + ": " + remedy);
    }

    private static String shown(String name) {
        String cut = name.length() > 64 ? name.substring(0, 64) + "…" : name;
        return '"' + cut.replaceAll("[^\\x20-\\x7e…]", "?") + '"';
    }
}
