package sampan.runtime.plan;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.StringJoiner;
import sampan.linux.files.Device;

/// Arguments of steps in words, by the kinds that [Op] names. An empty text means that the argument
/// is at its neutral value.
final class ArgumentText {
    private record Bit(long mask, String name) {}

    private static final List<Bit> STEP = bits("1 ignore-enoent 2 ignore-error 4 skip-if-closed");
    private static final List<Bit> CLONE =
            bits(
                    "0x80 NEWTIME 0x20000 NEWNS 0x2000000 NEWCGROUP 0x4000000 NEWUTS"
                            + " 0x8000000 NEWIPC 0x10000000 NEWUSER 0x20000000 NEWPID"
                            + " 0x40000000 NEWNET 0x200000000 INTO_CGROUP");
    private static final List<Bit> OPEN =
            bits(
                    "1 WRONLY 2 RDWR 0x40 CREAT 0x80 EXCL 0x100 NOCTTY 0x200 TRUNC 0x400 APPEND"
                            + " 0x800 NONBLOCK 0x10000 DIRECTORY 0x20000 NOFOLLOW"
                            + " 0x80000 CLOEXEC 0x200000 PATH");
    private static final List<Bit> RESOLVE =
            bits("1 NO_XDEV 2 NO_MAGICLINKS 4 NO_SYMLINKS 8 BENEATH 16 IN_ROOT");
    private static final List<Bit> TREE =
            bits(
                    "1 CLONE 0x100 SYMLINK_NOFOLLOW 0x800 NO_AUTOMOUNT 0x1000 EMPTY_PATH"
                            + " 0x8000 RECURSIVE 0x80000 CLOEXEC");
    private static final List<Bit> MOVE = bits("4 F_EMPTY_PATH 0x40 T_EMPTY_PATH");
    private static final List<Bit> ATTR =
            bits(
                    "1 RDONLY 2 NOSUID 4 NODEV 8 NOEXEC 0x70 ATIME 0x10 NOATIME"
                            + " 0x20 STRICTATIME 0x80 NODIRATIME 0x100000 IDMAP"
                            + " 0x200000 NOSYMFOLLOW");
    private static final List<Bit> MOUNT =
            bits(
                    "1 RDONLY 2 NOSUID 4 NODEV 8 NOEXEC 16 SYNCHRONOUS 32 REMOUNT 64 MANDLOCK"
                            + " 128 DIRSYNC 256 NOSYMFOLLOW 1024 NOATIME 2048 NODIRATIME"
                            + " 4096 BIND 8192 MOVE 16384 REC 32768 SILENT 0x20000 UNBINDABLE"
                            + " 0x40000 PRIVATE 0x80000 SLAVE 0x100000 SHARED 0x200000 RELATIME"
                            + " 0x800000 I_VERSION 0x1000000 STRICTATIME 0x2000000 LAZYTIME");
    private static final List<Bit> CONSOLE = bits("1 BIND 2 NO_ONLCR");
    private static final List<Bit> ATTACH = bits("1 STDIN 2 STDOUT 4 STDERR 8 RAW");
    private static final List<Bit> SECCOMP =
            bits(
                    "1 TSYNC 2 LOG 4 SPEC_ALLOW 8 NEW_LISTENER 16 TSYNC_ESRCH"
                            + " 32 WAIT_KILLABLE_RECV");
    private static final List<Bit> CAPS = capabilities();
    private static final List<String> STDIO = List.of("null", "pipes", "pty", "inherit");
    private static final List<String> RLIMITS =
            List.of(
                    "CPU",
                    "FSIZE",
                    "DATA",
                    "STACK",
                    "CORE",
                    "RSS",
                    "NPROC",
                    "NOFILE",
                    "MEMLOCK",
                    "AS",
                    "LOCKS",
                    "SIGPENDING",
                    "MSGQUEUE",
                    "NICE",
                    "RTPRIO",
                    "RTTIME");
    private static final int BLOB_BYTES_SHOWN = 64;
    private static final int TEXT_CHARS_SHOWN = 1000;
    private static final int INSTRUCTION_BYTES = 8;

    private ArgumentText() {}

    static String stepFlags(int flags) {
        return flags == 0 ? "" : names(STEP, flags);
    }

    static String number(String kind, long value) {
        return switch (kind) {
            case "slot" ->
                    value == PlanWriter.CWD ? "" : value == PlanWriter.NONE ? "" : "#" + value;
            case "hidden" -> "";
            case "octal" -> value == 0 ? "0" : "0" + Long.toOctalString(value);
            case "hex" -> "0x" + Long.toHexString(value);
            case "limit" -> value == -1 ? "unlimited" : Long.toString(value);
            case "stdio" -> word(STDIO, value);
            case "rlimit" -> word(RLIMITS, value);
            case "dev" -> Device.major(value) + ":" + Device.minor(value);
            case "clone" -> names(CLONE, value);
            case "open" -> names(OPEN, value);
            case "resolve" -> names(RESOLVE, value);
            case "tree" -> names(TREE, value);
            case "move" -> names(MOVE, value);
            case "attr" -> names(ATTR, value);
            case "mount" -> names(MOUNT, value);
            case "console" -> names(CONSOLE, value);
            case "attach" -> names(ATTACH, value);
            case "seccomp" -> names(SECCOMP, value);
            case "caps" -> value == 0 ? "none" : names(CAPS, value);
            default -> Long.toString(value);
        };
    }

    static String text(String kind, byte[] value) {
        return switch (kind) {
            case "list" -> list(value);
            case "u32s" -> numbers(value);
            case "bits" -> bitList(value);
            case "program" -> value.length / INSTRUCTION_BYTES + " instructions";
            case "blob" -> blob(value);
            default -> quoted(PlanListing.decode(value));
        };
    }

    private static String list(byte[] value) {
        StringJoiner joiner = new StringJoiner(", ", "[", "]");
        String texts = PlanListing.decode(value);
        int start = 0;
        for (int end = texts.indexOf('\0'); end >= 0; end = texts.indexOf('\0', start)) {
            joiner.add(quoted(texts.substring(start, end)));
            start = end + 1;
        }
        return joiner.toString();
    }

    private static String numbers(byte[] value) {
        StringJoiner joiner = new StringJoiner(",", "[", "]");
        ByteBuffer words = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
        while (words.remaining() >= Integer.BYTES) {
            joiner.add(Integer.toUnsignedString(words.getInt()));
        }
        return joiner.toString();
    }

    private static String bitList(byte[] value) {
        return java.util.BitSet.valueOf(value).toString().replace(" ", "");
    }

    private static String blob(byte[] value) {
        int shown = Math.min(value.length, BLOB_BYTES_SHOWN);
        String hex = HexFormat.of().formatHex(value, 0, shown);
        return shown < value.length ? hex + "... (" + value.length + " bytes)" : hex;
    }

    private static String quoted(String text) {
        StringBuilder shown = new StringBuilder("\"");
        for (int i = 0; i < Math.min(text.length(), TEXT_CHARS_SHOWN); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\n' -> shown.append("\\n");
                case '"', '\\' -> shown.append('\\').append(c);
                default -> {
                    if (Character.isISOControl(c)) {
                        shown.append(String.format("\\x%02x", (int) c));
                    } else {
                        shown.append(c);
                    }
                }
            }
        }
        return shown.append(text.length() > TEXT_CHARS_SHOWN ? "...\"" : "\"").toString();
    }

    private static String word(List<String> words, long value) {
        return value >= 0 && value < words.size() ? words.get((int) value) : Long.toString(value);
    }

    private static String names(List<Bit> bits, long value) {
        StringJoiner joiner = new StringJoiner("|");
        long rest = value;
        for (Bit bit : bits) {
            if ((rest & bit.mask) == bit.mask) {
                joiner.add(bit.name);
                rest &= ~bit.mask;
            }
        }
        if (rest != 0) {
            joiner.add("0x" + Long.toHexString(rest));
        }
        return joiner.toString();
    }

    private static List<Bit> bits(String words) {
        List<Bit> bits = new ArrayList<>();
        String[] parts = words.split(" ", -1);
        for (int i = 0; i < parts.length; i += 2) {
            bits.add(new Bit(Long.decode(parts[i]), parts[i + 1]));
        }
        return List.copyOf(bits);
    }

    private static List<Bit> capabilities() {
        String[] names =
                ("CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP"
                                + " LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST NET_ADMIN"
                                + " NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT"
                                + " SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE"
                                + " SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE"
                                + " AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN"
                                + " SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF"
                                + " CHECKPOINT_RESTORE")
                        .split(" ", -1);
        List<Bit> bits = new ArrayList<>();
        for (int i = 0; i < names.length; i++) {
            bits.add(new Bit(1L << i, names[i]));
        }
        return List.copyOf(bits);
    }
}
