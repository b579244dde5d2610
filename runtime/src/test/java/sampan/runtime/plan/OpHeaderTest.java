package sampan.runtime.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Holds the Java side against native/include/plan.h, so that neither can drift.
class OpHeaderTest {
    private static final Pattern OP = Pattern.compile("X\\((\\w+), (\\d+), (\\d+), (\\d+)\\)");

    private static String header() throws IOException {
        return Files.readString(Path.of("../native/include/plan.h"));
    }

    @Test
    void opsAreThoseOfTheHeader() throws IOException {
        Map<String, String> inHeader = new LinkedHashMap<>();
        Matcher matcher = OP.matcher(header());
        while (matcher.find()) {
            inHeader.put(
                    matcher.group(1),
                    matcher.group(2) + ": " + matcher.group(3) + ", " + matcher.group(4));
        }
        Map<String, String> inJava = new LinkedHashMap<>();
        for (Op op : Op.values()) {
            inJava.put(op.name(), op.code() + ": " + op.ints().size() + ", " + op.strs().size());
        }
        assertThat(inHeader).hasSizeGreaterThan(60);
        assertThat(inJava).isEqualTo(inHeader);
    }

    @Test
    void numbersAreThoseOfTheHeader() throws IOException {
        String header = header();
        assertThat(header)
                .contains("#define PLAN_MAGIC 0x" + Integer.toHexString(PlanWriter.MAGIC) + "u")
                .contains("#define PLAN_VERSION " + PlanWriter.VERSION + "\n")
                .contains("#define PLAN_SIZE_MAX (" + (PlanWriter.SIZE_MAX >> 20) + "u << 20)")
                .contains("#define PLAN_OPS_MAX " + PlanWriter.OPS_MAX + "\n")
                .contains("#define PLAN_SLOTS_MAX " + PlanWriter.SLOTS_MAX + "\n")
                .contains("#define PLAN_CWD (" + PlanWriter.CWD + ")")
                .contains("#define OPF_IGNORE_ENOENT " + PlanWriter.IGNORE_ENOENT + " ")
                .contains("#define OPF_IGNORE_ERROR " + PlanWriter.IGNORE_ERROR + " ")
                .contains("#define OPF_SKIP_IF_CLOSED " + PlanWriter.SKIP_IF_CLOSED + " ")
                .contains("STDIO_NULL = " + Flags.STDIO_NULL + ",")
                .contains("STDIO_PIPES = " + Flags.STDIO_PIPES + ",")
                .contains("STDIO_PTY = " + Flags.STDIO_PTY + ",")
                .contains("STDIO_INHERIT = " + Flags.STDIO_INHERIT + ",")
                .contains("CONSOLE_BIND = " + Flags.CONSOLE_BIND + ",")
                .contains("CONSOLE_NO_ONLCR = " + Flags.CONSOLE_NO_ONLCR + ",");
        for (Stage stage : Stage.values()) {
            assertThat(header).contains("STAGE_" + stage.name() + " = " + stage.number());
        }
    }
}
