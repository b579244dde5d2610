package sampan.engine.networks.bridge;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Closeable;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import sampan.engine.networks.Attachment;
import sampan.engine.networks.Cidr;
import sampan.engine.networks.Network;
import sampan.engine.networks.Sandbox;
import sampan.linux.netlink.MacAddress;
import sampan.linux.netlink.NetNamespace;
import sampan.linux.netlink.RouteSocket;
import sampan.linux.netlink.VethPair;

/// A namespace that plays the host, one that plays a remote machine, and servers in them.
final class Town implements AutoCloseable {
    static final String BRIDGE = "sampantest0";
    static final InetAddress HOST = InetAddress.ofLiteral("192.0.2.1");
    static final InetAddress HOST6 = InetAddress.ofLiteral("2001:db8::1");
    static final InetAddress REMOTE = InetAddress.ofLiteral("192.0.2.2");
    static final InetAddress LOCALHOST = InetAddress.ofLiteral("127.0.0.1");
    static final InetAddress LOCALHOST6 = InetAddress.ofLiteral("::1");
    static final String SILENCE = "no answer";

    private static final int ANSWER_MILLIS = 5_000;

    final NetNamespace host = NetNamespace.create();
    final NetNamespace remote = NetNamespace.create();
    final RouteSocket route = RouteSocket.openIn(host);
    final List<String> notices = new CopyOnWriteArrayList<>();
    private final List<Closeable> open = new ArrayList<>();

    Town() {
        // A new namespace inherits the setting of the first one, whatever that is at the time.
        host.callChecked(() -> Files.writeString(Path.of("/proc/sys/net/ipv4/ip_forward"), "0"));
        MacAddress mac = MacAddress.parse("02:00:00:00:00:01");
        route.batch()
                .up(RouteSocket.LOOPBACK)
                .veth(new VethPair("uplink", "eth0", mac, OptionalInt.empty(), 1400), remote)
                .send("uplink");
        int uplink = route.link("uplink").orElseThrow().index();
        try (RouteSocket far = RouteSocket.openIn(remote)) {
            int eth0 = far.link("eth0").orElseThrow().index();
            far.batch()
                    .up(RouteSocket.LOOPBACK)
                    .address(eth0, REMOTE, 24)
                    .address(eth0, InetAddress.ofLiteral("2001:db8::2"), 64)
                    .up(eth0)
                    .send("eth0");
        }
        route.batch()
                .address(uplink, HOST, 24)
                .address(uplink, HOST6, 64)
                .up(uplink)
                .defaultRoute(REMOTE, uplink)
                .send("uplink");
    }

    static BridgeSettings settings(int pool) {
        return new BridgeSettings(
                BRIDGE, Optional.of(Cidr.parse("10.88.0.0/24")), Optional.empty(), pool);
    }

    BridgeDriver driver(int pool) {
        return driver(settings(pool), List.of());
    }

    BridgeDriver driver(BridgeSettings settings, Collection<Attachment> running) {
        HostNamespace side = HostNamespace.of(host);
        Network network =
                new Network(
                        "1".repeat(64),
                        Network.DEFAULT_NAME,
                        Network.BRIDGE_DRIVER,
                        Instant.EPOCH,
                        Optional.of(BridgePlan.resolve(settings, Optional.empty(), side)),
                        Map.of());
        return BridgeDriver.open(network, settings, side, running, notices::add);
    }

    /// A server on TCP and UDP in a sandbox that answers with the address it sees.
    void serve(Sandbox sandbox, int port) {
        serve(sandbox.namespace(), port);
    }

    void serve(NetNamespace home, int port) {
        ServerSocket tcp = home.callChecked(() -> new ServerSocket(port));
        DatagramSocket udp = home.callChecked(() -> new DatagramSocket(port));
        open.add(tcp);
        open.add(udp);
        Thread.startVirtualThread(() -> {
            try {
                while (true) {
                    try (Socket client = tcp.accept()) {
                        client.getOutputStream().write(name(client.getInetAddress()));
                    }
                }
            } catch (IOException e) {
                // Closed: the test is over.
            }
        });
        answer(udp, packet -> name(packet.getAddress()));
    }

    /// A server on UDP that always says the same.
    void speak(Sandbox sandbox, int port, String word) {
        DatagramSocket udp = sandbox.namespace().callChecked(() -> new DatagramSocket(port));
        open.add(udp);
        answer(udp, packet -> word.getBytes(UTF_8));
    }

    private static void answer(DatagramSocket udp, Function<DatagramPacket, byte[]> words) {
        Thread.startVirtualThread(() -> {
            try {
                while (true) {
                    DatagramPacket packet = new DatagramPacket(new byte[64], 64);
                    udp.receive(packet);
                    packet.setData(words.apply(packet));
                    udp.send(packet);
                }
            } catch (IOException e) {
                // Closed: the test is over.
            }
        });
    }

    /// An echo server on TCP that answers when its client has finished speaking.
    void echo(Sandbox sandbox, int port) {
        ServerSocket tcp = sandbox.namespace().callChecked(() -> new ServerSocket(port));
        open.add(tcp);
        Thread.startVirtualThread(() -> {
            try (Socket client = tcp.accept()) {
                byte[] all = client.getInputStream().readAllBytes();
                client.getOutputStream().write(all);
            } catch (IOException e) {
                // Closed: the test is over.
            }
        });
    }

    static String ask(NetNamespace client, InetAddress address, int port) {
        return client.callChecked(() -> {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(address, port), ANSWER_MILLIS);
                socket.setSoTimeout(ANSWER_MILLIS);
                String answer = new String(socket.getInputStream().readAllBytes(), UTF_8);
                return answer.isEmpty() ? SILENCE : answer;
            } catch (IOException e) {
                return SILENCE;
            }
        });
    }

    static String askByDatagram(NetNamespace client, InetAddress address, int port) {
        return client.callChecked(() -> {
            try (DatagramSocket socket = new DatagramSocket()) {
                socket.setSoTimeout(ANSWER_MILLIS);
                socket.connect(address, port);
                socket.send(new DatagramPacket(new byte[1], 1));
                DatagramPacket packet = new DatagramPacket(new byte[64], 64);
                socket.receive(packet);
                return new String(packet.getData(), 0, packet.getLength(), UTF_8);
            } catch (IOException e) {
                return SILENCE;
            }
        });
    }

    @Override
    public void close() {
        for (Closeable each : open) {
            HeldPorts.closeQuietly(each);
        }
        route.close();
        host.close();
        remote.close();
    }

    private static byte[] name(InetAddress address) {
        return address.getHostAddress().getBytes(UTF_8);
    }
}
