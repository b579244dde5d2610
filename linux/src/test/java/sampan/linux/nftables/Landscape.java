package sampan.linux.nftables;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Closeable;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import sampan.linux.netlink.MacAddress;
import sampan.linux.netlink.NetNamespace;
import sampan.linux.netlink.RouteSocket;
import sampan.linux.netlink.VethPair;

/// A world of namespaces: a host with a bridge, two containers on it, and a remote machine on
/// another network of the host.
final class Landscape implements AutoCloseable {
    static final Inet4Address SUBNET = ip("10.77.0.0");
    static final Inet4Address GATEWAY = ip("10.77.0.1");
    static final Inet4Address FIRST = ip("10.77.0.2");
    static final Inet4Address SECOND = ip("10.77.0.3");
    static final Inet4Address HOST = ip("192.0.2.1");
    static final Inet4Address REMOTE = ip("192.0.2.2");

    private static final int ANSWER_MILLIS = 5_000;

    final NetNamespace host = NetNamespace.create();
    final NetNamespace first = NetNamespace.create();
    final NetNamespace second = NetNamespace.create();
    final NetNamespace remote = NetNamespace.create();
    private final List<Closeable> open = new ArrayList<>();

    Landscape() {
        host.callChecked(() -> Files.writeString(Path.of("/proc/sys/net/ipv4/ip_forward"), "1"));
        try (RouteSocket route = RouteSocket.openIn(host)) {
            route.batch().up(RouteSocket.LOOPBACK).bridge("br0", mac(GATEWAY), 1500).send("br0");
            int bridge = route.link("br0").orElseThrow().index();
            route.batch().address(bridge, GATEWAY, 24).routeLoopback(bridge).up(bridge).send("br0");
            cable(route, first, FIRST, GATEWAY, OptionalInt.of(bridge));
            cable(route, second, SECOND, GATEWAY, OptionalInt.of(bridge));
            cable(route, remote, REMOTE, HOST, OptionalInt.empty());
            int uplink = route.link("vc0000202").orElseThrow().index();
            route.batch().address(uplink, HOST, 24).up(uplink).send("uplink");
        }
    }

    /// A server on TCP and UDP that answers every client with the address that it sees.
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
                return;
            }
        });
        Thread.startVirtualThread(() -> {
            try {
                while (true) {
                    DatagramPacket packet = new DatagramPacket(new byte[64], 64);
                    udp.receive(packet);
                    packet.setData(name(packet.getAddress()));
                    udp.send(packet);
                }
            } catch (IOException e) {
                return;
            }
        });
    }

    /// What a server says to a client in a namespace over TCP, or why it says nothing.
    static String ask(NetNamespace client, InetAddress address, int port, int millis) {
        return client.callChecked(() -> {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(address, port), millis);
                socket.setSoTimeout(millis);
                return new String(socket.getInputStream().readAllBytes(), UTF_8);
            } catch (IOException e) {
                return "no answer";
            }
        });
    }

    static String ask(NetNamespace client, InetAddress address, int port) {
        return ask(client, address, port, ANSWER_MILLIS);
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
                return "no answer";
            }
        });
    }

    @Override
    public void close() throws IOException {
        for (Closeable each : open) {
            each.close();
        }
        for (NetNamespace each : List.of(host, first, second, remote)) {
            each.close();
        }
    }

    static Inet4Address ip(String text) {
        return (Inet4Address) InetAddress.ofLiteral(text);
    }

    private static void cable(
            RouteSocket route,
            NetNamespace home,
            Inet4Address address,
            Inet4Address gateway,
            OptionalInt bridge) {
        String name = "v" + Integer.toHexString(address.hashCode());
        route.batch().veth(new VethPair(name, "eth0", mac(address), bridge, 1500), home).send(name);
        if (bridge.isPresent()) {
            route.batch().port(name).up(name).send(name);
        }
        try (RouteSocket inside = RouteSocket.openIn(home)) {
            int index = inside.link("eth0").orElseThrow().index();
            inside.batch()
                    .up(RouteSocket.LOOPBACK)
                    .address(index, address, 24)
                    .up(index)
                    .send(name);
            if (bridge.isPresent()) {
                inside.batch().defaultRoute(gateway, index).send(name);
            }
        }
    }

    private static MacAddress mac(Inet4Address address) {
        return MacAddress.of(address);
    }

    private static byte[] name(InetAddress address) {
        return address.getHostAddress().getBytes(UTF_8);
    }
}
