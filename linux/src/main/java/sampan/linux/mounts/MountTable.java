package sampan.linux.mounts;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import sampan.errors.SampanException;
import sampan.linux.files.Device;
import sampan.linux.files.FileOps;
import sampan.linux.sys.CString;

/// The mounts of a process's mount namespace, in the kernel's order: a mount stands after its
/// parent.
public record MountTable(List<MountEntry> entries) {
    /// Bytes of mountinfo that are read: some hundred thousand mounts.
    public static final int BYTES_MAX = 64 << 20;

    public MountTable {
        entries = List.copyOf(entries);
    }

    /// Of this process.
    public static MountTable self() {
        return parse(FileOps.readSmallBytes("/proc/self/mountinfo", BYTES_MAX));
    }

    /// @throws sampan.errors.ErrnoException ENOENT where there is no such process
    public static MountTable of(int pid) {
        return parse(FileOps.readSmallBytes("/proc/" + pid + "/mountinfo", BYTES_MAX));
    }

    /// @throws SampanException INVALID where a line is not as proc(5) describes it
    public static MountTable parse(byte[] mountinfo) {
        List<MountEntry> entries = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < mountinfo.length; i++) {
            if (mountinfo[i] == '\n') {
                entries.add(line(CString.decode(mountinfo, start, i - start)));
                start = i + 1;
            }
        }
        if (start < mountinfo.length) {
            entries.add(line(CString.decode(mountinfo, start, mountinfo.length - start)));
        }
        return new MountTable(entries);
    }

    private static MountEntry line(String line) {
        String[] fields = line.split(" ", -1);
        int dash = 6;
        while (dash < fields.length && !fields[dash].equals("-")) {
            dash++;
        }
        if (dash + 3 >= fields.length) {
            throw malformed(line);
        }
        String[] device = fields[2].split(":", -1);
        try {
            return new MountEntry(
                    Integer.parseInt(fields[0]),
                    Integer.parseInt(fields[1]),
                    Device.of(Integer.parseInt(device[0]), Integer.parseInt(device[1])),
                    unescape(fields[3]),
                    unescape(fields[4]),
                    options(fields[5]),
                    Arrays.asList(fields).subList(6, dash),
                    unescape(fields[dash + 1]),
                    unescape(fields[dash + 2]),
                    options(fields[dash + 3]));
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw malformed(line);
        }
    }

    private static SampanException malformed(String line) {
        return SampanException.invalid("mountinfo line is malformed: " + line);
    }

    private static List<String> options(String field) {
        return Arrays.stream(field.split(",", -1)).map(MountTable::unescape).toList();
    }

    /// Blank, tab, newline, backslash and `#` are written as `\` and three octal digits.
    static String unescape(String field) {
        if (field.indexOf('\\') < 0) {
            return field;
        }
        byte[] in = CString.encode(field);
        byte[] out = new byte[in.length];
        int size = 0;
        for (int i = 0; i < in.length; i++) {
            if (in[i] == '\\' && octal(in, i + 1) && octal(in, i + 2) && octal(in, i + 3)) {
                out[size++] =
                        (byte)
                                ((in[i + 1] - '0') << 6
                                        | (in[i + 2] - '0') << 3
                                        | (in[i + 3] - '0'));
                i += 3;
            } else {
                out[size++] = in[i];
            }
        }
        return CString.decode(out, 0, size);
    }

    private static boolean octal(byte[] in, int i) {
        return i < in.length && in[i] >= '0' && in[i] <= '7';
    }

    /// What is mounted at exactly that path: the topmost where there are several.
    public Optional<MountEntry> at(String mountPoint) {
        return entries.reversed().stream()
                .filter(entry -> entry.mountPoint().equals(mountPoint))
                .findFirst();
    }

    /// The mount that an absolute path without links lies on; the topmost of the longest match.
    public Optional<MountEntry> containing(String path) {
        Optional<MountEntry> best = Optional.empty();
        int length = -1;
        for (MountEntry entry : entries) {
            String point = entry.mountPoint();
            boolean above = point.equals("/") || path.equals(point) || path.startsWith(point + "/");
            if (above && point.length() >= length) {
                best = Optional.of(entry);
                length = point.length();
            }
        }
        return best;
    }

    /// All mounts at or below a path.
    public List<MountEntry> below(String path) {
        String prefix = path.equals("/") ? "/" : path + "/";
        return entries.stream()
                .filter(e -> e.mountPoint().equals(path) || e.mountPoint().startsWith(prefix))
                .toList();
    }
}
