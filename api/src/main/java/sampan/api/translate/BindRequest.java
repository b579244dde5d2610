package sampan.api.translate;

import java.util.List;
import java.util.Map;
import sampan.engine.containers.StorageSpec;
import sampan.engine.containers.StorageSpec.MountRequest;
import sampan.engine.containers.StorageSpec.Origin;
import sampan.errors.SampanException;

/// One `-v`: SOURCE:TARGET[:OPTIONS]. A source that begins with a slash is a path, any other is the
/// name of a volume.
final class BindRequest {
    private static final List<String> PROPAGATIONS =
            List.of("rprivate", "private", "rshared", "shared", "rslave", "slave");

    /// Words that say nothing here: label options without a labelling kernel module, and the
    /// consistency words of another platform.
    private static final List<String> WITHOUT_EFFECT =
            List.of("z", "Z", "consistent", "cached", "delegated", "default");

    private BindRequest() {}

    static MountRequest read(String bind) {
        String[] parts = bind.split(":", -1);
        if (parts.length > 3 || parts.length < 2 || parts[0].isEmpty() || parts[1].isEmpty()) {
            throw invalid(bind);
        }
        if (parts.length == 2 && isMode(parts[1])) {
            throw invalid(bind);
        }
        boolean path = parts[0].startsWith("/");
        StorageSpec.Type type = path ? StorageSpec.Type.BIND : StorageSpec.Type.VOLUME;
        String target = target(bind, path, parts[1]);
        String mode = parts.length == 3 ? parts[2] : "";
        Options options = options(mode, path);
        return new MountRequest(
                type,
                parts[0],
                target,
                options.readOnly(),
                mode,
                options.propagation(),
                path,
                options.noCopy(),
                false,
                "",
                Map.of(),
                Origin.BINDS);
    }

    private static String target(String bind, boolean path, String target) {
        try {
            return MountPath.absolute(path ? "bind" : "volume", target);
        } catch (SampanException e) {
            throw new SampanException(
                    e.code(), "invalid volume specification: '" + bind + "': " + e.getMessage(), e);
        }
    }

    private record Options(boolean readOnly, boolean noCopy, String propagation) {}

    private static boolean isMode(String text) {
        return text.equals("ro") || text.equals("rw") || PROPAGATIONS.contains(text);
    }

    private static Options options(String mode, boolean path) {
        boolean readOnly = false;
        boolean readWrite = false;
        boolean noCopy = false;
        String propagation = "";
        if (mode.isEmpty()) {
            return new Options(false, false, "");
        }
        for (String word : mode.split(",", -1)) {
            if (word.equals("ro")) {
                readOnly = true;
            } else if (word.equals("rw")) {
                readWrite = true;
            } else if (word.equals("nocopy") && !path) {
                noCopy = true;
            } else if (PROPAGATIONS.contains(word) && path && propagation.isEmpty()) {
                propagation = word;
            } else if (!WITHOUT_EFFECT.contains(word)) {
                throw SampanException.invalid("invalid mode: " + mode);
            }
        }
        if (readOnly && readWrite) {
            throw SampanException.invalid("invalid mode: " + mode);
        }
        return new Options(readOnly, noCopy, propagation);
    }

    private static SampanException invalid(String bind) {
        return SampanException.invalid("invalid volume specification: '" + bind + "'");
    }
}
