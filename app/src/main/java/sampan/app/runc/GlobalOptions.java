package sampan.app.runc;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// What stands before the verb.
@Command(description = "Open Container Initiative runtime")
public final class GlobalOptions {
    /// Where state is kept unless `--root` says otherwise.
    public static final String ROOT = "/run/sampan-runc";

    @Option(names = "--debug", description = "enable debug logging")
    private boolean debug;

    @Option(
            names = "--log",
            paramLabel = "FILE",
            description = "set the log file to write logs to (default is '/dev/stderr')")
    private String log = "";

    @Option(
            names = "--log-format",
            paramLabel = "FORMAT",
            description = "set the log format ('text' (default), or 'json')")
    private String logFormat = "text";

    @Option(
            names = "--root",
            paramLabel = "DIR",
            description =
                    "root directory for storage of container state (default: \"" + ROOT + "\")")
    private String root = ROOT;

    @Option(names = "--criu", hidden = true)
    private String criu = "";

    @Option(names = "--systemd-cgroup", description = "enable systemd cgroup support")
    private boolean systemdCgroup;

    @Option(
            names = "--rootless",
            paramLabel = "BOOL",
            description = "ignore cgroup permission errors ('true', 'false', or 'auto')")
    private String rootless = "auto";

    @Option(
            names = {"-h", "--help"},
            description = "show help")
    private boolean help;

    @Option(
            names = {"-v", "--version"},
            description = "print the version")
    private boolean version;

    @Parameters(hidden = true)
    private List<String> rest = new ArrayList<>();

    public boolean debug() {
        return debug;
    }

    public String log() {
        return log;
    }

    /// @throws SampanException INVALID for a format that is none
    public boolean json() {
        return switch (logFormat) {
            case "", "text" -> false;
            case "json" -> true;
            default -> throw SampanException.invalid("invalid log-format: " + logFormat);
        };
    }

    public boolean systemdCgroup() {
        return systemdCgroup;
    }

    public String root() {
        return root;
    }

    public boolean help() {
        return help;
    }

    public boolean version() {
        return version;
    }

    /// The verb and what follows it.
    public List<String> rest() {
        return rest;
    }

    /// Refuses what this command cannot do.
    public void check() {
        if (!List.of("auto", "true", "false").contains(rootless)) {
            throw SampanException.invalid(
                    "invalid value \"" + rootless + "\" for --rootless: give true, false or auto");
        }
        if (!criu.isEmpty()) {
            throw new SampanException(
                    ErrorCode.UNSUPPORTED, "--criu: checkpoints are not supported");
        }
    }
}
