package sampan.api.containers;

import java.util.Optional;
import sampan.api.call.Call;
import sampan.errors.SampanException;

/// The `h` and `w` of a resize.
record TerminalSize(int rows, int columns) {
    private static final int MAX = 65_535;

    static TerminalSize of(Call call) {
        return new TerminalSize(side(call, "h"), side(call, "w"));
    }

    private static int side(Call call, String name) {
        Optional<Integer> side = call.number(name);
        if (side.isEmpty() || side.get() < 0 || side.get() > MAX) {
            throw SampanException.invalid(
                    "invalid resize "
                            + name
                            + ": \""
                            + call.query(name)
                            + "\", must be 0 to 65535");
        }
        return side.get();
    }
}
