package sampan.engine.networks.bridge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
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
import sampan.linux.netlink.Route;
import sampan.linux.netlink.RouteSocket;

@Tag("privileged")
class BridgeDriverTest {
    private final Town town = new Town();

    @AfterEach
    void close() {
        town.close();
    }

    @Test
    void sandbox_is_wired_addressed_and_routed_and_reaches_others_and_the_world() {
        try (BridgeDriver driver = town.driver(2)) {
            Sandbox first = driver.take(Request.of("a"));
            Sandbox second = driver.take(Request.of("b"));
            // Which of those that are made at the same time comes first is nobody's choice.
            List<Inet4Address> lowest =
                    IntStream.rangeClosed(2, 5)
                            .mapToObj(i -> Cidr.address("10.88.0." + i))
                            .toList();
            assertThat(lowest).contains(first.endpoint().address(), second.endpoint().address());
            assertThat(first.endpoint().address()).isNotEqualTo(second.endpoint().address());
            assertThat(first.endpoint().gateway()).isEqualTo(Cidr.address("10.88.0.1"));
            assertThat(first.endpoint().mac()).isEqualTo(MacAddress.of(first.endpoint().address()));
            assertThat(driver.endpoints())
                    .containsExactlyInAnyOrder(first.endpoint(), second.endpoint());
            try (RouteSocket inside = RouteSocket.openIn(first.namespace())) {
                assertThat(inside.links()).filteredOn(Link::up).hasSize(2);
                assertThat(inside.link("eth0").orElseThrow().mtu()).isEqualTo(1400);
                assertThat(inside.routes())
                        .anyMatch(r -> r.isDefault() && r.table() == Route.TABLE_MAIN);
            }
            town.serve(first, 80);
            town.serve(town.remote, 53);
            assertThat(Town.ask(second.namespace(), first.endpoint().address(), 80))
                    .isEqualTo(second.endpoint().address().getHostAddress());
            assertThat(Town.ask(first.namespace(), Town.REMOTE, 53)).isEqualTo("192.0.2.1");
            assertThat(Town.ask(town.host, first.endpoint().address(), 80)).isEqualTo("10.88.0.1");
            driver.release(first);
            driver.release(second);
            assertThat(driver.endpoints()).isEmpty();
        }
        assertThat(town.notices)
                .containsExactly(
                        "switched on the forwarding of IPv4 packets (/proc/sys/net/ipv4/ip_forward)");
    }

    @Test
    void published_port_answers_on_every_path() {
        try (BridgeDriver driver = town.driver(2)) {
            Sandbox server = driver.take(Request.of("a"));
            Sandbox client = driver.take(Request.of("b"));
            town.serve(server, 80);
            List<PortMapping> mappings =
                    driver.publish(
                            server.endpoint(),
                            List.of(wish("80/tcp", "", "8080"), wish("80/udp", "", "8080")));
            assertThat(mappings).extracting(PortMapping::hostPort).containsExactly(8080, 8080);
            answers(town.remote, Town.HOST, "192.0.2.2");
            answers(town.host, Town.HOST, "192.0.2.1");
            answers(town.host, Town.LOCALHOST, "10.88.0.1");
            answers(client.namespace(), Town.HOST, "10.88.0.1");
            answers(server.namespace(), Town.HOST, "10.88.0.1");
            // By IPv6 the daemon relays: the container sees the gateway.
            answers(town.remote, Town.HOST6, "10.88.0.1");
            answers(town.host, Town.LOCALHOST6, "10.88.0.1");
            driver.unpublish(server.endpoint());
            assertThat(Town.ask(town.remote, Town.HOST, 8080)).isEqualTo(Town.SILENCE);
            assertThat(Town.ask(town.host, Town.LOCALHOST6, 8080)).isEqualTo(Town.SILENCE);
            driver.release(server);
            driver.release(client);
        }
    }

    @Test
    void udp_client_that_never_pauses_follows_the_port_to_its_next_container() throws Exception {
        try (BridgeDriver driver = town.driver(2);
                DatagramSocket client = town.remote.callChecked(DatagramSocket::new)) {
            client.setSoTimeout(50);
            Sandbox first = driver.take(Request.of("a"));
            Sandbox second = driver.take(Request.of("b"));
            town.speak(first, 80, "first");
            town.speak(second, 80, "second");
            driver.publish(first.endpoint(), List.of(wish("80/udp", "", "8080")));
            awaitAnswer(client, "first");
            driver.unpublish(first.endpoint());
            driver.publish(second.endpoint(), List.of(wish("80/udp", "192.0.2.1", "8080")));
            awaitAnswer(client, "second");
            driver.release(first);
            driver.release(second);
        }
    }

    @Test
    void udp_client_that_was_there_before_the_port_is_led_with_its_own_address() throws Exception {
        try (BridgeDriver driver = town.driver(1);
                DatagramSocket client = town.remote.callChecked(DatagramSocket::new)) {
            client.setSoTimeout(50);
            Sandbox server = driver.take(Request.of("a"));
            town.serve(server, 80);
            send(client);
            driver.publish(server.endpoint(), List.of(wish("80/udp", "", "8080")));
            awaitAnswer(client, "192.0.2.2");
            driver.release(server);
        }
        assertThat(town.notices).noneMatch(notice -> notice.contains("udp"));
    }

    @Test
    void port_on_one_family_or_address_stays_there() {
        try (BridgeDriver driver = town.driver(1)) {
            Sandbox server = driver.take(Request.of("a"));
            town.serve(server, 80);
            driver.publish(
                    server.endpoint(),
                    List.of(
                            wish("80", "::", "8001"),
                            wish("80", "0.0.0.0", "8002"),
                            wish("80", "::1", "8003"),
                            wish("80", "192.0.2.1", "8004")));
            assertThat(reached(8001)).containsExactly(Town.HOST6, Town.LOCALHOST6);
            assertThat(reached(8002)).containsExactly(Town.HOST, Town.LOCALHOST);
            assertThat(reached(8003)).containsExactly(Town.LOCALHOST6);
            assertThat(reached(8004)).containsExactly(Town.HOST);
            driver.release(server);
        }
    }

    @Test
    void port_without_the_firewalls_help_is_relayed_with_half_close() {
        try (BridgeDriver driver = town.driver(1)) {
            Sandbox server = driver.take(Request.of("a"));
            town.echo(server, 80);
            driver.publish(server.endpoint(), List.of(wish("80", "", "8080")));
            String big = "x".repeat(1 << 20);
            String answer =
                    town.host.callChecked(() -> {
                        try (Socket socket = new Socket()) {
                            socket.connect(new InetSocketAddress(Town.LOCALHOST6, 8080));
                            socket.getOutputStream().write(big.getBytes(UTF_8));
                            socket.shutdownOutput();
                            return new String(socket.getInputStream().readAllBytes(), UTF_8);
                        }
                    });
            assertThat(answer).isEqualTo(big);
            driver.release(server);
        }
    }

    @Test
    void taken_ports_are_refused_in_dockers_words_and_leave_nothing_published() throws Exception {
        try (BridgeDriver driver = town.driver(2);
                ServerSocket stranger =
                        town.host.callChecked(() -> new ServerSocket(9000, 1, Town.LOCALHOST))) {
            assertThat(stranger.isBound()).isTrue();
            Endpoint first = driver.take(Request.of("a")).endpoint();
            Endpoint second = driver.take(Request.of("b")).endpoint();
            driver.publish(first, List.of(wish("80", "", "8080")));
            assertConflict(
                    () ->
                            driver.publish(
                                    second,
                                    List.of(wish("80", "", "8081"), wish("80", "", "8080"))),
                    "Bind for 0.0.0.0:8080 failed: port is already allocated");
            assertConflict(
                    () -> driver.publish(second, List.of(wish("80", "127.0.0.1", "8080"))),
                    "Bind for 127.0.0.1:8080 failed: port is already allocated");
            assertConflict(
                    () -> driver.publish(second, List.of(wish("80", "", "9000"))),
                    "failed to bind host port 0.0.0.0:9000/tcp: address already in use");
            assertConflict(
                    () -> driver.publish(second, List.of(wish("80", "203.0.113.9", "9000"))),
                    "failed to bind host port 203.0.113.9:9000/tcp: cannot assign requested"
                            + " address");
            assertThat(driver.publish(second, List.of(wish("80", "", "8080-8090"))))
                    .extracting(PortMapping::hostPort)
                    .containsExactly(8081);
            assertThatThrownBy(() -> hostSocket(8081)).hasMessageContaining("in use");
            driver.unpublish(second);
            hostSocket(8081).close();
            driver.detach(first);
            driver.detach(second);
        }
    }

    @Test
    void free_port_is_chosen_and_both_families_of_one_wish_are_one() throws Exception {
        try (BridgeDriver driver = town.driver(1)) {
            Sandbox server = driver.take(Request.of("a"));
            town.serve(server, 80);
            List<PortMapping> mappings =
                    driver.publish(
                            server.endpoint(),
                            List.of(
                                    wish("80", "", ""),
                                    wish("80", "127.0.0.1", "0"),
                                    wish("80", "0.0.0.0", "8080"),
                                    wish("80", "::", "8080")));
            assertThat(mappings).hasSize(3);
            assertThat(mappings.get(0).hostPort()).isGreaterThan(1024);
            assertThat(mappings.get(2).hostAddress()).isEmpty();
            assertThat(Town.ask(town.remote, Town.HOST, mappings.get(0).hostPort()))
                    .isEqualTo("192.0.2.2");
            assertThat(Town.ask(town.host, Town.LOCALHOST, mappings.get(1).hostPort()))
                    .isEqualTo("10.88.0.1");
            driver.release(server);
        }
    }

    @Test
    void hundreds_of_ports_start_no_process_and_end_without_a_trace() throws Exception {
        try (BridgeDriver driver = town.driver(1)) {
            Sandbox server = driver.take(Request.of("a"));
            town.serve(server, 80);
            long processes = ProcessHandle.current().descendants().count();
            long threads = threads();
            List<PortRequest> wishes =
                    IntStream.range(0, 300)
                            .mapToObj(i -> wish("80", "", Integer.toString(20_000 + i)))
                            .toList();
            driver.publish(server.endpoint(), wishes);
            assertThat(ProcessHandle.current().descendants().count()).isEqualTo(processes);
            assertThat(threads()).isLessThanOrEqualTo(threads + 2);
            assertThat(Town.ask(town.remote, Town.HOST, 20_299)).isEqualTo("192.0.2.2");
            driver.release(server);
            hostSocket(20_000).close();
            hostSocket(20_299).close();
        }
    }

    @Test
    void link_goes_with_its_namespace_and_its_address_comes_back() throws Exception {
        BridgeSettings tiny =
                new BridgeSettings(
                        Town.BRIDGE, Optional.of(Cidr.parse("10.88.0.0/30")), Optional.empty(), 0);
        try (BridgeDriver driver = town.driver(tiny, List.of())) {
            for (int i = 0; i < 3; i++) {
                Sandbox only = driver.take(Request.of("a"));
                assertThat(only.endpoint().address()).isEqualTo(Cidr.address("10.88.0.2"));
                driver.release(only);
            }
        }
    }

    @Test
    void link_of_a_namespace_that_lives_on_is_removed_where_the_address_is_needed() {
        BridgeSettings tiny =
                new BridgeSettings(
                        Town.BRIDGE, Optional.of(Cidr.parse("10.88.0.0/30")), Optional.empty(), 0);
        try (BridgeDriver driver = town.driver(tiny, List.of())) {
            Sandbox kept = driver.take(Request.of("a"));
            driver.detach(kept.endpoint());
            Sandbox next = driver.take(Request.of("b"));
            assertThat(next.endpoint().address()).isEqualTo(kept.endpoint().address());
            try (RouteSocket inside = RouteSocket.openIn(kept.namespace())) {
                assertThat(inside.link("eth0")).isEmpty();
            }
            assertThatThrownBy(() -> driver.take(Request.of("c")))
                    .isInstanceOf(SampanException.class)
                    .hasMessageContaining("no free address left in subnet 10.88.0.0/30");
            driver.release(next);
            kept.namespace().close();
        }
    }

    @Test
    void wishes_for_address_and_mac_are_honoured_in_a_given_namespace() {
        try (BridgeDriver driver = town.driver(0);
                NetNamespace given = NetNamespace.create()) {
            Request request =
                    new Request(
                            "a",
                            Optional.of(Cidr.address("10.88.0.77")),
                            Optional.of(MacAddress.parse("02:00:00:00:00:77")));
            Endpoint endpoint = driver.attach(request, given);
            assertThat(endpoint.address()).isEqualTo(Cidr.address("10.88.0.77"));
            assertConflict(() -> driver.take(request), "address 10.88.0.77 is already in use");
            try (RouteSocket inside = RouteSocket.openIn(given)) {
                assertThat(inside.link("eth0").orElseThrow().mac())
                        .contains(MacAddress.parse("02:00:00:00:00:77"));
            }
            driver.detach(endpoint);
        }
    }

    @Test
    void many_containers_come_and_go_and_nothing_is_left() throws Exception {
        long descriptors = descriptors();
        try (BridgeDriver driver = town.driver(4)) {
            List<Sandbox> sandboxes = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                sandboxes.add(driver.take(Request.of("c" + i)));
            }
            assertThat(sandboxes).extracting(s -> s.endpoint().address()).doesNotHaveDuplicates();
            sandboxes.forEach(driver::release);
            driver.resizePool(0);
            assertThat(driver.pooled()).isZero();
            driver.remove();
        }
        assertThat(descriptors()).isLessThanOrEqualTo(descriptors);
    }

    private static void send(DatagramSocket client) throws Exception {
        client.send(new DatagramPacket(new byte[1], 1, Town.HOST, 8080));
    }

    /// Sends without a pause until that answer comes.
    private static void awaitAnswer(DatagramSocket client, String wanted) throws Exception {
        DatagramPacket packet = new DatagramPacket(new byte[64], 64);
        String answer = "";
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!answer.equals(wanted) && System.nanoTime() < end) {
            send(client);
            try {
                client.receive(packet);
                answer = new String(packet.getData(), 0, packet.getLength(), UTF_8);
            } catch (SocketTimeoutException | PortUnreachableException e) {
                answer = "";
            }
        }
        assertThat(answer).isEqualTo(wanted);
    }

    private void answers(NetNamespace client, InetAddress address, String seen) {
        assertThat(Town.ask(client, address, 8080)).as("tcp to %s", address).isEqualTo(seen);
        assertThat(Town.askByDatagram(client, address, 8080))
                .as("udp to %s", address)
                .isEqualTo(seen);
    }

    private List<InetAddress> reached(int port) {
        List<InetAddress> reached = new ArrayList<>();
        for (InetAddress address :
                List.of(Town.HOST, Town.LOCALHOST, Town.HOST6, Town.LOCALHOST6)) {
            if (!Town.ask(town.host, address, port).equals(Town.SILENCE)) {
                reached.add(address);
            }
        }
        return reached;
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

    private static long threads() throws Exception {
        try (var entries = Files.list(Path.of("/proc/self/task"))) {
            return entries.count();
        }
    }

    /// Descriptors of namespaces and sockets; the virtual machine opens others as it likes.
    private static long descriptors() throws Exception {
        try (var entries = Files.list(Path.of("/proc/self/fd"))) {
            return entries.map(BridgeDriverTest::target)
                    .filter(target -> target.startsWith("net:") || target.startsWith("socket:"))
                    .count();
        }
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException e) {
            return "";
        }
    }
}
