package sampan.engine.networks.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import sampan.engine.networks.Attachment;
import sampan.engine.networks.Cidr;
import sampan.engine.networks.Endpoint;
import sampan.engine.networks.NetworkDriver.Request;
import sampan.engine.networks.PortMapping;
import sampan.engine.networks.PortRequest;
import sampan.engine.networks.Sandbox;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.netlink.Link;
import sampan.linux.netlink.MacAddress;
import sampan.linux.netlink.NetNamespace;
import sampan.linux.netlink.RouteSocket;
import sampan.linux.netlink.VethPair;
import sampan.linux.nftables.NatTable;

/// What one daemon leaves to the next, and what it finds.
@Tag("privileged")
class BridgeRestartTest {
    private final Town town = new Town();

    @AfterEach
    void close() {
        town.close();
    }

    @Test
    void next_daemon_takes_over_what_runs_and_removes_what_a_dead_one_left() throws Exception {
        BridgeDriver dead = town.driver(3);
        Sandbox running = dead.take(Request.of("a"));
        Sandbox orphan = dead.take(Request.of("b"));
        town.serve(running, 80);
        List<PortMapping> ports = dead.publish(running.endpoint(), List.of(wish("80", "", "8080")));
        dead.close();
        assertThat(Town.ask(town.remote, Town.HOST, 8080)).isEqualTo("192.0.2.2");
        Attachment record = new Attachment(running.endpoint(), ports, OptionalLong.empty());
        try (BridgeDriver next = town.driver(Town.settings(1), List.of(record))) {
            assertThat(next.endpoints()).containsExactly(running.endpoint());
            try (RouteSocket inside = RouteSocket.openIn(orphan.namespace())) {
                assertThat(inside.link("eth0")).isEmpty();
            }
            assertThat(Town.ask(town.remote, Town.HOST, 8080)).isEqualTo("192.0.2.2");
            assertThat(Town.ask(town.host, Town.LOCALHOST6, 8080)).isEqualTo("10.88.0.1");
            assertThatThrownBy(() -> hostSocket(8080)).hasMessageContaining("in use");
            Sandbox fresh = next.take(Request.of("c"));
            assertThat(fresh.endpoint().address()).isNotEqualTo(running.endpoint().address());
            next.unpublish(running.endpoint());
            assertThat(Town.ask(town.remote, Town.HOST, 8080)).isEqualTo(Town.SILENCE);
            next.release(fresh);
            next.release(running);
        }
        orphan.namespace().close();
    }

    @Test
    void lost_link_and_taken_port_are_told_and_made_good() throws Exception {
        Process container = new ProcessBuilder("unshare", "-n", "sleep", "600").inheritIO().start();
        BridgeDriver first = town.driver(0);
        try {
            awaitOwnNamespace(container.pid());
            NetNamespace home = NetNamespace.ofProcess(container.pid());
            Endpoint endpoint = first.attach(Request.of("a"), home);
            List<PortMapping> ports = first.publish(endpoint, List.of(wish("80", "", "8080")));
            first.close();
            town.route.delete(endpoint.hostLink());
            ServerSocket thief = hostSocket(8080);
            town.serve(home, 80);
            Attachment record = new Attachment(endpoint, ports, OptionalLong.of(container.pid()));
            try (BridgeDriver next = town.driver(Town.settings(0), List.of(record))) {
                assertThat(town.notices)
                        .anyMatch(n -> n.contains("was gone and has been made again"))
                        .anyMatch(n -> n.contains("published port 0.0.0.0:8080/tcp was taken"));
                assertThat(Town.ask(town.remote, Town.HOST, 8080)).isEqualTo("192.0.2.2");
                next.detach(endpoint);
            }
            thief.close();
            home.close();
        } finally {
            first.close();
            container.destroyForcibly().waitFor();
        }
    }

    @Test
    void bridge_that_somebody_took_away_is_made_again_with_all_links() throws Exception {
        try (BridgeDriver driver = town.driver(2)) {
            Sandbox running = driver.take(Request.of("a"));
            town.serve(running, 80);
            driver.publish(running.endpoint(), List.of(wish("80", "", "8080")));
            town.route.delete(Town.BRIDGE);
            awaitMended(1);
            assertThat(Town.ask(town.remote, Town.HOST, 8080)).isEqualTo("192.0.2.2");
            ip("addr", "flush", "dev", Town.BRIDGE);
            awaitMended(2);
            assertThat(Town.ask(town.remote, Town.HOST, 8080)).isEqualTo("192.0.2.2");
            ip("route", "del", "10.88.0.0/24", "dev", Town.BRIDGE);
            awaitMended(3);
            assertThat(Town.ask(town.remote, Town.HOST, 8080)).isEqualTo("192.0.2.2");
            ip("link", "set", Town.BRIDGE, "down");
            awaitMended(4);
            assertThat(Town.ask(town.remote, Town.HOST, 8080)).isEqualTo("192.0.2.2");
            ip("link", "set", running.endpoint().hostLink(), "nomaster");
            awaitNotice("have been plugged in again");
            assertThat(Town.ask(town.remote, Town.HOST, 8080)).isEqualTo("192.0.2.2");
            // those that wait in the pool were plugged in again too
            Sandbox pooled = driver.take(Request.of("b"));
            town.serve(pooled, 80);
            driver.publish(pooled.endpoint(), List.of(wish("80", "", "8081")));
            assertThat(Town.ask(town.remote, Town.HOST, 8081)).isEqualTo("192.0.2.2");
            driver.release(pooled);
            driver.release(running);
        }
    }

    @Test
    void cable_that_somebody_deletes_is_made_again() throws Exception {
        Process container = new ProcessBuilder("unshare", "-n", "sleep", "600").inheritIO().start();
        try (BridgeDriver driver = town.driver(1)) {
            awaitOwnNamespace(container.pid());
            driver.namespaces(id ->
                    id.equals("a")
                            ? Optional.of(NetNamespace.ofProcess(container.pid()))
                            : Optional.empty());
            try (NetNamespace home = NetNamespace.ofProcess(container.pid())) {
                Endpoint endpoint = driver.attach(Request.of("a"), home);
                driver.publish(endpoint, List.of(wish("80", "", "8080")));
                town.serve(home, 80);
                // one whose container is not running is left alone
                Endpoint ended = driver.attach(Request.of("b"), NetNamespace.create());
                town.route.delete(ended.hostLink());
                town.route.delete(endpoint.hostLink());
                awaitNotice("deleted by another program and has been made again");
                assertThat(Town.ask(town.remote, Town.HOST, 8080)).isEqualTo("192.0.2.2");
                assertThat(town.notices).noneMatch(n -> n.contains(ended.hostLink()));
                driver.detach(ended);
                driver.detach(endpoint);
            }
        } finally {
            container.destroyForcibly().waitFor();
        }
    }

    @Test
    void sandbox_that_waits_is_given_up_when_its_cable_is_deleted() throws Exception {
        try (BridgeDriver driver = town.driver(1)) {
            await("one that waits", () -> driver.pooled() == 1);
            String cable = cables().getFirst();
            town.route.delete(cable);
            await("another", () -> !cables().isEmpty() && !cables().contains(cable));
            await("one that waits", () -> driver.pooled() == 1);
            Sandbox running = driver.take(Request.of("a"));
            assertThat(running.endpoint().hostLink()).isNotEqualTo(cable);
            driver.release(running);
        }
    }

    @Test
    void link_without_owner_is_left_over_and_those_in_use_are_not() throws Exception {
        try (BridgeDriver driver = town.driver(2)) {
            Sandbox running = driver.take(Request.of("a"));
            assertThat(driver.leftovers()).isEmpty();
            String planted = BridgeSettings.linkPrefix(Town.BRIDGE) + "0a5800fa";
            ip("link", "add", planted, "type", "veth", "peer", "name", "planted-peer");
            assertThat(driver.leftovers())
                    .singleElement()
                    .satisfies(left -> {
                        assertThat(left.subject()).isEqualTo("link " + planted);
                        left.removal().run();
                    });
            assertThat(town.route.link(planted)).isEmpty();
            assertThat(driver.leftovers()).isEmpty();
            driver.release(running);
        }
    }

    @Test
    void two_records_of_one_address_do_not_keep_the_network_down() {
        BridgeDriver first = town.driver(0);
        Sandbox running = first.take(Request.of("a"));
        first.close();
        Endpoint real = running.endpoint();
        Endpoint stale =
                new Endpoint(
                        "2".repeat(64),
                        "b",
                        real.networkId(),
                        real.address(),
                        real.prefix(),
                        real.gateway(),
                        real.mac(),
                        real.hostLink());
        List<Attachment> found =
                List.of(
                        new Attachment(real, List.of(), OptionalLong.empty()),
                        new Attachment(stale, List.of(), OptionalLong.empty()));
        try (BridgeDriver next = town.driver(Town.settings(0), found)) {
            assertThat(next.endpoints()).containsExactly(real);
            assertThat(town.notices).anyMatch(n -> n.contains("container b is not connected"));
            next.release(running);
        }
    }

    private List<String> cables() {
        String prefix = BridgeSettings.linkPrefix(Town.BRIDGE);
        return town.route.links().stream()
                .map(Link::name)
                .filter(n -> n.startsWith(prefix))
                .toList();
    }

    private void awaitNotice(String words) {
        await(words, () -> town.notices.stream().anyMatch(n -> n.contains(words)));
    }

    private void awaitMended(int times) {
        await(
                times + " times mended",
                () ->
                        town.notices.stream().filter(n -> n.contains("has been made again")).count()
                                >= times);
    }

    private void await(String what, BooleanSupplier reached) {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (!reached.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what + ": " + town.notices).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    private void ip(String... words) {
        List<String> all = new ArrayList<>(List.of("ip"));
        all.addAll(List.of(words));
        int status =
                town.host.callChecked(() -> new ProcessBuilder(all).inheritIO().start().waitFor());
        assertThat(status).isZero();
    }

    @Test
    void removed_network_leaves_the_host_as_it_was() {
        List<String> before = names();
        BridgeDriver driver = town.driver(2);
        driver.release(driver.take(Request.of("a")));
        driver.remove();
        assertThat(town.route.link(Town.BRIDGE)).isEmpty();
        try (NatTable table =
                town.host.call(() -> NatTable.open(BridgeSettings.table(Town.BRIDGE)))) {
            assertThat(table.present()).isFalse();
        }
        try (BridgeDriver again = town.driver(0)) {
            again.remove();
        }
        assertThat(names()).containsExactlyElementsOf(before);
    }

    @Test
    void foreign_bridge_settings_are_respected_or_refused() {
        town.route
                .batch()
                .bridge(Town.BRIDGE, MacAddress.parse("02:00:00:00:00:09"), 1500)
                .send("foreign");
        int index = town.route.link(Town.BRIDGE).orElseThrow().index();
        town.route.batch().address(index, Cidr.address("10.99.0.1"), 24).send("foreign");
        assertConflict(() -> town.driver(0), "bridge sampantest0 has addresses");
        BridgeSettings open =
                new BridgeSettings(Town.BRIDGE, Optional.empty(), Optional.empty(), 0);
        try (BridgeDriver driver = town.driver(open, List.of())) {
            assertThat(driver.network().bridged().orElseThrow().subnet())
                    .hasToString("10.99.0.0/24");
        }
        town.route.delete(Town.BRIDGE);
        town.route
                .batch()
                .veth(
                        new VethPair(
                                Town.BRIDGE,
                                "other",
                                MacAddress.parse("02:00:00:00:00:0a"),
                                OptionalInt.empty(),
                                1500),
                        town.host)
                .send("foreign");
        assertConflict(() -> town.driver(0), "is no bridge");
    }

    private List<String> names() {
        return town.route.links().stream().map(Link::name).toList();
    }

    private ServerSocket hostSocket(int port) {
        return town.host.callChecked(() -> new ServerSocket(port));
    }

    private static PortRequest wish(String container, String address, String port) {
        return PortRequest.parse(container, address, port);
    }

    private static void assertConflict(Runnable action, String message) {
        assertThatThrownBy(action::run)
                .isInstanceOfSatisfying(
                        SampanException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT))
                .hasMessageContaining(message);
    }

    private static void awaitOwnNamespace(long pid) throws Exception {
        Path own = Files.readSymbolicLink(Path.of("/proc/self/ns/net"));
        Path other = Path.of("/proc/" + pid + "/ns/net");
        while (Files.readSymbolicLink(other).equals(own)) {
            Thread.onSpinWait();
        }
    }
}
