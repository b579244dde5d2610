package sampan.linux.nftables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.netlink.NetNamespace;
import sampan.linux.netlink.NetlinkSocket;
import sampan.linux.netlink.RouteSocket;

@Tag("privileged")
class NatTableTest {
    private static final Inet4Address LOCALHOST = Landscape.ip("127.0.0.1");
    private static final String SILENCE = "no answer";
    private static final int SHORT_MILLIS = 300;

    private Landscape land;
    private NatTable table;

    @BeforeEach
    void lay() {
        land = new Landscape();
        table = land.host.call(() -> NatTable.open("sampantest"));
        table.install(List.of(new NatNetwork("br0", Landscape.SUBNET, 24, true)), Map.of());
        land.serve(land.first, 80);
    }

    @AfterEach
    void close() throws Exception {
        table.close();
        land.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1"})
    void published_port_answers_from_everywhere(String bridgedFramesPassFirewall) {
        bridgedFrames(bridgedFramesPassFirewall);
        table.publish(Map.of(any(PortKey.TCP, 8080), first(80), any(PortKey.UDP, 8080), first(80)));
        assertThat(both(land.remote, Landscape.HOST)).isEqualTo(Landscape.REMOTE);
        assertThat(both(land.host, Landscape.HOST)).isEqualTo(Landscape.HOST);
        assertThat(both(land.host, LOCALHOST)).isEqualTo(Landscape.GATEWAY);
        assertThat(both(land.host, Landscape.GATEWAY)).isEqualTo(Landscape.GATEWAY);
        assertThat(both(land.second, Landscape.HOST)).isEqualTo(Landscape.GATEWAY);
        assertThat(both(land.second, Landscape.GATEWAY)).isEqualTo(Landscape.GATEWAY);
        assertThat(both(land.first, Landscape.HOST)).isEqualTo(Landscape.GATEWAY);
    }

    @Test
    void port_of_one_address_answers_there_only() {
        table.publish(Map.of(new PortKey(PortKey.TCP, Optional.of(LOCALHOST), 8080), first(80)));
        assertThat(Landscape.ask(land.host, LOCALHOST, 8080)).isEqualTo("10.77.0.1");
        assertThat(Landscape.ask(land.host, Landscape.HOST, 8080)).isEqualTo(SILENCE);
        assertThat(Landscape.ask(land.remote, Landscape.HOST, 8080)).isEqualTo(SILENCE);
    }

    @Test
    void what_is_not_published_is_out_of_reach_and_the_way_out_is_open() {
        remoteRouteToContainers();
        assertThat(Landscape.ask(land.remote, Landscape.FIRST, 80, SHORT_MILLIS))
                .isEqualTo(SILENCE);
        assertThat(Landscape.ask(land.second, Landscape.FIRST, 80)).isEqualTo("10.77.0.3");
        land.serve(land.remote, 53);
        assertThat(Landscape.ask(land.first, Landscape.REMOTE, 53)).isEqualTo("192.0.2.1");
        assertThat(Landscape.askByDatagram(land.first, Landscape.REMOTE, 53))
                .isEqualTo("192.0.2.1");
    }

    @Test
    void loopback_of_the_host_stays_closed_to_containers() {
        land.serve(land.host, 7000);
        land.first.run(() -> {
            try (var route = RouteSocket.open()) {
                int eth0 = route.link("eth0").orElseThrow().index();
                route.batch().routeLoopback(eth0).down(1).send("lo");
                route.batch().route(Landscape.ip("127.0.0.2"), 32, eth0).send("127.0.0.2");
            }
        });
        assertThat(Landscape.ask(land.first, Landscape.GATEWAY, 7000)).isEqualTo("10.77.0.2");
        assertThat(Landscape.ask(land.first, Landscape.ip("127.0.0.2"), 7000, SHORT_MILLIS))
                .isEqualTo(SILENCE);
    }

    @Test
    void unpublished_port_falls_silent_and_can_be_given_to_another() {
        land.serve(land.second, 80);
        PortKey key = any(PortKey.TCP, 8080);
        table.publish(Map.of(key, first(80)));
        table.unpublish(Set.of(key, any(PortKey.TCP, 9999)));
        assertThat(table.published()).isEmpty();
        assertThat(Landscape.ask(land.remote, Landscape.HOST, 8080)).isEqualTo(SILENCE);
        table.publish(Map.of(key, new PortTarget(Landscape.SECOND, 80)));
        assertThat(Landscape.ask(land.remote, Landscape.HOST, 8080)).isEqualTo("192.0.2.2");
    }

    @Test
    void taken_port_is_a_conflict_and_leaves_everything_as_it_was() {
        table.publish(Map.of(any(PortKey.TCP, 8080), first(80)));
        assertThatThrownBy(() ->
                        table.publish(
                                Map.of(
                                        any(PortKey.TCP, 8080),
                                        new PortTarget(Landscape.SECOND, 80),
                                        any(PortKey.TCP, 8081),
                                        first(80))))
                .isInstanceOfSatisfying(
                        SampanException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT));
        assertThat(table.published()).containsOnlyKeys(any(PortKey.TCP, 8080));
        assertThat(Landscape.ask(land.remote, Landscape.HOST, 8080)).isEqualTo("192.0.2.2");
    }

    @Test
    void thousands_of_ports_fit_and_survive_a_new_laying() {
        Map<PortKey, PortTarget> many = new HashMap<>();
        for (int port = 10_000; port < 13_000; port++) {
            many.put(any(PortKey.TCP, port), first(80));
            many.put(new PortKey(PortKey.UDP, Optional.of(Landscape.HOST), port), first(80));
        }
        table.publish(many);
        table.repair();
        assertThat(table.published()).hasSize(6_000);
        assertThat(Landscape.ask(land.remote, Landscape.HOST, 12_999)).isEqualTo("192.0.2.2");
        assertThat(Landscape.askByDatagram(land.remote, Landscape.HOST, 10_000))
                .isEqualTo("192.0.2.2");
        table.unpublish(many.keySet());
        assertThat(Landscape.ask(land.remote, Landscape.HOST, 12_999)).isEqualTo(SILENCE);
    }

    @Test
    void change_to_a_vanished_table_lays_it_again() {
        table.publish(Map.of(any(PortKey.TCP, 8080), first(80)));
        deleteByAnother();
        table.publish(Map.of(any(PortKey.TCP, 8081), first(80)));
        assertThat(Landscape.ask(land.remote, Landscape.HOST, 8080)).isEqualTo("192.0.2.2");
        assertThat(Landscape.ask(land.remote, Landscape.HOST, 8081)).isEqualTo("192.0.2.2");
    }

    @Test
    void table_that_another_program_removes_is_laid_again() throws Exception {
        table.publish(Map.of(any(PortKey.TCP, 8080), first(80)));
        BlockingQueue<TableWatch.Repair> repairs = new LinkedBlockingQueue<>();
        try (TableWatch watch =
                land.host.call(() -> TableWatch.open(table, repairs::add)).start()) {
            assertThat(watch).isNotNull();
            for (int i = 0; i < 3; i++) {
                deleteByAnother();
                TableWatch.Repair repair = repairs.poll(10, TimeUnit.SECONDS);
                assertThat(repair).isNotNull();
                assertThat(repair.success()).isTrue();
                assertThat(repair.reason()).isEqualTo("another program changed the table");
                assertThat(table.intact()).isTrue();
                assertThat(Landscape.ask(land.remote, Landscape.HOST, 8080)).isEqualTo("192.0.2.2");
            }
        }
        assertThat(repairs).isEmpty();
    }

    @Test
    void own_changes_are_no_reason_for_the_watch_and_neither_are_foreign_tables() throws Exception {
        BlockingQueue<TableWatch.Repair> repairs = new LinkedBlockingQueue<>();
        try (TableWatch watch = land.host.call(() -> TableWatch.open(table, repairs::add)).start();
                NatTable foreign = land.host.call(() -> NatTable.open("sampantest2"))) {
            assertThat(watch).isNotNull();
            table.publish(Map.of(any(PortKey.TCP, 8080), first(80)));
            table.repair();
            foreign.install(List.of(), Map.of());
            foreign.remove();
            deleteByAnother();
            assertThat(repairs.poll(10, TimeUnit.SECONDS)).isNotNull();
        }
        assertThat(repairs).isEmpty();
    }

    @Test
    void removed_table_is_gone_and_removing_twice_is_harmless() {
        assertThat(table.intact()).isTrue();
        assertThat(table.present()).isTrue();
        table.remove();
        table.remove();
        assertThat(table.intact()).isFalse();
        assertThat(table.present()).isFalse();
    }

    @Test
    void chain_that_drops_forwarded_packets_is_found_and_ours_is_not_one() {
        assertThat(land.host.call(ForeignChains::forwardDrops)).isEmpty();
        land.host.run(NatTableTest::dropForwarded);
        assertThat(land.host.call(ForeignChains::forwardDrops))
                .containsExactly(new ForeignChains.ForwardDrop("ip", "strict", "gate"));
    }

    @Test
    void table_name_is_checked() {
        assertThatThrownBy(() -> NatTable.open("no good"))
                .isInstanceOf(SampanException.class)
                .hasMessageContaining("firewall table name 'no good'");
    }

    /// Asks by TCP and by UDP; both must see the same client address, which is returned.
    private InetAddress both(NetNamespace client, Inet4Address address) {
        String tcp = Landscape.ask(client, address, 8080);
        String udp = Landscape.askByDatagram(client, address, 8080);
        assertThat(udp).isEqualTo(tcp).isNotEqualTo(SILENCE);
        return InetAddress.ofLiteral(tcp);
    }

    private void bridgedFrames(String value) {
        land.host.callChecked(() ->
                Files.writeString(Path.of("/proc/sys/net/bridge/bridge-nf-call-iptables"), value));
    }

    private void remoteRouteToContainers() {
        land.remote.run(() -> {
            try (var route = RouteSocket.open()) {
                int eth0 = route.link("eth0").orElseThrow().index();
                route.batch().defaultRoute(Landscape.HOST, eth0).send("default");
            }
        });
    }

    private static void dropForwarded() {
        try (NetlinkSocket socket = NetlinkSocket.open(NetlinkSocket.PROTOCOL_NETFILTER)) {
            socket.transact(
                    "strict",
                    e -> {
                        Nft nft = new Nft(e, "strict").begin().table();
                        e.message(
                                        Nft.type(Nft.NEW_CHAIN),
                                        NetlinkSocket.REQUEST | NetlinkSocket.CREATE)
                                .rawU8(Nft.FAMILY_IPV4)
                                .rawU8(0)
                                .rawBe16(0)
                                .string(1, "strict")
                                .string(3, "gate")
                                .open(4)
                                .be32(1, Nft.HOOK_FORWARD)
                                .be32(2, 0)
                                .close()
                                .be32(5, 0)
                                .string(7, "filter");
                        nft.end();
                    });
        }
    }

    private void deleteByAnother() {
        try (NatTable other = land.host.call(() -> NatTable.open("sampantest"))) {
            other.remove();
        }
    }

    private static PortKey any(int protocol, int port) {
        return new PortKey(protocol, Optional.empty(), port);
    }

    private static PortTarget first(int port) {
        return new PortTarget(Landscape.FIRST, port);
    }
}
