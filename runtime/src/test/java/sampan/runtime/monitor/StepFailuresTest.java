package sampan.runtime.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sampan.linux.sys.Errno;

class StepFailuresTest {
    private static StepFailure failed(String call, int errno, String path) {
        return new StepFailure(7, call, "child", errno, path);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            textBlock =
                    """
                    foo    | 2  | 127 | exec: "foo": executable file not found in $PATH
                    ./foo  | 2  | 127 | exec: "./foo": stat ./foo: no such file or directory
                    /a/b   | 20 | 127 | exec: "/a/b": stat /a/b: not a directory
                    ''     | 22 | 127 | exec: "": executable file not found in $PATH
                    /etc   | 21 | 126 | exec: "/etc": is a directory: permission denied
                    foo    | 13 | 126 | exec: "foo": permission denied
                    foo    | 12 | 126 | exec: "foo": cannot allocate memory
                    """)
    void programsThatDoNotRun(String program, int errno, int code, String text) {
        StepFailure failure = failed("EXEC", errno, "");
        assertThat(StepFailures.code(failure)).isEqualTo(code);
        assertThat(StepFailures.reason(failure, "", program)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    CHDIR       | 2  | /w | 127 | chdir to cwd ("/w") set in config.json failed: no such file or directory
                    CHDIR       | 13 | /w | 126 | chdir to cwd ("/w") set in config.json failed: permission denied
                    SETHOSTNAME | 22 | '' | 128 | sethostname: invalid argument
                    CAP_SET     | 1  | '' | 128 | unable to apply caps: operation not permitted
                    MASK        | 20 | /m | 128 | can't mask path "/m": not a directory
                    READONLY    | 1  | /r | 128 | can't make "/r" read-only: operation not permitted
                    MKNOD       | 1  | /d | 128 | error creating device nodes: mknod /d: operation not permitted
                    WRITE_CHILD | 1  | uid_map | 128 | failed to write uid_map of the process: operation not permitted
                    OPEN_TREE   | 5  | /x | 128 | step 7 OPEN_TREE (child) /x: errno 5
                    """)
    void stepsInWords(String call, int errno, String path, int code, String text) {
        StepFailure failure = failed(call, errno, path);
        assertThat(StepFailures.code(failure)).isEqualTo(code);
        assertThat(StepFailures.reason(failure, "", "sh")).isEqualTo(text);
    }

    @Test
    void loweringTheOomScoreNamesItsRemedy() {
        assertThat(
                        StepFailures.reason(
                                failed("WRITE_CHILD", Errno.EACCES, "oom_score_adj"), "", "sh"))
                .contains("CAP_SYS_RESOURCE")
                // a client would take these words for a program that may not run
                .doesNotContain("permission denied");
    }

    @Test
    void whatTheStepIsForComesFirst() {
        String purpose = "error mounting \"/a\" to rootfs at \"/b\"";
        assertThat(StepFailures.reason(failed("MOVE_MOUNT", Errno.EINVAL, ""), purpose, "sh"))
                .startsWith(purpose + ": not a directory: Are you trying to mount a directory onto")
                .endsWith("is the expected type");
        StepFailure said =
                new StepFailure(7, "FSCONFIG", "child", Errno.EINVAL, "", "tmpfs: Bad value", 0);
        assertThat(StepFailures.reason(said, purpose, "sh"))
                .isEqualTo(purpose + ": invalid argument: tmpfs: Bad value");
    }

    @Test
    void aHookTellsItsEndAndWhatItSaid() {
        String purpose = "error running createContainer hook #1";
        StepFailure exited =
                new StepFailure(7, "HOOK", "child", Errno.ECANCELED, "/h", "oh no\n", 3 << 8);
        assertThat(StepFailures.reason(exited, purpose, "sh"))
                .isEqualTo(purpose + ": exit status 3, stdout: , stderr: oh no");
        StepFailure slow = new StepFailure(7, "HOOK", "child", Errno.ETIMEDOUT, "/h", "", 9);
        assertThat(StepFailures.reason(slow, "", "sh"))
                .startsWith("error running hook /h: hook ran past its timeout");
        StepFailure absent = new StepFailure(7, "HOOK", "child", Errno.ENOENT, "/h", "", 0);
        assertThat(StepFailures.reason(absent, purpose, "sh"))
                .isEqualTo(purpose + ": fork/exec /h: no such file or directory");
    }
}
