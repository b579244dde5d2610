package sampan.app.runc;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import sampan.app.session.Caller;
import sampan.linux.files.FileIo;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;
import sampan.oci.json.Json;

/// A command's log, in the forms that callers of runc parse: `time="…" level=error msg="…"`, or one
/// JSON object a line. It goes to a file that the client opened, or to its standard error.
public final class RuncLog implements AutoCloseable {
    private static final int MODE = 0644;

    private final Optional<Fd> file;
    private final PrintStream err;
    private final boolean terminal;
    private final boolean json;
    private final boolean debug;

    private RuncLog(
            Optional<Fd> file, PrintStream err, boolean terminal, boolean json, boolean debug) {
        this.file = file;
        this.err = err;
        this.terminal = terminal;
        this.json = json;
        this.debug = debug;
    }

    /// To the caller's standard error, as text.
    public static RuncLog plain(Caller caller) {
        return new RuncLog(Optional.empty(), caller.err(), caller.stderrIsTerminal(), false, false);
    }

    /// @param path of the file; empty or /dev/stderr: standard error
    public static RuncLog open(Caller caller, String path, boolean json, boolean debug) {
        Optional<Fd> file =
                path.isEmpty() || path.equals("/dev/stderr")
                        ? Optional.empty()
                        : Optional.of(
                                caller.open(path, Open.WRONLY | Open.CREAT | Open.APPEND, MODE));
        return new RuncLog(file, caller.err(), caller.stderrIsTerminal(), json, debug);
    }

    public void debug(String message) {
        if (debug) {
            line("debug", message);
        }
    }

    public void warning(String message) {
        line("warning", message);
    }

    /// The end of a command; where the log is a file, its words go to standard error too.
    public void fatal(String message) {
        line("error", message);
        if (file.isPresent()) {
            err.println(message);
        }
    }

    private void line(String level, String message) {
        String line = json ? object(level, message) : text(level, message);
        if (file.isPresent()) {
            FileIo.writeFully(file.get(), (line + "\n").getBytes(StandardCharsets.UTF_8));
        } else {
            err.println(line);
        }
    }

    private static String object(String level, String message) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("level", level);
        fields.put("msg", message);
        fields.put("time", now());
        return Json.text(fields);
    }

    private String text(String level, String message) {
        if (terminal && file.isEmpty()) {
            return level.substring(0, 4).toUpperCase(java.util.Locale.ROOT) + "[0000] " + message;
        }
        return "time=" + quoted(now()) + " level=" + level + " msg=" + quoted(message);
    }

    private static String quoted(String text) {
        boolean plain = !text.isEmpty();
        for (int i = 0; i < text.length() && plain; i++) {
            char c = text.charAt(i);
            plain = Character.isLetterOrDigit(c) || "-._/@^+".indexOf(c) >= 0;
        }
        return plain ? text : Json.text(text);
    }

    private static String now() {
        return DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(
                Instant.now().truncatedTo(ChronoUnit.SECONDS).atOffset(ZoneOffset.UTC));
    }

    @Override
    public void close() {
        file.ifPresent(Fd::close);
    }
}
