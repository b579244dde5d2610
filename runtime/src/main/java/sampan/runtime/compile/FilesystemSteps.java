package sampan.runtime.compile;

import java.util.List;
import java.util.OptionalInt;
import sampan.oci.spec.Mount;
import sampan.runtime.plan.Flags;

/// Opens a filesystem of its own and says its options, one fsconfig(2) each.
final class FilesystemSteps {
    private static final List<String> LABELLED = List.of("tmpfs", "devpts", "mqueue");

    private final Launch launch;

    FilesystemSteps(Launch launch) {
        this.launch = launch;
    }

    /// Whether fsconfig(2) can say these options at all.
    static boolean fits(Mount mount, MountOptions option) {
        if ((option.flags & (Flags.MS_I_VERSION | Flags.MS_SILENT)) != 0
                || mount.source().length() > MountSteps.VALUE_BYTES_MAX) {
            return false;
        }
        for (String word : option.rest) {
            if (word.length() - word.indexOf('=') > MountSteps.VALUE_BYTES_MAX) {
                return false;
            }
        }
        return true;
    }

    /// Writes all steps up to FSMOUNT.
    ///
    /// @return slot of the filesystem context
    int open(Mount mount, MountOptions option, String target) {
        int fs = launch.plan.slot();
        launch.plan.fsopen(fs, mount.type());
        if (!mount.source().isEmpty()) {
            launch.plan.fsconfig(fs, "source", mount.source());
        }
        for (String word : options(mount, option, target)) {
            int equals = word.indexOf('=');
            if (equals < 0) {
                launch.plan.fsconfigFlag(fs, word);
            } else {
                launch.plan.fsconfig(fs, word.substring(0, equals), word.substring(equals + 1));
            }
        }
        for (String flag : option.superblockFlags()) {
            launch.plan.fsconfigFlag(fs, flag);
        }
        return fs;
    }

    /// The filesystem's own options, with what the container adds to them.
    List<String> options(Mount mount, MountOptions option, String target) {
        List<String> words = option.rest;
        if (mount.type().equals("tmpfs") && words.stream().noneMatch(w -> w.startsWith("mode="))) {
            OptionalInt mode = launch.context.view().directoryMode(target);
            if (mode.isPresent()) {
                words = with(words, "mode=" + Integer.toOctalString(mode.getAsInt()));
            }
        }
        if (!launch.linux.mountLabel().isEmpty() && LABELLED.contains(mount.type())) {
            words = with(words, "context=" + launch.linux.mountLabel());
        }
        return words;
    }

    private static List<String> with(List<String> words, String more) {
        List<String> longer = new java.util.ArrayList<>(words);
        longer.add(more);
        return longer;
    }
}
