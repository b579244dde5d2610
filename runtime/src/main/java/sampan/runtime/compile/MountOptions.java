package sampan.runtime.compile;

import static sampan.runtime.plan.Flags.*;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import sampan.oci.spec.Mount;

/// The option words of one mount, sorted: flags, attributes for the whole tree, propagation, ids,
/// and what is left for the filesystem. Words are those of mount(8) and of the specification's
/// table.
final class MountOptions {
    private enum Effect {
        SET,
        CLEAR,
        RECURSIVE_SET,
        RECURSIVE_CLEAR,
        PROPAGATION,
        RECURSIVE_PROPAGATION,
        COPY_UP,
        ID_MAP,
        RECURSIVE_ID_MAP
    }

    private record Word(Effect effect, long bits) {}

    private static final Map<String, Word> WORDS = words();

    /// The only flags that a mount of its own has, as MS_ bits; the others are the superblock's.
    private static final long PER_MOUNT =
            MS_RDONLY
                    | MS_NOSUID
                    | MS_NODEV
                    | MS_NOEXEC
                    | MS_NOATIME
                    | MS_NODIRATIME
                    | MS_RELATIME
                    | MS_STRICTATIME
                    | MS_NOSYMFOLLOW;

    private static final long ATIME = MS_NOATIME | MS_RELATIME | MS_STRICTATIME;

    private boolean bindType;

    /// MS_ bits that are on, MS_BIND, MS_REC and MS_REMOUNT aside.
    long flags;

    /// MS_ bits that were named to be off.
    long cleared;

    /// ATTR_ bits for the mount and all below.
    long treeSet;

    long treeClear;

    /// One of MS_SHARED, MS_SLAVE, MS_PRIVATE, MS_UNBINDABLE, or 0.
    long propagation;

    boolean propagationRecursive;
    boolean recursive;
    boolean remount;
    boolean copyUp;
    boolean idMap;
    boolean idMapRecursive;

    /// For the filesystem, in order.
    List<String> rest = List.of();

    /// Every word that is not the filesystem's, in order.
    static List<String> known() {
        return WORDS.keySet().stream().sorted().toList();
    }

    MountOptions(Mount mount) {
        bindType = mount.type().equals("bind");
        for (String option : mount.options()) {
            Word word = WORDS.get(option);
            if (word == null) {
                rest = rest.isEmpty() ? new ArrayList<>(4) : rest;
                rest.add(option);
            } else {
                apply(word.effect, word.bits);
            }
        }
        bindType |= (flags & MS_BIND) != 0;
        recursive = (flags & MS_REC) != 0;
        remount = (flags & MS_REMOUNT) != 0;
        flags &= ~(MS_BIND | MS_REC | MS_REMOUNT);
    }

    private void apply(Effect effect, long bits) {
        switch (effect) {
            case SET -> set(bits);
            case CLEAR -> {
                flags &= ~bits;
                cleared |= bits;
            }
            case RECURSIVE_SET -> {
                if ((bits & ATTR_ATIME) != 0) {
                    treeSet &= ~ATTR_ATIME;
                    treeClear |= ATTR_ATIME;
                } else {
                    treeClear &= ~bits;
                }
                treeSet |= bits;
            }
            case RECURSIVE_CLEAR -> {
                treeSet &= ~bits;
                treeClear |= bits;
            }
            case PROPAGATION, RECURSIVE_PROPAGATION -> {
                propagation = bits;
                propagationRecursive = effect == Effect.RECURSIVE_PROPAGATION;
            }
            case COPY_UP -> copyUp = true;
            case ID_MAP, RECURSIVE_ID_MAP -> {
                idMap = true;
                idMapRecursive = effect == Effect.RECURSIVE_ID_MAP;
            }
        }
    }

    // Of the ways to keep access times only the last one counts.
    private void set(long bits) {
        if ((bits & ATIME) != 0) {
            flags &= ~ATIME;
            cleared &= ~ATIME;
        }
        flags |= bits;
        cleared &= ~bits;
    }

    boolean isBind() {
        return bindType;
    }

    /// ATTR_ bits of a mount made with these flags.
    long attributes() {
        return attributes(flags);
    }

    private static long attributes(long ms) {
        long attr = ms & (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC);
        if ((ms & MS_NOATIME) != 0) {
            attr |= ATTR_NOATIME;
        } else if ((ms & MS_STRICTATIME) != 0) {
            attr |= ATTR_STRICTATIME;
        }
        if ((ms & MS_NODIRATIME) != 0) {
            attr |= ATTR_NODIRATIME;
        }
        if ((ms & MS_NOSYMFOLLOW) != 0) {
            attr |= ATTR_NOSYMFOLLOW;
        }
        return attr;
    }

    /// ATTR_ bits to take away from a bind mount so that it is as the words say; what no word names
    /// stays as it was at the source.
    long attributesToClear() {
        long attr = attributes(cleared & ~ATIME);
        return ((flags | cleared) & ATIME) != 0 ? attr | ATTR_ATIME : attr;
    }

    /// Whether the words change the attributes of a bind mount at all.
    boolean changesAttributes() {
        return ((flags | cleared) & PER_MOUNT) != 0;
    }

    /// Flags of the superblock, as fsconfig(2) names them.
    List<String> superblockFlags() {
        long bits = flags & ~PER_MOUNT;
        if (bits == 0) {
            return List.of();
        }
        List<String> names = new ArrayList<>(2);
        add(names, bits, MS_SYNCHRONOUS, "sync");
        add(names, bits, MS_DIRSYNC, "dirsync");
        add(names, bits, MS_MANDLOCK, "mand");
        add(names, bits, MS_LAZYTIME, "lazytime");
        return names;
    }

    private static void add(List<String> names, long bits, long bit, String name) {
        if ((bits & bit) != 0) {
            names.add(name);
        }
    }

    private static Map<String, Word> words() {
        Map<String, Word> words = new HashMap<>();
        pair(words, "ro", "rw", MS_RDONLY, ATTR_RDONLY);
        pair(words, "nosuid", "suid", MS_NOSUID, ATTR_NOSUID);
        pair(words, "nodev", "dev", MS_NODEV, ATTR_NODEV);
        pair(words, "noexec", "exec", MS_NOEXEC, ATTR_NOEXEC);
        pair(words, "noatime", "atime", MS_NOATIME, ATTR_NOATIME);
        pair(words, "nodiratime", "diratime", MS_NODIRATIME, ATTR_NODIRATIME);
        pair(words, "strictatime", "nostrictatime", MS_STRICTATIME, ATTR_STRICTATIME);
        pair(words, "nosymfollow", "symfollow", MS_NOSYMFOLLOW, ATTR_NOSYMFOLLOW);
        pair(words, "sync", "async", MS_SYNCHRONOUS, 0);
        pair(words, "mand", "nomand", MS_MANDLOCK, 0);
        pair(words, "iversion", "noiversion", MS_I_VERSION, 0);
        pair(words, "lazytime", "nolazytime", MS_LAZYTIME, 0);
        pair(words, "silent", "loud", MS_SILENT, 0);
        pair(words, "relatime", "norelatime", MS_RELATIME, 0);
        // Relatime is what is left when no other access time is chosen.
        Word relatime = new Word(Effect.RECURSIVE_CLEAR, ATTR_ATIME);
        for (String word : List.of("rrelatime", "ratime", "rnorelatime", "rnostrictatime")) {
            words.put(word, relatime);
        }
        words.put("dirsync", new Word(Effect.SET, MS_DIRSYNC));
        words.put("bind", new Word(Effect.SET, MS_BIND));
        words.put("rbind", new Word(Effect.SET, MS_BIND | MS_REC));
        words.put("remount", new Word(Effect.SET, MS_REMOUNT));
        words.put("defaults", new Word(Effect.SET, 0));
        words.put("tmpcopyup", new Word(Effect.COPY_UP, 0));
        words.put("idmap", new Word(Effect.ID_MAP, 0));
        words.put("ridmap", new Word(Effect.RECURSIVE_ID_MAP, 0));
        propagation(words, "private", MS_PRIVATE);
        propagation(words, "slave", MS_SLAVE);
        propagation(words, "shared", MS_SHARED);
        propagation(words, "unbindable", MS_UNBINDABLE);
        return Map.copyOf(words);
    }

    private static void pair(
            Map<String, Word> words, String on, String off, long flag, long treeAttribute) {
        words.put(on, new Word(Effect.SET, flag));
        words.put(off, new Word(Effect.CLEAR, flag));
        if (treeAttribute != 0) {
            words.put("r" + on, new Word(Effect.RECURSIVE_SET, treeAttribute));
            words.put("r" + off, new Word(Effect.RECURSIVE_CLEAR, treeAttribute));
        }
    }

    private static void propagation(Map<String, Word> words, String name, long flag) {
        words.put(name, new Word(Effect.PROPAGATION, flag));
        words.put("r" + name, new Word(Effect.RECURSIVE_PROPAGATION, flag));
    }

    /// The flag of `linux.rootfsPropagation`; 0 for a word that is none.
    static long propagationFlag(String name) {
        Word word = WORDS.get(name);
        return word != null
                        && (word.effect == Effect.PROPAGATION
                                || word.effect == Effect.RECURSIVE_PROPAGATION)
                ? word.bits
                : 0;
    }
}
