package sampan.linux.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import sampan.errors.ErrnoException;

class FdTest {
    @Test
    void aClosedOneIsNeverUsed() {
        Fd fd = Fd.open("/dev/null", Open.RDONLY);
        fd.close();
        fd.close();
        assertThatThrownBy(fd::number).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(fd::release).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aDuplicateOutlivesTheFirst() {
        Fd first = Fd.open("/dev/null", Open.RDONLY);
        try (Fd second = first.duplicate()) {
            first.close();
            assertThat(second.isOpen()).isTrue();
            assertThat(second.number()).isGreaterThanOrEqualTo(3);
        }
    }

    @Test
    void theWorkingDirectoryStaysOpen() {
        Fd.CWD.close();
        assertThat(Fd.CWD.number()).isEqualTo(Open.AT_FDCWD);
        assertThatThrownBy(Fd.CWD::release).isInstanceOf(IllegalStateException.class);
        assertThat(Fd.NONE.isOpen()).isFalse();
    }

    @Test
    void aFailureNamesCallAndPath() {
        assertThatThrownBy(() -> Fd.open("/proc/no such file", Open.RDONLY))
                .isInstanceOfSatisfying(
                        ErrnoException.class,
                        e -> {
                            assertThat(e.errno()).isEqualTo(Errno.ENOENT);
                            assertThat(e.isMissing()).isTrue();
                        })
                .hasMessage("openat /proc/no such file: No such file or directory");
    }
}
