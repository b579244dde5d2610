package sampan.gateway.routes;

import java.util.Locale;
import sampan.errors.SampanException;

/// Which requests go first where a gateway cannot keep up.
public enum Importance {
    LOW(1),
    NORMAL(2),
    HIGH(4),
    ALWAYS(0);

    private final int patience;

    Importance(int patience) {
        this.patience = patience;
    }

    /// How many times the lateness that is asked for it bears, 0 for any.
    int patience() {
        return patience;
    }

    /// Reads `low`, `normal`, `high` or `always`.
    public static Importance named(String field, String text) {
        for (Importance each : values()) {
            if (each.name().toLowerCase(Locale.ROOT).equals(text)) {
                return each;
            }
        }
        throw SampanException.invalid(
                field + " \"" + text + "\": write low, normal, high or always");
    }
}
