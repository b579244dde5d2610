package sampan.api.translate;

import static sampan.api.translate.Values.each;
import static sampan.api.translate.Values.map;
import static sampan.api.translate.Values.text;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import sampan.api.wire.BindOptions;
import sampan.api.wire.DriverConfig;
import sampan.api.wire.ImageOptions;
import sampan.api.wire.Mount;
import sampan.api.wire.TmpfsOptions;
import sampan.api.wire.VolumeOptions;
import sampan.engine.containers.StorageSpec;
import sampan.engine.containers.StorageSpec.MountRequest;
import sampan.engine.containers.StorageSpec.Origin;
import sampan.errors.SampanException;

/// One `--mount`.
final class MountOption {
    private MountOption() {}

    static MountRequest read(Mount mount) {
        String kind = text(mount.type());
        if (mount.clusterOptions() != null && !mount.clusterOptions().isEmpty()) {
            throw refused(kind, "field ClusterOptions must not be specified");
        }
        if (text(mount.target()).isEmpty()) {
            throw refused(kind, "field Target must not be empty");
        }
        String target = MountPath.absolute(kind, text(mount.target()));
        return switch (kind) {
            case "bind" -> bind(mount, target);
            case "volume" -> volume(mount, target);
            case "tmpfs" -> tmpfs(mount, target);
            case "image" -> image(mount, target);
            default -> throw refused(kind, "mount type unknown");
        };
    }

    private static MountRequest bind(Mount mount, String target) {
        only(mount, "BindOptions");
        String source = text(mount.source());
        if (source.isEmpty()) {
            throw refused("bind", "field Source must not be empty");
        }
        if (!source.startsWith("/")) {
            throw refused(
                    "bind", "invalid mount path: '" + source + "' mount path must be absolute");
        }
        BindOptions options = mount.bindOptions();
        if (options == null) {
            options = new BindOptions(null, false, false, false, false);
        }
        if (options.readOnlyNonRecursive() || options.readOnlyForceRecursive()) {
            throw refused(
                    "bind",
                    "ReadOnlyNonRecursive and ReadOnlyForceRecursive are not supported yet");
        }
        return new MountRequest(
                StorageSpec.Type.BIND,
                source,
                target,
                mount.readOnly(),
                "",
                text(options.propagation()),
                options.createMountpoint(),
                false,
                options.nonRecursive(),
                "",
                Map.of(),
                Origin.MOUNTS);
    }

    private static MountRequest volume(Mount mount, String target) {
        only(mount, "VolumeOptions");
        String source = text(mount.source());
        if (source.isEmpty() && mount.readOnly()) {
            throw refused("volume", "must not set ReadOnly mode when using anonymous volumes");
        }
        VolumeOptions given = mount.volumeOptions();
        boolean noCopy = given != null && given.noCopy();
        String subpath = given == null ? "" : text(given.subpath());
        Map<String, String> options = new LinkedHashMap<>();
        if (given != null) {
            map("Labels", given.labels())
                    .forEach((name, value) -> options.put("label:" + name, value));
            options.putAll(driverOptions(given.driverConfig()));
        }
        return new MountRequest(
                StorageSpec.Type.VOLUME,
                source,
                target,
                mount.readOnly(),
                "",
                "",
                false,
                noCopy,
                false,
                relative("volume", subpath),
                options,
                Origin.MOUNTS);
    }

    private static Map<String, String> driverOptions(@Nullable DriverConfig driver) {
        if (driver == null) {
            return Map.of();
        }
        String name = text(driver.name());
        if (!name.isEmpty() && !name.equals("local")) {
            throw SampanException.invalid(
                    "error looking up volume plugin "
                            + name
                            + ": plugin \""
                            + name
                            + "\" not found");
        }
        return map("DriverConfig.Options", driver.options());
    }

    private static MountRequest tmpfs(Mount mount, String target) {
        only(mount, "TmpfsOptions");
        if (!text(mount.source()).isEmpty()) {
            throw refused("tmpfs", "field Source must not be specified");
        }
        Map<String, String> options = new LinkedHashMap<>();
        TmpfsOptions given = mount.tmpfsOptions();
        if (given != null) {
            if (given.sizeBytes() < 0) {
                throw refused("tmpfs", "SizeBytes must not be negative");
            }
            if (given.sizeBytes() > 0) {
                options.put("tmpfs-size", Long.toString(given.sizeBytes()));
            }
            if (given.mode() != 0) {
                options.put("tmpfs-mode", Integer.toOctalString(given.mode()));
            }
            for (List<@Nullable String> pair : each("TmpfsOptions.Options", given.options())) {
                tmpfsOption(options, Values.list("TmpfsOptions.Options", pair));
            }
        }
        return new MountRequest(
                StorageSpec.Type.TMPFS,
                "",
                target,
                mount.readOnly(),
                "",
                "",
                false,
                false,
                false,
                "",
                options,
                Origin.MOUNTS);
    }

    private static void tmpfsOption(Map<String, String> options, List<String> pair) {
        if (pair.isEmpty() || pair.size() > 2 || pair.getFirst().isEmpty()) {
            throw refused("tmpfs", "invalid option array length");
        }
        options.put(pair.getFirst(), pair.size() == 2 ? pair.get(1) : "");
    }

    private static MountRequest image(Mount mount, String target) {
        only(mount, "ImageOptions");
        if (text(mount.source()).isEmpty()) {
            throw refused("image", "field Source must not be empty");
        }
        ImageOptions given = mount.imageOptions();
        return new MountRequest(
                StorageSpec.Type.IMAGE,
                text(mount.source()),
                target,
                mount.readOnly(),
                "",
                "",
                false,
                false,
                false,
                relative("image", given == null ? "" : text(given.subpath())),
                Map.of(),
                Origin.MOUNTS);
    }

    private static String relative(String kind, String subpath) {
        if (subpath.startsWith("/") || List.of(subpath.split("/", -1)).contains("..")) {
            throw refused(kind, "subpath must be a relative path within the " + kind);
        }
        return subpath;
    }

    private static void only(Mount mount, String own) {
        Map<String, Boolean> present =
                Map.of(
                        "BindOptions", mount.bindOptions() != null,
                        "VolumeOptions", mount.volumeOptions() != null,
                        "TmpfsOptions", mount.tmpfsOptions() != null,
                        "ImageOptions", mount.imageOptions() != null);
        present.forEach((name, is) -> {
            if (is && !name.equals(own)) {
                throw refused(text(mount.type()), "field " + name + " must not be specified");
            }
        });
    }

    private static SampanException refused(String kind, String why) {
        return SampanException.invalid("invalid mount config for type \"" + kind + "\": " + why);
    }
}
