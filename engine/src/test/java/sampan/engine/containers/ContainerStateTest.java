package sampan.engine.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import sampan.engine.containers.ContainerState.End;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.json.Json;

class ContainerStateTest {
    private static final Instant THEN = Instant.parse("2026-01-02T03:04:05Z");
    private static final ContainerId ID = ContainerId.random();

    private final ContainerState fresh = ContainerState.fresh();
    private final ContainerState running = fresh.start(7, THEN);
    private final ContainerState paused = running.pause(ID);
    private final End end = new End(3, true, "", Optional.of(THEN), Optional.of(THEN));
    private final ContainerState exited = running.exit(end);

    @Test
    void livesItsLife() {
        assertThat(running.pid()).isEqualTo(7);
        assertThat(paused.status()).isEqualTo(ContainerStatus.PAUSED);
        assertThat(paused.unpause(ID)).isEqualTo(running);
        assertThat(exited.lastEnd()).isEqualTo(end);
        assertThat(exited.start(8, THEN).pid()).isEqualTo(8);
        assertThat(paused.exit(end)).isEqualTo(exited);
        assertThat(exited.remove().exit(end).status()).isEqualTo(ContainerStatus.REMOVING);
        assertThat(exited.remove().removalFailed("x").lastEnd().error()).isEqualTo("x");
    }

    @Test
    void refusesInDockersWords() {
        assertThatThrownBy(running::requireStartable)
                .isInstanceOfSatisfying(
                        SampanException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_MODIFIED));
        assertThatThrownBy(paused::requireStartable).hasMessageContaining("try unpause instead");
        assertThatThrownBy(() -> exited.remove().requireStartable())
                .hasMessageContaining("marked for removal");
        assertThatThrownBy(() -> paused.pause(ID)).hasMessageEndingWith("is already paused");
        assertThatThrownBy(() -> exited.pause(ID)).hasMessageEndingWith("is not running");
        assertThatThrownBy(() -> running.unpause(ID)).hasMessageEndingWith("is not paused");
        assertThatThrownBy(() -> fresh.requireAlive(ID)).hasMessageEndingWith("is not running");
    }

    @Test
    void failedStartKeepsWhatWas() {
        assertThat(fresh.startFailed(127, "no", THEN).status()).isEqualTo(ContainerStatus.CREATED);
        ContainerState again = exited.startFailed(127, "no", THEN);
        assertThat(again.lastEnd().exitCode()).isEqualTo(127);
        assertThat(again.lastEnd().startedAt()).contains(THEN);
    }

    @Test
    void survivesJson() {
        for (ContainerState state :
                java.util.List.of(fresh, running, paused, exited, exited.remove())) {
            assertThat(Json.read(Json.write(state), ContainerState.class)).isEqualTo(state);
        }
    }
}
