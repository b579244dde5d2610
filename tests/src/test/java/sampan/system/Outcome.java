package sampan.system;

import java.nio.charset.StandardCharsets;
import java.util.List;

/// How a command ended.
///
/// @param status exit status; 128 + N for the signal N, as a shell says it
record Outcome(String command, int status, byte[] output, byte[] errors) {
    String out() {
        return new String(output, StandardCharsets.UTF_8);
    }

    String err() {
        return new String(errors, StandardCharsets.UTF_8);
    }

    /// Standard output without the white space around it, of a command that must end well.
    String text() {
        return expect(0).out().strip();
    }

    List<String> lines() {
        return expect(0).out().lines().toList();
    }

    Outcome expect(int wanted) {
        if (status != wanted) {
            throw new AssertionError(
                    command
                            + "\nended with "
                            + status
                            + ", not "
                            + wanted
                            + "\nout: "
                            + brief(out())
                            + "\nerr: "
                            + brief(err()));
        }
        return this;
    }

    /// A failure that tells of megabytes is lost on its way to the report, as if there were none.
    static String brief(String text) {
        return text.length() <= 2000 ? text : text.substring(0, 2000) + "...";
    }
}
