package sampan.linux.process;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sampan.errors.ErrnoException;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.files.DirEntry;
import sampan.linux.files.FileIo;
import sampan.linux.files.FileOps;
import sampan.linux.sys.CString;
import sampan.linux.sys.Errno;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Kernel;
import sampan.linux.sys.Open;

/// The processes of the system, as /proc shows them. Nothing is locked: a process may be gone when
/// its entry is read, and is left out then.
public final class ProcessTable {
    /// Ticks in a second in /proc (USER_HZ).
    public static final int TICKS_PER_SECOND = 100;

    /// Bytes of a command line that are read.
    public static final int CMDLINE_MAX = 64 << 10;

    private static final int STAT_MAX = 4096;
    private static final int STATUS_MAX = 16 << 10;
    // Where fields of /proc/PID/stat stand behind the name, counted from 0.
    private static final int STATE = 0;
    private static final int PPID = 1;
    private static final int UTIME = 11;
    private static final int STIME = 12;
    private static final int THREADS = 17;
    private static final int START = 19;
    private static final int RSS = 21;

    private ProcessTable() {}

    /// All pids, ascending.
    public static List<Integer> pids() {
        List<Integer> pids = new ArrayList<>();
        try (Fd proc = Fd.open("/proc", Open.RDONLY | Open.DIRECTORY)) {
            for (DirEntry entry : FileOps.readDir(proc)) {
                String name = entry.name();
                if (name.length() <= 10 && name.chars().allMatch(c -> c >= '0' && c <= '9')) {
                    pids.add(Integer.parseInt(name));
                }
            }
        }
        pids.sort(Integer::compare);
        return pids;
    }

    /// An entry for each process, ascending by pid.
    public static List<ProcessEntry> all() {
        List<ProcessEntry> entries = new ArrayList<>();
        for (int pid : pids()) {
            of(pid).ifPresent(entries::add);
        }
        return entries;
    }

    /// Empty where there is no such process.
    public static Optional<ProcessEntry> of(int pid) {
        String dir = "/proc/" + pid;
        try {
            byte[] stat = prefix(dir + "/stat", STAT_MAX);
            byte[] status = prefix(dir + "/status", STATUS_MAX);
            byte[] cmdline = prefix(dir + "/cmdline", CMDLINE_MAX);
            return Optional.of(
                    parse(pid, CString.decode(stat), CString.decode(status), arguments(cmdline)));
        } catch (ErrnoException e) {
            return gone(e);
        }
    }

    /// When the process started, in ticks since boot; empty where there is none. With the pid it
    /// names the process for good.
    public static Optional<Long> startTicks(int pid) {
        try {
            String stat = CString.decode(prefix("/proc/" + pid + "/stat", STAT_MAX));
            return Optional.of(Long.parseLong(fields(pid, stat)[START]));
        } catch (ErrnoException e) {
            return gone(e);
        }
    }

    private static <T> Optional<T> gone(ErrnoException e) {
        if (e.errno() == Errno.ENOENT || e.errno() == Errno.ESRCH) {
            return Optional.empty();
        }
        throw e;
    }

    private static byte[] prefix(String path, int bytesMax) {
        try (Fd file = Fd.open(path, Open.RDONLY)) {
            return FileIo.readPrefix(file, bytesMax);
        }
    }

    static ProcessEntry parse(int pid, String stat, String status, List<String> cmdline) {
        String[] fields = fields(pid, stat);
        String comm = stat.substring(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
        return new ProcessEntry(
                pid,
                Integer.parseInt(fields[PPID]),
                effectiveUid(pid, status),
                comm,
                cmdline,
                Long.parseLong(fields[START]),
                fields[STATE].charAt(0),
                Integer.parseInt(fields[THREADS]),
                Long.parseLong(fields[RSS]) * Kernel.pageSize(),
                Long.parseLong(fields[UTIME]) + Long.parseLong(fields[STIME]));
    }

    // A name may contain blanks and parentheses: only the last one closes it.
    private static String[] fields(int pid, String stat) {
        int open = stat.indexOf('(');
        int close = stat.lastIndexOf(')');
        String[] fields =
                close < open || open < 0 || close + 2 > stat.length()
                        ? new String[0]
                        : stat.substring(close + 2).strip().split(" ", -1);
        if (fields.length <= RSS) {
            throw new SampanException(
                    ErrorCode.INTERNAL, "stat of process " + pid + " is malformed");
        }
        return fields;
    }

    private static int effectiveUid(int pid, String status) {
        int at = status.indexOf("\nUid:\t");
        if (at >= 0) {
            int end = status.indexOf('\n', at + 1);
            String[] ids =
                    status.substring(at + 6, end < 0 ? status.length() : end).split("\t", -1);
            if (ids.length == 4) {
                return Integer.parseUnsignedInt(ids[1]);
            }
        }
        throw new SampanException(ErrorCode.INTERNAL, "status of process " + pid + " is malformed");
    }

    /// Splits a NUL-separated list; what stands behind the last NUL counts too.
    static List<String> arguments(byte[] cmdline) {
        List<String> arguments = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < cmdline.length; i++) {
            if (cmdline[i] == 0) {
                arguments.add(CString.decode(cmdline, start, i - start));
                start = i + 1;
            }
        }
        if (start < cmdline.length) {
            arguments.add(CString.decode(cmdline, start, cmdline.length - start));
        }
        return arguments;
    }
}
