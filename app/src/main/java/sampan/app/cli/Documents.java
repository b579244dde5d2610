package sampan.app.cli;

import java.io.PrintStream;
import sampan.app.cli.template.GoTemplate;
import sampan.oci.json.Json;

/// Prints what the API would answer as `--format` asks: `json`, or a template over its fields.
public final class Documents {
    private Documents() {}

    /// @param format not empty
    public static void print(PrintStream out, String format, Object document) {
        if (format.equals("json")) {
            out.println(Json.text(document));
        } else {
            Object plain = Json.read(Json.write(document), Object.class);
            out.println(GoTemplate.parse(format).render(plain));
        }
    }
}
