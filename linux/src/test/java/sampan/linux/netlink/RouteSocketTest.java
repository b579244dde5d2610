package sampan.linux.netlink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import sampan.errors.ErrnoException;
import sampan.errors.SampanException;
import sampan.linux.sys.Errno;

/// Each test has a network namespace of its own that plays the host.
@Tag("privileged")
class RouteSocketTest {
    private static final String GATEWAY = "10.77.0.1";

    private NetNamespace host;
    private RouteSocket route;

    @BeforeEach
    void open() {
        host = NetNamespace.create();
        route = RouteSocket.openIn(host);
    }

    @AfterEach
    void close() {
        route.close();
        host.close();
    }

    @Test
    void fresh_namespace_has_a_loopback_that_is_down() {
        assertThat(route.links())
                .singleElement()
                .satisfies(lo -> {
                    assertThat(lo.name()).isEqualTo("lo");
                    assertThat(lo.index()).isEqualTo(RouteSocket.LOOPBACK);
                    assertThat(lo.up()).isFalse();
                });
    }

    @Test
    void bridge_is_made_found_and_deleted() {
        MacAddress mac = MacAddress.parse("02:42:0a:4d:00:01");
        int index = bridge();
        Link link = route.link("br0").orElseThrow();
        assertThat(link.kind()).isEqualTo("bridge");
        assertThat(link.index()).isEqualTo(index);
        assertThat(link.mac()).contains(mac);
        assertThat(link.mtu()).isEqualTo(1400);
        assertThat(link.up()).isTrue();
        assertThat(route.link(index)).contains(link);
        assertThat(route.addresses())
                .filteredOn(a -> a.device() == index)
                .containsExactly(new LinkAddress(index, ip(GATEWAY), 24, true, true));
        assertThat(route.delete("br0")).isTrue();
        assertThat(route.delete("br0")).isFalse();
        assertThat(route.link("br0")).isEmpty();
    }

    @Test
    void loopback_routing_is_switched_on_without_a_file() throws Exception {
        int index = bridge();
        route.batch().routeLoopback(index).send("br0");
        assertThat(sysctl("br0", "route_localnet")).isEqualTo("1");
    }

    @Test
    void bridge_of_a_taken_name_is_refused_with_the_kernels_number() {
        bridge();
        assertThatThrownBy(this::bridge)
                .isInstanceOfSatisfying(
                        ErrnoException.class,
                        e -> {
                            assertThat(e.errno()).isEqualTo(Errno.EEXIST);
                            assertThat(e).hasMessageContaining("br0");
                        });
    }

    @Test
    void requests_behind_a_failing_one_are_still_worked_off() {
        assertThatThrownBy(() ->
                        route.batch().up("missing").up(RouteSocket.LOOPBACK).send("two links"))
                .isInstanceOfSatisfying(
                        ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENODEV));
        assertThat(route.link(RouteSocket.LOOPBACK).orElseThrow().up()).isTrue();
        assertThat(route.links()).hasSize(1);
    }

    @Test
    void link_names_are_checked_before_the_kernel_sees_them() {
        assertThatThrownBy(() -> route.link("a-name-of-16-byte"))
                .isInstanceOf(SampanException.class)
                .hasMessageContaining("link name 'a-name-of-16-byte'");
        assertThatThrownBy(() -> route.delete("../x")).isInstanceOf(SampanException.class);
    }

    @Test
    void link_is_renamed_moved_and_changed() {
        bridge();
        try (NetNamespace other = NetNamespace.create();
                RouteSocket inside = RouteSocket.openIn(other)) {
            route.batch()
                    .veth(
                            new VethPair(
                                    "va",
                                    "vb",
                                    MacAddress.parse("02:00:00:00:00:01"),
                                    OptionalInt.empty(),
                                    1500),
                            host)
                    .send("cable");
            int index = route.link("va").orElseThrow().index();
            route.batch()
                    .rename(index, "vc")
                    .mac(index, MacAddress.parse("02-00-00-00-00-0F"))
                    .mtu(index, 1300)
                    .send("vc");
            assertThat(route.link("vc").orElseThrow().mac())
                    .contains(MacAddress.parse("02:00:00:00:00:0f"));
            route.batch().move(route.link("vb").orElseThrow().index(), other, "eth7").send("vb");
            Link moved = inside.link("eth7").orElseThrow();
            assertThat(moved.peer()).hasValue(index);
            assertThat(route.link("vb")).isEmpty();
        }
    }

    @Test
    void two_containers_on_a_bridge_reach_each_other_and_know_the_way_out() throws Exception {
        int bridge = bridge();
        try (NetNamespace a = NetNamespace.create();
                NetNamespace b = NetNamespace.create();
                ServerSocketChannel server = attachServer(a, bridge, "10.77.0.2")) {
            container(b, bridge, "10.77.0.3").close();
            String answer = b.callChecked(() -> talk("10.77.0.2", server));
            assertThat(answer).isEqualTo("hello");
            try (RouteSocket inside = RouteSocket.openIn(b)) {
                assertThat(inside.routes())
                        .filteredOn(r -> r.isDefault() && r.table() == Route.TABLE_MAIN)
                        .singleElement()
                        .satisfies(r -> assertThat(r.gateway()).contains(ip(GATEWAY)));
                assertThat(inside.link("eth0").orElseThrow().mac())
                        .contains(MacAddress.of((Inet4Address) ip("10.77.0.3")));
                assertThat(inside.addresses()).noneMatch(x -> x.prefix() == 64);
            }
        }
    }

    @Test
    void dump_of_many_links_is_complete() {
        int bridge = bridge();
        for (int i = 0; i < 300; i++) {
            RouteBatch batch = route.batch();
            batch.bridge("many" + i, new MacAddress(0x020000000000L + i), 1500).send("many" + i);
        }
        assertThat(route.links()).hasSize(302);
        assertThat(route.link(bridge)).isPresent();
    }

    private ServerSocketChannel attachServer(NetNamespace home, int bridge, String address) {
        container(home, bridge, address).close();
        return home.callChecked(() ->
                ServerSocketChannel.open(StandardProtocolFamily.INET)
                        .bind(new InetSocketAddress(address, 80)));
    }

    private static String talk(String address, ServerSocketChannel server) throws IOException {
        try (SocketChannel client = SocketChannel.open(new InetSocketAddress(ip(address), 80));
                SocketChannel accepted = server.accept()) {
            accepted.write(ByteBuffer.wrap("hello".getBytes(UTF_8)));
            return new String(Channels.newInputStream(client).readNBytes(5), UTF_8);
        }
    }

    private RouteSocket container(NetNamespace home, int bridge, String address) {
        Inet4Address ip = (Inet4Address) ip(address);
        VethPair pair =
                new VethPair(
                        "v" + address.replace(".", ""),
                        "eth0",
                        MacAddress.of(ip),
                        OptionalInt.of(bridge),
                        1500);
        route.batch().veth(pair, home).port(pair.name()).up(pair.name()).send(pair.name());
        RouteSocket inside = RouteSocket.openIn(home);
        int index = inside.link("eth0").orElseThrow().index();
        inside.batch()
                .up(RouteSocket.LOOPBACK)
                .withoutLinkLocal(index)
                .address(index, ip, 24)
                .up(index)
                .defaultRoute(ip(GATEWAY), index)
                .send("eth0");
        return inside;
    }

    private int bridge() {
        route.batch().bridge("br0", MacAddress.parse("02:42:0a:4d:00:01"), 1400).send("br0");
        int index = route.link("br0").orElseThrow().index();
        route.batch().withoutLinkLocal(index).address(index, ip(GATEWAY), 24).up(index).send("br0");
        return index;
    }

    private String sysctl(String device, String name) {
        return host.callChecked(
                () -> Files.readString(Path.of("/proc/sys/net/ipv4/conf", device, name)).strip());
    }

    private static InetAddress ip(String text) {
        return InetAddress.ofLiteral(text);
    }
}
