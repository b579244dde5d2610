package sampan.engine.build.plan;

import java.util.Arrays;
import java.util.Set;

/// What a scanner is shown beside the result: arguments say it that are no variables of the steps.
public final class ScanScope {
    /// Stages whose builds want the context scanned; only the target's counts.
    public static final String CONTEXT = "BUILDKIT_SBOM_SCAN_CONTEXT";

    /// Stages that are scanned beside the result.
    public static final String STAGE = "BUILDKIT_SBOM_SCAN_STAGE";

    private static final Set<String> ALL = Set.of("1", "t", "T", "true", "TRUE", "True");

    private ScanScope() {}

    /// Whether the argument is one of them.
    public static boolean isOne(String argument) {
        return argument.equals(CONTEXT) || argument.equals(STAGE);
    }

    /// Whether a value takes a stage in.
    ///
    /// @param value a truth, or names of stages with commas between
    public static boolean covers(String value, String stage) {
        return ALL.contains(value) || Arrays.asList(value.split(",", -1)).contains(stage);
    }
}
