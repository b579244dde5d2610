package sampan.runtime.compile;

import static sampan.runtime.plan.Flags.*;
import static sampan.runtime.plan.PlanWriter.CWD;

import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.runtime.plan.MountAttributes;
import sampan.runtime.plan.OldMount;
import sampan.runtime.plan.Opening;
import sampan.runtime.plan.PlanWriter;

/// Mounts an overlay: layer by layer with fsconfig(2) where the kernel takes them so, else by one
/// mount(2) whose options must fit into a page; paths are then told from their common directory. In
/// a user namespace with maps for it, the layers are idmapped, so that files which belong to root
/// on disk belong to root inside.
final class OverlaySteps {
    /// mount(2) takes one page, NUL included.
    private static final int PAGE_BYTES_MAX = 4095;

    private final Launch launch;
    private final PlanWriter plan;

    OverlaySteps(Launch launch) {
        this.launch = launch;
        this.plan = launch.plan;
    }

    /// Whether fsconfig(2) can say it.
    static boolean fits(RootSource.Overlay overlay, KernelFeatures kernel) {
        if (!kernel.mountApi() || !kernel.overlayLowerPlus()) {
            return false;
        }
        for (String lower : overlay.lowers()) {
            if (lower.length() > MountSteps.VALUE_BYTES_MAX) {
                return false;
            }
        }
        return overlay.upper().length() <= MountSteps.VALUE_BYTES_MAX
                && overlay.work().length() <= MountSteps.VALUE_BYTES_MAX;
    }

    /// @return slot of the detached mount
    int mountDetached(RootSource.Overlay overlay) {
        int fs = plan.slot();
        plan.fsopen(fs, "overlay");
        plan.fsconfig(fs, "source", "overlay");
        List<Integer> held = List.of();
        Integer users = launch.namespaces.hasUser() ? idMapSlot() : null;
        if (users != null) {
            held = layersByDescriptor(fs, overlay, users);
        } else {
            if (!fits(overlay, launch.context.kernel())) {
                throw new SampanException(
                        ErrorCode.UNSUPPORTED,
                        "an overlay in a user namespace needs Linux 6.8 or newer and paths below"
                                + " 256 bytes");
            }
            layersByPath(fs, overlay);
        }
        for (String option : overlay.options()) {
            int equals = option.indexOf('=');
            if (equals < 0) {
                plan.fsconfigFlag(fs, option);
            } else {
                plan.fsconfig(fs, option.substring(0, equals), option.substring(equals + 1));
            }
        }
        plan.fsmount(fs, fs, 0);
        held.forEach(plan::close);
        return fs;
    }

    private @Nullable Integer idMapSlot() {
        return launch.context
                .idMapSlots()
                .get(new IdMap(launch.linux.uidMappings(), launch.linux.gidMappings()));
    }

    private void layersByPath(int fs, RootSource.Overlay overlay) {
        for (String lower : overlay.lowers()) {
            plan.fsconfig(fs, "lowerdir+", lower);
        }
        if (!overlay.upper().isEmpty()) {
            plan.fsconfig(fs, "upperdir", escape(overlay.upper(), "\\"));
            plan.fsconfig(fs, "workdir", escape(overlay.work(), "\\"));
        }
    }

    // A detached mount ends with its descriptor, and overlayfs takes its layers when it is made.
    private List<Integer> layersByDescriptor(int fs, RootSource.Overlay overlay, int users) {
        if (!launch.context.kernel().overlayDetached()) {
            throw new SampanException(
                    ErrorCode.UNSUPPORTED,
                    "an idmapped overlay needs Linux 6.15 or newer: shift the owners of the layers"
                            + " instead");
        }
        List<Integer> held = new ArrayList<>();
        for (String lower : overlay.lowers()) {
            int layer = idMapped(lower, users);
            held.add(layer);
            plan.fsconfigFd(fs, layer, "lowerdir+");
        }
        if (overlay.upper().isEmpty()) {
            return held;
        }
        // The kernel wants both on one mount.
        String parent = commonDirectory(List.of(overlay.upper(), overlay.work()));
        int both = idMapped(parent, users);
        held.add(both);
        for (String key : List.of("upperdir", "workdir")) {
            String path = key.equals("upperdir") ? overlay.upper() : overlay.work();
            int dir = plan.slot();
            plan.openat2(dir, both, Opening.DIRECTORY, path.substring(parent.length() + 1));
            plan.fsconfigFd(fs, dir, key);
            plan.close(dir);
        }
        return held;
    }

    private int idMapped(String path, int users) {
        int tree = plan.slot();
        plan.openTree(tree, CWD, OPEN_TREE_CLONE, path);
        plan.mountSetattr(tree, 0, new MountAttributes(ATTR_IDMAP, 0, 0, users));
        return tree;
    }

    /// Mounts over a directory with mount(2).
    void mountByPath(RootSource.Overlay overlay, String target) {
        String data = data(overlay, "");
        if (data.length() > PAGE_BYTES_MAX) {
            List<String> paths = new ArrayList<>(overlay.lowers());
            if (!overlay.upper().isEmpty()) {
                paths.add(overlay.upper());
                paths.add(overlay.work());
            }
            String base = commonDirectory(paths);
            data = data(overlay, base);
            if (base.isEmpty() || data.length() > PAGE_BYTES_MAX) {
                throw new SampanException(
                        ErrorCode.UNSUPPORTED,
                        "overlay of "
                                + overlay.lowers().size()
                                + " layers does not fit into the options of mount(2): use a shorter"
                                + " root directory or Linux 6.8");
            }
            plan.chdir(base);
        }
        plan.mount(CWD, target, new OldMount("overlay", "overlay", 0, data));
    }

    private static String data(RootSource.Overlay overlay, String base) {
        StringJoiner lowers = new StringJoiner(":", "lowerdir=", "");
        for (String lower : overlay.lowers()) {
            lowers.add(escape(relative(lower, base), "\\:,"));
        }
        StringBuilder data = new StringBuilder(lowers.toString());
        if (!overlay.upper().isEmpty()) {
            data.append(",upperdir=").append(escape(relative(overlay.upper(), base), "\\,"));
            data.append(",workdir=").append(escape(relative(overlay.work(), base), "\\,"));
        }
        for (String option : overlay.options()) {
            data.append(',').append(option);
        }
        return data.toString();
    }

    private static String relative(String path, String base) {
        return base.isEmpty() ? path : path.substring(base.length() + 1);
    }

    private static String escape(String path, String special) {
        StringBuilder escaped = new StringBuilder(path.length());
        for (int i = 0; i < path.length(); i++) {
            if (special.indexOf(path.charAt(i)) >= 0) {
                escaped.append('\\');
            }
            escaped.append(path.charAt(i));
        }
        return escaped.toString();
    }

    /// The deepest directory above all of them, without a trailing slash; empty where that is the
    /// root.
    private static String commonDirectory(List<String> paths) {
        String first = paths.getFirst();
        int common = first.lastIndexOf('/');
        for (String path : paths) {
            int i = 0;
            while (i < common && i < path.length() && path.charAt(i) == first.charAt(i)) {
                i++;
            }
            boolean whole = i == common && i < path.length() && path.charAt(i) == '/';
            common = whole ? i : first.lastIndexOf('/', Math.max(i - 1, 0));
        }
        return first.substring(0, Math.max(common, 0));
    }
}
