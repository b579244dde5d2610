package sampan.gateway.process;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Optional;
import sampan.gateway.audit.AuditVerifier;

/// `--verify-audit FILE [--key FILE]`: says which lines of an audit log are not what was written.
public final class AuditCommand {
    private static final int STATUS_SOUND = 0;
    private static final int STATUS_FAULTS = 1;

    private AuditCommand() {}

    /// @return the exit status: 0 where the log is sound, 1 where it is not
    public static int verify(Path file, Optional<Path> keyFile, PrintStream out) {
        AuditVerifier.Report report = AuditVerifier.verify(file, keyFile);
        report.notes().forEach(note -> out.println("note: " + note));
        report.faults().forEach(out::println);
        if (report.faults().isEmpty()) {
            String which =
                    report.lines() == 0
                            ? "no lines"
                            : report.lines() + " lines, " + report.first() + " to " + report.last();
            out.println(file + " is sound: " + which);
            return STATUS_SOUND;
        }
        out.println(file + " is not what was written: " + report.faults().size() + " faults");
        return STATUS_FAULTS;
    }
}
