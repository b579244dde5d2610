package sampan.linux.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import sampan.errors.SampanException;

class ProcessTableTest {
    private static final String STAT =
            "7 (a) (b c)) S 3 7 7 0 -1 4194560 1 2 3 4 50 6 7 8 20 0 9 0 1234 5678 10 18446744073709551615 1";
    private static final String STATUS = "Name:\ta\nUid:\t1\t4294967294\t3\t4\nGid:\t1\t2\t3\t4\n";

    @Test
    void thisProcessIsThere() {
        int self = (int) ProcessHandle.current().pid();
        ProcessEntry entry = ProcessTable.of(self).orElseThrow();
        assertThat(entry.comm()).isEqualTo("java");
        assertThat(entry.cmdline()).isNotEmpty();
        assertThat(entry.threads()).isGreaterThan(1);
        assertThat(entry.rssBytes()).isGreaterThan(1 << 20);
        assertThat(ProcessTable.startTicks(self)).contains(entry.startTicks());
        assertThat(ProcessTable.pids()).contains(self).isSorted();
        assertThat(ProcessTable.all()).anySatisfy(e -> assertThat(e.pid()).isEqualTo(self));
    }

    @Test
    void aNameMayLookLikeTheRestOfTheLine() {
        ProcessEntry entry = ProcessTable.parse(7, STAT, STATUS, List.of());
        assertThat(entry.comm()).isEqualTo("a) (b c)");
        assertThat(entry.ppid()).isEqualTo(3);
        assertThat(entry.cpuTicks()).isEqualTo(56);
        assertThat(entry.threads()).isEqualTo(9);
        assertThat(entry.startTicks()).isEqualTo(1234);
        assertThat(entry.uid()).isEqualTo(-2);
        assertThat(entry.command()).isEqualTo("[a) (b c)]");
    }

    @Test
    void malformedFilesAreFailures() {
        assertThatThrownBy(() -> ProcessTable.parse(7, "7 (a", STATUS, List.of()))
                .isInstanceOf(SampanException.class);
        assertThatThrownBy(() -> ProcessTable.parse(7, STAT, "Name:\ta\n", List.of()))
                .isInstanceOf(SampanException.class);
    }

    @Test
    void argumentsAreSplitAtNuls() {
        assertThat(ProcessTable.arguments("a\0\0b c\0d".getBytes(StandardCharsets.UTF_8)))
                .containsExactly("a", "", "b c", "d");
        assertThat(ProcessTable.arguments(new byte[0])).isEmpty();
    }
}
