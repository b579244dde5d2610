package sampan.app.cli.gateway;

import sampan.errors.SampanException;

/// What `--format` of a command says that writes for people or, by `json`, for programs.
final class JsonOrText {
    private JsonOrText() {}

    static boolean isJson(String format) {
        if (!format.isEmpty() && !format.equals("json")) {
            throw SampanException.invalid(
                    "--format \"" + format + "\": write json, or leave it out");
        }
        return !format.isEmpty();
    }
}
