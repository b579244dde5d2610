package sampan.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import sampan.gateway.routes.Target;

@Timeout(60)
class TargetNamesTest {
    private final Map<String, List<String>> zone = new ConcurrentHashMap<>();
    private final TargetNames names = new TargetNames(this::lookup, Duration.ofMillis(1));

    private InetAddress[] lookup(String host) throws UnknownHostException {
        List<String> found = zone.get(host);
        if (found == null) {
            throw new UnknownHostException(host);
        }
        return found.stream().map(InetAddress::ofLiteral).toArray(InetAddress[]::new);
    }

    private static List<InetAddress> addresses(String... literals) {
        return Arrays.stream(literals).map(InetAddress::ofLiteral).toList();
    }

    private void awaitChange() {
        while (!names.changed()) {
            Thread.onSpinWait();
        }
    }

    @Test
    void anAddressIsItself() {
        assertThat(names.addresses("10.0.0.1")).isEqualTo(addresses("10.0.0.1"));
        assertThat(names.addresses("::1")).isEqualTo(addresses("::1"));
        assertThat(names.problems()).isEmpty();
    }

    @Test
    void aNameIsAllItsAddressesOfOneFamilyInAnOrderOfTheirs() {
        zone.put("a", List.of("10.0.0.2", "fd00::1", "10.0.0.1", "10.0.0.2"));
        zone.put("b", List.of("fd00::2", "fd00::1"));
        assertThat(names.addresses("a")).isEqualTo(addresses("10.0.0.1", "10.0.0.2"));
        assertThat(names.addresses("b")).isEqualTo(addresses("fd00::1", "fd00::2"));
    }

    @Test
    void anAnswerOfManyAddressesIsBounded() {
        zone.put("a", IntStream.range(0, 200).mapToObj(i -> "10.0.0." + i).toList());
        assertThat(names.addresses("a")).hasSize(TargetNames.ADDRESSES_MAX);
    }

    @Test
    void aNameIsAskedForAgain() {
        zone.put("a", List.of("10.0.0.1"));
        assertThat(names.addresses("a")).isEqualTo(addresses("10.0.0.1"));
        names.keep(Set.of("a"));
        zone.put("a", List.of("10.0.0.3"));
        awaitChange();
        assertThat(names.addresses("a")).isEqualTo(addresses("10.0.0.3"));
        names.close();
    }

    @Test
    void aNameThatResolvesNoLongerKeepsItsAddressesAndIsTold() {
        zone.put("a", List.of("10.0.0.1"));
        assertThat(names.addresses("a")).isEqualTo(addresses("10.0.0.1"));
        names.keep(Set.of("a"));
        zone.remove("a");
        while (names.problems().isEmpty()) {
            Thread.onSpinWait();
        }
        assertThat(names.problems()).containsOnlyKeys("a");
        assertThat(names.changed()).isFalse();
        assertThat(names.addresses("a")).isEqualTo(addresses("10.0.0.1"));
        zone.put("a", List.of("10.0.0.1"));
        while (!names.problems().isEmpty()) {
            Thread.onSpinWait();
        }
        names.close();
    }

    @Test
    void aNameMayResolveLater() {
        assertThat(names.addresses("a")).isEmpty();
        assertThat(names.problems()).containsOnlyKeys("a");
        names.keep(Set.of("a"));
        zone.put("a", List.of("10.0.0.1"));
        awaitChange();
        assertThat(names.addresses("a")).isEqualTo(addresses("10.0.0.1"));
        names.close();
    }

    @Test
    void whatIsNoLongerNamedIsForgotten() {
        assertThat(names.addresses("a")).isEmpty();
        names.keep(Set.of());
        assertThat(names.problems()).isEmpty();
        zone.put("a", List.of("10.0.0.1"));
        assertThat(names.addresses("a")).isEqualTo(addresses("10.0.0.1"));
    }

    @Test
    void aTargetThatStaysKeepsItsStateWhenItsNameGetsAnotherAddress() {
        GatewayConfig config =
                ConfigReader.read(
                        "file",
                        """
                        listeners: ["127.0.0.1:0"]
                        services: {s: {targets: ["a:80"]}}
                        routes: [{service: s}]
                        """);
        TableBuilder builder = new TableBuilder(1, names);
        zone.put("a", List.of("10.0.0.1", "10.0.0.2"));
        List<Target> before = targets(builder.build(config));
        assertThat(before).extracting(Target::name).containsExactly("10.0.0.1:80", "10.0.0.2:80");
        zone.put("a", List.of("10.0.0.2", "10.0.0.3"));
        awaitChange();
        TableBuilder.Built built = builder.build(config);
        List<Target> after = targets(built);
        assertThat(after).extracting(Target::name).containsExactly("10.0.0.2:80", "10.0.0.3:80");
        assertThat(after.getFirst()).isSameAs(before.getLast());
        assertThat(built.gone()).containsExactly(before.getFirst());
        names.close();
    }

    private static List<Target> targets(TableBuilder.Built built) {
        return built.table().services().values().iterator().next().targets();
    }
}
