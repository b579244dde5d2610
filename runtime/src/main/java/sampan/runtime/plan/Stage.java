package sampan.runtime.plan;

import java.util.Locale;
import java.util.Optional;

/// Where a step runs, as `enum plan_stage` has it.
public enum Stage {
    /// In the launcher before the clone.
    MONITOR(0),
    /// In the launcher after the clone, while the child waits.
    PARENT(1),
    /// In the child.
    CHILD(2);

    private final int number;

    Stage(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }

    /// Lower case, as listings show it.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// What a listing or a failure says of a number; `refused` is that of a plan which never ran.
    public static String word(int number) {
        return of(number).map(Stage::word).orElse("refused");
    }

    static Optional<Stage> of(int number) {
        for (Stage stage : values()) {
            if (stage.number == number) {
                return Optional.of(stage);
            }
        }
        return Optional.empty();
    }
}
