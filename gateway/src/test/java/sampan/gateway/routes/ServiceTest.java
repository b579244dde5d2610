package sampan.gateway.routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import sampan.gateway.limits.Concurrency;
import sampan.gateway.limits.Guards;
import sampan.gateway.limits.RateLimit;
import sampan.gateway.limits.Resilience;

class ServiceTest {
    private static final long NOW = 5;

    private static Service service(Balance balance, int... weights) {
        return service(Balancing.of(balance), Outlier.of(3, 100), weights);
    }

    private static Service service(Balancing balancing, Outlier outlier, int... weights) {
        List<Service.Share> shares =
                IntStream.range(0, weights.length)
                        .mapToObj(i ->
                                new Service.Share(
                                        new Target(InetAddress.getLoopbackAddress(), 80 + i, 1),
                                        weights[i]))
                        .toList();
        return new Service(
                "s",
                new Service.Settings(1, 1, 1, 10, outlier, 0, Resilience.NONE),
                new Service.State(
                        new AtomicInteger(), new Concurrency(), Optional.empty(), Guards.NONE),
                balancing,
                shares);
    }

    private static Map<String, Integer> picks(Service service, int count) {
        Map<String, Integer> picks = new HashMap<>();
        for (int i = 0; i < count; i++) {
            Target target = service.pick(RateLimit.mix(i), NOW, null);
            picks.merge(String.valueOf(target), 1, Integer::sum);
        }
        return picks;
    }

    @Test
    void roundRobinGoesByWeight() {
        assertThat(picks(service(Balance.ROUND_ROBIN, 3, 1), 400))
                .containsEntry("127.0.0.1:80", 300)
                .containsEntry("127.0.0.1:81", 100);
    }

    @Test
    void leastRequestGoesToTheIdle() {
        Service service = service(Balance.LEAST_REQUEST, 1, 1, 1);
        service.targets().get(0).begin();
        service.targets().get(2).begin();
        assertThat(service.pick(0, NOW, null)).isEqualTo(service.targets().get(1));
    }

    @Test
    void oneOfTwoAtRandomNeverTheBusierOfBoth() {
        Service service = service(Balance.POWER_OF_TWO, 1, 1);
        service.targets().getFirst().begin();
        Map<String, Integer> picks = picks(service, 1000);
        assertThat(picks.get("127.0.0.1:81")).isGreaterThan(600);
    }

    @Test
    void aHashStaysWhereItIsWhileItsTargetDoes() {
        Service service = service(Balance.CONSISTENT_HASH, 1, 1, 1, 1);
        Target gone = service.targets().get(2);
        int moved = 0;
        for (int i = 0; i < 1000; i++) {
            long hash = RateLimit.mix(i);
            Target before = service.pick(hash, NOW, null);
            Target after = service.pick(hash, NOW, gone);
            assertThat(after).isNotEqualTo(gone);
            moved += before == after ? 0 : 1;
            assertThat(before == after || before == gone).isTrue();
        }
        assertThat(moved).isBetween(100, 450);
    }

    @Test
    void targetsAreEjectedButNeverMoreThanHalf() {
        Service service = service(Balance.ROUND_ROBIN, 1, 1, 1);
        for (Target target : service.targets()) {
            for (int i = 0; i < 3; i++) {
                service.failed(target, NOW);
            }
        }
        assertThat(service.targets().stream().filter(t -> t.isEjected(NOW))).hasSize(1);
        assertThat(picks(service, 100)).hasSize(2);
        assertThat(service.targets().stream().filter(t -> t.isEjected(NOW + 100))).isEmpty();
    }

    @Test
    void theOnlyTargetIsNeverEjected() {
        Service service = service(Balance.ROUND_ROBIN, 1);
        Target only = service.targets().getFirst();
        for (int i = 0; i < 10; i++) {
            service.failed(only, NOW);
        }
        assertThat(service.pick(0, NOW, null)).isEqualTo(only);
        assertThat(service.pick(0, NOW, only))
                .as("asked again where there is no other")
                .isEqualTo(only);
    }

    @Test
    void whatKeepsFailingIsEjectedForLongerAndThatIsForgottenByAndBy() {
        Service service = service(Balancing.PLAIN, new Outlier(1, 100, 250, 50, false), 1, 1);
        Target target = service.targets().getFirst();
        service.failed(target, 0);
        assertThat(target.isEjected(99)).isTrue();
        assertThat(target.isEjected(100)).isFalse();
        target.succeeded();
        service.failed(target, 150);
        assertThat(target.isEjected(349)).isTrue();
        assertThat(target.isEjected(350)).isFalse();
        service.failed(target, 350);
        assertThat(target.isEjected(599)).as("not over the longest").isTrue();
        assertThat(target.isEjected(600)).isFalse();
        service.failed(target, 10_000);
        assertThat(target.isEjected(10_100)).as("long after, as for the first time").isFalse();
    }

    @Test
    void serverErrorsEjectOnlyWhereTheyAreToldTo() {
        Service lenient = service(Balancing.PLAIN, new Outlier(2, 100, 100, 50, false), 1, 1);
        Service strict = service(Balancing.PLAIN, new Outlier(2, 100, 100, 50, true), 1, 1);
        for (Service service : List.of(lenient, strict)) {
            service.answered(service.targets().getFirst(), 500, NOW);
            service.answered(service.targets().getFirst(), 501, NOW);
        }
        assertThat(lenient.targets().getFirst().isEjected(NOW)).isFalse();
        assertThat(strict.targets().getFirst().isEjected(NOW)).isTrue();
    }

    @Test
    void nothingIsEjectedWhereNothingMayBe() {
        Service service = service(Balancing.PLAIN, new Outlier(1, 100, 100, 0, false), 1, 1);
        service.failed(service.targets().getFirst(), NOW);
        assertThat(service.targets().getFirst().isEjected(NOW)).isFalse();
    }

    @Test
    void theShareOfATargetThatJoinsGrows() {
        Balancing slowly =
                new Balancing(Balance.ROUND_ROBIN, Attribute.ADDRESS, Optional.empty(), 1000);
        Service service = service(slowly, Outlier.of(3, 100), 1, 1);
        Target young = service.targets().getLast();
        service.targets().getFirst().joined(NOW - 2000);
        young.joined(NOW);
        int first = picks(service, 2000).getOrDefault(young.name(), 0);
        young.joined(NOW - 500);
        int half = picks(service, 2000).getOrDefault(young.name(), 0);
        young.joined(NOW - 1000);
        int whole = picks(service, 2000).getOrDefault(young.name(), 0);
        assertThat(first).as("a tenth against the whole").isBetween(100, 280);
        assertThat(half).as("half against the whole").isBetween(560, 780);
        assertThat(whole).isEqualTo(1000);
    }

    @Test
    void targetsThatAllHaveJustJoinedShareAsEver() {
        Balancing slowly =
                new Balancing(Balance.LEAST_REQUEST, Attribute.ADDRESS, Optional.empty(), 1000);
        Service service = service(slowly, Outlier.of(3, 100), 1, 1, 1);
        service.targets().forEach(target -> target.joined(NOW));
        assertThat(picks(service, 3000).values()).allMatch(picked -> picked > 700);
    }

    @Test
    void anEjectedTargetStartsSlowlyAgain() {
        Target target = service(Balance.ROUND_ROBIN, 1).targets().getFirst();
        target.joined(0);
        target.failed(50, new Outlier(1, 100, 100, 50, false), true);
        assertThat(target.joined()).isEqualTo(150);
    }
}
