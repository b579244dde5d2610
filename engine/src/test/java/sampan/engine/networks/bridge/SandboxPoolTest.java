package sampan.engine.networks.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

class SandboxPoolTest {
    private final AtomicInteger made = new AtomicInteger();
    private final Semaphore begun = new Semaphore(0);
    private final Semaphore allowed = new Semaphore(1_000);
    private final ConcurrentLinkedQueue<SampanException> failures = new ConcurrentLinkedQueue<>();
    private final Semaphore chores = new Semaphore(0);
    private final AtomicInteger choresLeft = new AtomicInteger();
    private final SandboxPool<Integer> pool = new SandboxPool<>(3, new TestMaker());

    private final class TestMaker implements SandboxPool.Maker<Integer> {
        @Override
        public Integer make() {
            begun.release();
            allowed.acquireUninterruptibly();
            SampanException failure = failures.poll();
            if (failure != null) {
                throw failure;
            }
            return made.incrementAndGet();
        }

        @Override
        public boolean chores() {
            chores.release();
            return choresLeft.decrementAndGet() > 0;
        }
    }

    @AfterEach
    void close() {
        allowed.release(1_000);
        pool.close();
    }

    @Test
    void as_many_are_made_ahead_as_are_wanted_and_taken_ones_replaced() throws Exception {
        pool.start();
        pool.awaitFull();
        assertThat(made).hasValue(3);
        assertThat(pool.take()).isEqualTo(1);
        pool.awaitFull();
        assertThat(made).hasValue(4);
    }

    @Test
    void more_takers_than_are_ready_each_get_their_own() throws Exception {
        pool.start();
        List<Future<Integer>> taken = new ArrayList<>();
        Callable<Integer> take = pool::take;
        try (var takers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 40; i++) {
                taken.add(takers.submit(take));
            }
        }
        List<Integer> all = new ArrayList<>();
        for (Future<Integer> each : taken) {
            all.add(each.get());
        }
        assertThat(all).doesNotHaveDuplicates().hasSize(40);
    }

    @Test
    void helpers_make_for_takers_that_wait_and_end_with_the_pool() throws Exception {
        allowed.drainPermits();
        pool.start();
        try (var takers = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<Integer> take = pool::take;
            List<Future<Integer>> taken = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                taken.add(takers.submit(take));
            }
            // None may be finished yet, so all of them are at it.
            assertThat(begun.tryAcquire(1 + SandboxPool.HELPERS_MAX, 30, TimeUnit.SECONDS))
                    .isTrue();
            assertThat(begun.availablePermits()).isZero();
            allowed.release(1_000);
            for (Future<Integer> each : taken) {
                each.get();
            }
        }
        pool.awaitFull();
        assertThat(made).hasValue(13);
        assertThat(pool.stop()).hasSize(3);
    }

    @Test
    void taker_that_waits_is_told_why_nothing_could_be_made_and_the_next_one_is_served()
            throws Exception {
        allowed.drainPermits();
        pool.start();
        failures.add(new SampanException(ErrorCode.UNAVAILABLE, "out of order"));
        try (var takers = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<Integer> take = pool::take;
            Future<Integer> waiting = takers.submit(take);
            pool.awaitTakers(1);
            allowed.release();
            assertThatThrownBy(waiting::get).hasRootCauseMessage("out of order");
            allowed.release(10);
            assertThat(takers.submit(take).get()).isPositive();
        }
    }

    @Test
    void smaller_pool_hands_back_what_is_too_many() throws Exception {
        pool.start();
        pool.awaitFull();
        assertThat(pool.resize(1)).containsExactly(3, 2);
        assertThat(pool.ready()).isEqualTo(1);
    }

    @Test
    void chores_are_done_when_woken_and_again_as_long_as_there_are_some() throws Exception {
        choresLeft.set(3);
        pool.start();
        pool.awaitFull();
        assertThat(chores.availablePermits()).isZero();
        pool.wake();
        assertThat(chores.tryAcquire(3, 30, TimeUnit.SECONDS)).isTrue();
        pool.stop();
        assertThat(chores.availablePermits()).isZero();
    }

    @Test
    void closed_pool_hands_back_what_it_has_and_refuses_takers() throws Exception {
        pool.start();
        pool.awaitFull();
        assertThat(pool.stop()).hasSize(3);
        assertThatThrownBy(pool::take)
                .isInstanceOf(SampanException.class)
                .hasMessageContaining("shut down");
    }
}
