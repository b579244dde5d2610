package sampan.buildkit.control;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import sampan.buildkit.wire.Message;
import sampan.engine.build.syntax.Finding;

/// Findings of the build checks, as BuildKit's clients show them.
final class Checks {
    private static final String PAGE = "https://docs.docker.com/go/dockerfile/rule/";
    private static final int LEVEL = 1;

    private Checks() {}

    /// `StageNameCasing` is described at `stage-name-casing`.
    static String page(String rule) {
        return PAGE + rule.replaceAll("(?<=[a-z])(?=[A-Z])", "-").toLowerCase(Locale.ROOT) + "/";
    }

    static String brief(Finding finding) {
        return finding.rule() + ": " + finding.message() + " (line " + finding.line() + ")";
    }

    /// A warning of a vertex.
    static Message warning(String vertex, String filename, String text, Finding finding) {
        Message position = new Message().number(1, finding.line());
        return new Message()
                .text(1, vertex)
                .number(2, LEVEL)
                .text(3, brief(finding))
                .text(5, page(finding.rule()))
                .message(6, source(filename, text))
                .message(7, new Message().message(1, position).message(2, position));
    }

    private static Message source(String filename, String text) {
        return new Message()
                .text(1, filename)
                .bytes(2, text.getBytes(StandardCharsets.UTF_8))
                .text(4, "Dockerfile");
    }
}
