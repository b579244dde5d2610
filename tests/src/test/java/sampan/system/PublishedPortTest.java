package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Published ports, asked from a remote place (a network namespace beside the machine, on a link of
/// its own), from the machine's addresses and from its loopback.
@Tag("system")
@ExtendWith(DaemonExtension.class)
class PublishedPortTest {
    private static final String NAME = "spr" + ProcessHandle.current().pid() % 100_000;
    private static final String HERE = "198.51.100.1";
    private static final String THERE = "198.51.100.2";

    private final PrivateDaemon daemon;

    PublishedPortTest(PrivateDaemon daemon) {
        this.daemon = daemon;
    }

    private static void ip(String... words) {
        Command.of(Command.words("ip", words).toArray(String[]::new)).run().expect(0);
    }

    private static void remote() {
        ip("netns", "add", NAME);
        ip("link", "add", NAME, "type", "veth", "peer", "name", "eth0", "netns", NAME);
        ip("addr", "add", HERE + "/24", "dev", NAME);
        ip("link", "set", NAME, "up");
        ip("-n", NAME, "addr", "add", THERE + "/24", "dev", "eth0");
        ip("-n", NAME, "link", "set", "eth0", "up");
        ip("-n", NAME, "link", "set", "lo", "up");
    }

    @AfterEach
    void removeRemote() {
        Command.of("ip", "netns", "del", NAME).run();
        Command.of("ip", "link", "del", NAME).run();
    }

    private String server(String... publish) {
        List<String> words = Command.words("-p", publish);
        words.addAll(
                List.of(
                        "busybox",
                        "sh",
                        "-c",
                        "mkdir /www; hostname >/www/index.html; echo on; exec httpd -f -p 80 -h /www"));
        String id = daemon.background(words.toArray(String[]::new));
        Eventually.await(
                "the server",
                () ->
                        daemon.docker("exec", id, "wget", "-q", "-O", "-", "http://127.0.0.1/")
                                        .status()
                                == 0);
        return id;
    }

    private static Outcome fetch(String url) {
        return Command.of("curl", "-s", "-m", "10", url).run();
    }

    private static Outcome fetchRemote(String url) {
        return Command.of("ip", "netns", "exec", NAME, "curl", "-s", "-m", "10", url).run();
    }

    @Test
    void reachedFromRemoteHostAndLoopback() {
        remote();
        String id = server("0:80");
        String port = daemon.docker("port", id, "80/tcp").lines().getFirst().replaceAll(".*:", "");
        String host = id.substring(0, 12);
        assertThat(fetchRemote("http://" + HERE + ":" + port).text()).isEqualTo(host);
        assertThat(fetch("http://" + HERE + ":" + port).text()).isEqualTo(host);
        assertThat(fetch("http://" + daemon.gateway() + ":" + port).text()).isEqualTo(host);
        assertThat(fetch("http://127.0.0.1:" + port).text()).isEqualTo(host);
        assertThat(
                        daemon.docker(
                                        "run",
                                        "--rm",
                                        "busybox",
                                        "wget",
                                        "-qO-",
                                        "http://" + daemon.gateway() + ":" + port)
                                .text())
                .isEqualTo(host);
        assertThat(
                        daemon.docker(
                                        "exec",
                                        id,
                                        "wget",
                                        "-qO-",
                                        "http://" + daemon.gateway() + ":" + port)
                                .text())
                .as("a container that asks itself by the published port")
                .isEqualTo(host);
        daemon.docker("rm", "-f", id).expect(0);
        assertThat(fetch("http://127.0.0.1:" + port).status()).isNotZero();
        assertThat(fetchRemote("http://" + HERE + ":" + port).status()).isNotZero();
    }

    @Test
    void boundToLoopbackItIsNotReachedFromRemote() {
        remote();
        String id = server("127.0.0.1:0:80");
        String port = daemon.docker("port", id, "80/tcp").text().replaceAll(".*:", "");
        assertThat(fetch("http://127.0.0.1:" + port).text()).isEqualTo(id.substring(0, 12));
        assertThat(fetchRemote("http://" + HERE + ":" + port).status()).isNotZero();
        assertThat(fetch("http://" + HERE + ":" + port).status()).isNotZero();
    }

    @Test
    void aPortThatIsTakenIsRefused() {
        String id = server("127.0.0.1:0:80");
        String port = daemon.docker("port", id, "80/tcp").text().replaceAll(".*:", "");
        Outcome second =
                daemon.docker(
                        "run",
                        "-d",
                        "--name",
                        "second",
                        "-p",
                        "127.0.0.1:" + port + ":80",
                        "busybox",
                        "sleep",
                        "100");
        assertThat(second.expect(125).err()).contains(port);
        assertThat(daemon.inspect("second", "{{.State.Running}}")).isEqualTo("false");
    }

    @Test
    void datagramsArriveAndAreAnswered() {
        String echo =
                "import socket; s = socket.socket(type=socket.SOCK_DGRAM); s.bind(('', 9)); print('on', flush=True)\n"
                        + "while True: d, a = s.recvfrom(99); s.sendto(d.upper(), a)";
        String id = daemon.background("-p", "0:9/udp", "host", "/usr/bin/python3", "-c", echo);
        Eventually.await("the server", () -> daemon.docker("logs", id).out().contains("on"));
        String port = daemon.docker("port", id, "9/udp").lines().getFirst().replaceAll(".*:", "");
        String ask =
                "import socket, sys; s = socket.socket(type=socket.SOCK_DGRAM); s.settimeout(5)\n"
                        + "s.sendto(b'ping', (sys.argv[1], int(sys.argv[2]))); print(s.recvfrom(99))";
        remote();
        for (String address : List.of("127.0.0.1", daemon.gateway(), HERE)) {
            assertThat(Command.of("/usr/bin/python3", "-c", ask, address, port).run().text())
                    .isEqualTo("(b'PING', ('" + address + "', " + port + "))");
        }
        assertThat(
                        Command.of(
                                        "ip",
                                        "netns",
                                        "exec",
                                        NAME,
                                        "/usr/bin/python3",
                                        "-c",
                                        ask,
                                        HERE,
                                        port)
                                .run()
                                .text())
                .isEqualTo("(b'PING', ('" + HERE + "', " + port + "))");
    }

    @Test
    void containersReachOneAnotherAndTheOutside() {
        remote();
        String id = server("0:80");
        String address = daemon.inspect(id, "{{.NetworkSettings.Networks.bridge.IPAddress}}");
        assertThat(
                        daemon.docker("run", "--rm", "busybox", "wget", "-qO-", "http://" + address)
                                .text())
                .isEqualTo(id.substring(0, 12));
        // An input that stays open: a listener at the end of its own says so, and a client that
        // hears that before it has something to say says nothing.
        try (Command.Running listener =
                Command.of("ip", "netns", "exec", NAME, "busybox", "nc", "-l", "-p", "7777")
                        .input("")
                        .start()) {
            Eventually.await(
                    "the listener",
                    () ->
                            Command.of("ip", "netns", "exec", NAME, "ss", "-ltn")
                                    .run()
                                    .out()
                                    .contains(":7777"));
            daemon.docker(
                            "run",
                            "--rm",
                            "busybox",
                            "sh",
                            "-c",
                            "echo out | nc -w 5 " + THERE + " 7777")
                    .expect(0);
            listener.out().await("the line", Command.DEADLINE, text -> text.equals("out\n"));
        }
    }

    @Test
    void namesAndResolversAreWritten() {
        Outcome files =
                daemon.docker(
                        "run",
                        "--rm",
                        "--hostname",
                        "box",
                        "--add-host",
                        "db:10.9.8.7",
                        "--dns",
                        "192.0.2.53",
                        "busybox",
                        "cat",
                        "/etc/hosts",
                        "/etc/resolv.conf",
                        "/etc/hostname");
        assertThat(files.text())
                .contains("10.9.8.7\tdb")
                .contains("nameserver 192.0.2.53")
                .endsWith("box")
                .containsPattern("\\d+\tbox");
    }
}
