package sampan.engine.services;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StopGraceTest {
    /// Under load an init that was just entering sigtimedwait(2) was taken for one without a
    /// handler, and its container killed without its grace period.
    @Test
    void threadThatRunsIsTakenForOneThatHears() {
        assertThat(StopGrace.mayWaitForSignals("0")).isTrue();
        assertThat(StopGrace.mayWaitForSignals("do_sigtimedwait")).isTrue();
        assertThat(StopGrace.mayWaitForSignals("do_wait")).isFalse();
        assertThat(StopGrace.mayWaitForSignals("hrtimer_nanosleep")).isFalse();
    }
}
