package sampan.linux.poll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import sampan.errors.ErrnoException;
import sampan.linux.files.FileIo;

@Timeout(30)
class PollerTest {
    private final Poller poller = Poller.start("poller under test");
    private final FileIo.Pipe pipe = FileIo.pipe2(0);

    @BeforeEach
    void nothing() {
        assertThat(poller.size()).isZero();
    }

    @AfterEach
    void close() {
        poller.close();
        pipe.close();
    }

    @Test
    void handlersSeeDataAndTheEnd() throws Exception {
        BlockingQueue<String> seen = new ArrayBlockingQueue<>(100);
        poller.register(
                pipe.readEnd(),
                Readiness.IN,
                (registration, events) -> {
                    if ((events & Readiness.IN) != 0) {
                        byte[] buffer = new byte[10];
                        seen.add("read " + FileIo.read(pipe.readEnd(), buffer));
                    } else if ((events & Readiness.HUP) != 0) {
                        registration.close();
                        seen.add("end on " + Thread.currentThread().getName());
                    }
                });
        FileIo.write(pipe.writeEnd(), new byte[3]);
        assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo("read 3");
        pipe.writeEnd().close();
        assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo("end on poller under test");
        assertThat(poller.size()).isZero();
    }

    @Test
    void aFailingHandlerLosesOnlyItsOwnRegistration() throws Exception {
        CompletableFuture<Boolean> other = new CompletableFuture<>();
        try (FileIo.Pipe second = FileIo.pipe2(0)) {
            poller.register(
                    pipe.readEnd(),
                    Readiness.IN,
                    (_, _) -> {
                        throw new IllegalStateException("thrown on purpose");
                    });
            FileIo.write(pipe.writeEnd(), new byte[1]);
            poller.register(
                    second.readEnd(),
                    Readiness.IN,
                    (registration, _) -> {
                        registration.close();
                        other.complete(true);
                    });
            FileIo.write(second.writeEnd(), new byte[1]);
            assertThat(other.get(20, TimeUnit.SECONDS)).isTrue();
        }
        poller.close();
        assertThat(poller.size()).isZero();
    }

    @Test
    void aPausedRegistrationIsSilentUntilItIsResumed() throws Exception {
        BlockingQueue<Integer> seen = new ArrayBlockingQueue<>(100);
        Registration watch =
                poller.register(
                        pipe.readEnd(),
                        Readiness.IN,
                        (registration, events) -> {
                            registration.events(0);
                            seen.add(events);
                        });
        FileIo.write(pipe.writeEnd(), new byte[1]);
        assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo(Readiness.IN);
        assertThat(seen).isEmpty();
        watch.events(Readiness.IN);
        assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo(Readiness.IN);
        watch.close();
        watch.close();
        watch.events(Readiness.IN);
    }

    @Test
    void oneDescriptorOneRegistration() {
        poller.register(pipe.readEnd(), Readiness.IN, (_, _) -> {});
        assertThatThrownBy(() -> poller.register(pipe.readEnd(), Readiness.IN, (_, _) -> {}))
                .isInstanceOf(ErrnoException.class);
        assertThat(poller.size()).isEqualTo(1);
    }

    @Test
    void aClosedPollerTakesNothing() {
        poller.close();
        poller.close();
        assertThatThrownBy(() -> poller.register(pipe.readEnd(), Readiness.IN, (_, _) -> {}))
                .isInstanceOf(IllegalStateException.class);
    }
}
