package sampan.buildkit.control;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JobsTest {
    /// It waited as long as for a solve that is still to come, and every refused build with it.
    @Test
    void aGatewayThatComesToAFailedSolveIsToldTheFailure() {
        Jobs jobs = new Jobs();
        StatusRuntimeException failure = Status.UNKNOWN.asRuntimeException();
        jobs.remove("ref", new Progress("ref"), Optional.of(failure));
        assertThatThrownBy(() -> jobs.get("ref")).isSameAs(failure);
    }
}
