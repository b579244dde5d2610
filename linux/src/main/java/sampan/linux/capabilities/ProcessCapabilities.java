package sampan.linux.capabilities;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The five sets of a process (capabilities(7), proc_pid_status(5)).
public record ProcessCapabilities(
        CapabilitySet inheritable,
        CapabilitySet permitted,
        CapabilitySet effective,
        CapabilitySet bounding,
        CapabilitySet ambient) {

    private static final Path LAST_CAP = Path.of("/proc/sys/kernel/cap_last_cap");

    /// The sets of this process, read now. They are those of the thread group's leader; the engine
    /// never gives its threads different ones.
    public static ProcessCapabilities current() {
        try {
            return parse(Files.readAllLines(Path.of("/proc/self/status")));
        } catch (IOException e) {
            throw new UncheckedIOException("/proc/self/status", e);
        }
    }

    static ProcessCapabilities parse(List<String> status) {
        return new ProcessCapabilities(
                field(status, "CapInh:"),
                field(status, "CapPrm:"),
                field(status, "CapEff:"),
                field(status, "CapBnd:"),
                field(status, "CapAmb:"));
    }

    private static CapabilitySet field(List<String> status, String key) {
        for (String line : status) {
            if (line.startsWith(key)) {
                return new CapabilitySet(
                        Long.parseUnsignedLong(line.substring(key.length()).strip(), 16));
            }
        }
        // Ambient sets came with Linux 4.3.
        return CapabilitySet.NONE;
    }

    /// Every capability of the running kernel, those without a name in this build included.
    public static CapabilitySet ofKernel() {
        // One read: a sysctl file gives the rest of its number to nobody who reads it by bytes, as
        // Files.readString begins.
        try (InputStream in = Files.newInputStream(LAST_CAP)) {
            byte[] text = new byte[32];
            int length = Math.max(0, in.read(text));
            int last =
                    Integer.parseInt(
                            new String(text, 0, length, StandardCharsets.US_ASCII).strip());
            return new CapabilitySet(last >= 63 ? -1L : (1L << (last + 1)) - 1);
        } catch (IOException e) {
            throw new UncheckedIOException(LAST_CAP.toString(), e);
        }
    }
}
