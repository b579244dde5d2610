package sampan.runtime.compile;

import static sampan.runtime.plan.Flags.*;
import static sampan.runtime.plan.PlanWriter.CWD;
import static sampan.runtime.plan.PlanWriter.NONE;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.spec.Mount;
import sampan.runtime.plan.MountAttributes;
import sampan.runtime.plan.Opening;
import sampan.runtime.plan.PlanWriter;

/// The mounts of the spec, in its order, below the root that [RootSteps] made.
///
/// Each is built detached, gets its attributes, and is then moved onto a target that was found
/// inside the root, so that no link in the image leads it elsewhere.
final class MountSteps {
    /// fsconfig(2) takes texts below 256 bytes.
    static final int VALUE_BYTES_MAX = 255;

    static final int TARGET_MODE = 0755;

    private static final Pattern BY_DESCRIPTOR = Pattern.compile("/proc/[0-9a-z]+/fd/[0-9]+");

    private final Launch launch;
    private final PlanWriter plan;
    private final List<Mount> mounts;
    private final MountOptions[] options;
    // Sources that the launcher opened with its own rights, or NONE.
    private final int[] sources;
    private int readOnlyDev = NONE;

    MountSteps(Launch launch) {
        this.launch = launch;
        this.plan = launch.plan;
        this.mounts = launch.spec.mounts();
        this.options = new MountOptions[mounts.size()];
        this.sources = new int[mounts.size()];
        Arrays.fill(sources, NONE);
        for (int i = 0; i < options.length; i++) {
            options[i] = new MountOptions(mounts.get(i));
            MountCheck.check(launch, mounts.get(i), options[i]);
        }
    }

    /// Whether nodes and links below /dev are ours to make.
    boolean ownsDev() {
        for (int i = 0; i < options.length; i++) {
            if (options[i].isBind()
                    && ContainerPath.clean(mounts.get(i).destination()).equals("/dev")) {
                return false;
            }
        }
        return true;
    }

    /// In the launcher: opens the sources that the child would lack the rights for, those that must
    /// stay peers of the host's mounts, and those that another process holds open: what it holds is
    /// not in the child's mount namespace.
    void openSources() {
        if (!launch.mountApi()) {
            return;
        }
        boolean user = launch.namespaces.hasUser();
        for (int i = 0; i < options.length; i++) {
            MountOptions option = options[i];
            if (option.isBind()
                    && (user
                            || option.propagation == MS_SHARED
                            || BY_DESCRIPTOR.matcher(mounts.get(i).source()).matches())) {
                purpose(mounts.get(i));
                sources[i] = plan.slot();
                openSource(sources[i], mounts.get(i), option);
                // Here, for the container's root has no say over file systems of the host.
                mapIds(sources[i], mounts.get(i), option);
                if (option.propagation == 0) {
                    plan.mountSetattr(
                            sources[i], AT_RECURSIVE, MountAttributes.propagation(MS_SLAVE));
                }
            }
        }
        plan.purpose("");
    }

    private void purpose(Mount mount) {
        plan.purpose(
                "error mounting \""
                        + mount.source()
                        + "\" to rootfs at \""
                        + mount.destination()
                        + "\"");
    }

    private void openSource(int slot, Mount mount, MountOptions option) {
        plan.openTree(
                slot, CWD, OPEN_TREE_CLONE | (option.recursive ? AT_RECURSIVE : 0), source(mount));
    }

    String source(Mount mount) {
        String source = mount.source();
        return source.startsWith("/") ? source : launch.context.bundle() + "/" + source;
    }

    /// In the child.
    void mountAll() {
        for (int i = 0; i < options.length; i++) {
            Mount mount = mounts.get(i);
            MountOptions option = options[i];
            purpose(mount);
            String target = ContainerPath.clean(mount.destination());
            if (mount.type().equals("cgroup")) {
                new CgroupMount(launch, this, option, target).write(mount);
            } else if (!launch.mountApi()) {
                new OldMountSteps(launch).write(mount, option, source(mount));
            } else if (option.isBind()) {
                bind(i, target);
            } else {
                filesystem(mount, option, target);
            }
        }
        plan.purpose("");
    }

    /// After the devices were made: what had to stay writable for them.
    void finishDev() {
        if (readOnlyDev != NONE) {
            plan.mountSetattr(readOnlyDev, 0, MountAttributes.READ_ONLY);
            plan.close(readOnlyDev);
        }
    }

    private void bind(int index, String target) {
        Mount mount = mounts.get(index);
        MountOptions option = options[index];
        int source = sources[index];
        if (source == NONE) {
            source = plan.slot();
            openSource(source, mount, option);
            mapIds(source, mount, option);
        }
        boolean directory = launch.context.host().isDirectory(source(mount));
        bindTo(source, option, directory, target);
    }

    /// Gives an opened tree its attributes and puts it in its place.
    void bindTo(int source, MountOptions option, boolean directory, String target) {
        if (option.recursive) {
            attributesOfTree(source, option);
        } else {
            long set = option.changesAttributes() ? option.attributes() : 0;
            long clear = option.changesAttributes() ? option.attributesToClear() : 0;
            apply(
                    source,
                    0,
                    new MountAttributes(
                            set | option.treeSet,
                            clear | option.treeClear,
                            option.propagation,
                            NONE));
        }
        attach(source, directory, target);
    }

    private void attributesOfTree(int source, MountOptions option) {
        if (option.changesAttributes()) {
            apply(
                    source,
                    0,
                    new MountAttributes(option.attributes(), option.attributesToClear(), 0, NONE));
        }
        apply(source, AT_RECURSIVE, new MountAttributes(option.treeSet, option.treeClear, 0, NONE));
        spread(source, option);
    }

    private void spread(int mount, MountOptions option) {
        if (option.propagation != 0) {
            plan.mountSetattr(
                    mount,
                    option.propagationRecursive ? AT_RECURSIVE : 0,
                    MountAttributes.propagation(option.propagation));
        }
    }

    private void apply(int mount, long flags, MountAttributes attributes) {
        if (!attributes.isEmpty()) {
            plan.mountSetattr(mount, flags, attributes);
        }
    }

    private void mapIds(int source, Mount mount, MountOptions option) {
        int slot = idMapSlot(mount, option);
        if (slot == NONE) {
            return;
        }
        plan.purpose("failed to set MOUNT_ATTR_IDMAP on " + source(mount));
        plan.mountSetattr(
                source,
                option.idMapRecursive ? AT_RECURSIVE : 0,
                new MountAttributes(ATTR_IDMAP, 0, 0, slot));
        purpose(mount);
    }

    private int idMapSlot(Mount mount, MountOptions option) {
        if (impliedByJoin(launch, mount, option)) {
            return launch.namespaces.joinedUser();
        }
        IdMap map = idMap(launch, mount, option);
        if (map.isEmpty()) {
            return NONE;
        }
        Integer slot = launch.context.idMapSlots().get(map);
        if (slot == null) {
            throw SampanException.invalid(
                    "mount "
                            + mount.destination()
                            + " is idmapped, but its user namespace is not"
                            + " among the descriptors");
        }
        return slot;
    }

    /// Whether the maps are those of a user namespace that is there already.
    static boolean impliedByJoin(Launch launch, Mount mount, MountOptions option) {
        return option.idMap
                && launch.namespaces.joinsUser()
                && mount.uidMappings().isEmpty()
                && mount.gidMappings().isEmpty();
    }

    /// The maps of an idmapped mount: its own, or the container's where only the word is given.
    static IdMap idMap(Launch launch, Mount mount, MountOptions option) {
        if (!mount.uidMappings().isEmpty() || !mount.gidMappings().isEmpty()) {
            return new IdMap(mount.uidMappings(), mount.gidMappings());
        }
        return option.idMap
                ? new IdMap(launch.linux.uidMappings(), launch.linux.gidMappings())
                : new IdMap(List.of(), List.of());
    }

    private void filesystem(Mount mount, MountOptions option, String target) {
        if (!FilesystemSteps.fits(mount, option)) {
            new OldMountSteps(launch).write(mount, option, mount.source());
            return;
        }
        boolean later = target.equals("/dev") && (option.flags & MS_RDONLY) != 0 && ownsDev();
        int fs = new FilesystemSteps(launch).open(mount, option, target);
        plan.fsmount(fs, fs, option.attributes() & (later ? ~ATTR_RDONLY : ~0L));
        apply(
                fs,
                0,
                new MountAttributes(option.treeSet, option.treeClear, option.propagation, NONE));
        int at = target(true, target);
        if (mount.type().equals("proc") || mount.type().equals("sysfs")) {
            // A link in its place would put the filesystem where nobody expects it.
            plan.openat2(at, launch.root, Opening.PLAIN_DIRECTORY, target);
        }
        if (option.copyUp) {
            plan.copyUp(at, fs);
            ownAgain(fs, option);
        }
        plan.moveMount(fs, at, MOVE_F_EMPTY_PATH, "");
        plan.close(at);
        if (later) {
            readOnlyDev = fs;
        } else {
            keepOrClose(fs, target);
        }
    }

    // The copy brings the covered directory's mode and owner along; what the options say counts.
    private void ownAgain(int fs, MountOptions option) {
        long mode = number(option, "mode=", 8);
        if (mode >= 0) {
            plan.chmod(fs, (int) mode);
        }
        long uid = number(option, "uid=", 10);
        long gid = number(option, "gid=", 10);
        if (uid >= 0 || gid >= 0) {
            plan.chown(fs, uid, gid);
        }
    }

    private static long number(MountOptions option, String key, int radix) {
        for (String word : option.rest) {
            if (word.startsWith(key)) {
                try {
                    return Integer.parseUnsignedInt(word.substring(key.length()), radix);
                } catch (NumberFormatException e) {
                    throw new SampanException(
                            ErrorCode.INVALID, "mount option " + word + " is not a number", e);
                }
            }
        }
        return -1;
    }

    private void attach(int mount, boolean directory, String target) {
        int at = target(directory, target);
        plan.moveMount(mount, at, MOVE_F_EMPTY_PATH, "");
        plan.close(at);
        keepOrClose(mount, target);
    }

    // What covers the root is the root from then on.
    private void keepOrClose(int mount, String target) {
        if (target.equals("/")) {
            plan.close(launch.root);
            launch.root = mount;
        } else {
            plan.close(mount);
        }
    }

    /// A slot with the place of a mount, made where it is missing.
    int target(boolean directory, String target) {
        int at = plan.slot();
        if (directory) {
            plan.ensureDir(at, launch.root, TARGET_MODE, target);
        } else {
            plan.ensureFile(at, launch.root, TARGET_MODE, target);
        }
        return at;
    }

    static SampanException needsMountApi(String what) {
        return new SampanException(ErrorCode.UNSUPPORTED, what + " needs Linux 5.12 or newer");
    }
}
