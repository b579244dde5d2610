package sampan.api.containers;

import sampan.api.call.Call;
import sampan.errors.SampanException;

/// The `h` and `w` of a resize.
record TerminalSize(int rows, int columns) {
    private static final int MAX = 65_535;

    static TerminalSize of(Call call) {
        return new TerminalSize(side(call, "h"), side(call, "w"));
    }

    private static int side(Call call, String name) {
        String text = call.query(name);
        boolean digits = text.matches("[0-9]{1,9}");
        if (!digits || Integer.parseInt(text) > MAX) {
            throw SampanException.invalid(
                    "invalid resize "
                            + (name.equals("h") ? "height" : "width")
                            + " \""
                            + text
                            + "\": "
                            + (digits ? "value out of range" : "invalid syntax"));
        }
        return Integer.parseInt(text);
    }
}
