package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/// The gateway that the daemon starts and feeds: what clients see while containers come and go, and
/// while the daemon, the gateway or a container dies.
@Tag("system")
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GatewayFedTest {
    private static final int PER_SECOND = 500;
    private static final String HOST = "shop.example";
    private static final String SERVER =
            "mkdir -p /www; echo $HOSTNAME > /www/index.html; exec httpd -f -p 8080 -h /www";

    private final int port = freePort();
    private PrivateDaemon daemon = new PrivateDaemon("--gateway-http", "127.0.0.1:" + port);

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @BeforeAll
    void start() {
        daemon.start();
        daemon.loadBusybox();
    }

    @AfterEach
    void removeContainers() {
        daemon.removeContainers();
        Eventually.await("the end of a gateway without routes", () -> daemon.gateways().isEmpty());
    }

    @AfterAll
    void end() {
        daemon.close();
        DaemonExtension.delete(daemon.home());
    }

    private String server(String name, String... labels) {
        List<String> words =
                new ArrayList<>(
                        List.of(
                                "--name",
                                name,
                                "-l",
                                "sampan.gateway.host=" + HOST,
                                "-l",
                                "sampan.gateway.service=shop",
                                "-l",
                                "sampan.gateway.port=8080"));
        for (String label : labels) {
            words.addAll(List.of("-l", label));
        }
        words.addAll(List.of("busybox", "sh", "-c", SERVER));
        return daemon.background(words.toArray(String[]::new));
    }

    private String get(String host, String path) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream()
                    .write(
                            ("GET "
                                            + path
                                            + " HTTP/1.1\r\nHost: "
                                            + host
                                            + "\r\nConnection: close\r\n\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return e.toString();
        }
    }

    // What is asked for ends with a whole second: the last event may be told by the next look only.
    private void awaitEvent(String words) {
        Eventually.await(
                words,
                () ->
                        daemon.docker("events", "--since", "10m", "--until", "0s")
                                .text()
                                .contains(words));
    }

    private void awaitRoute() {
        Eventually.await("a first answer", () -> get(HOST, "/").startsWith("HTTP/1.1 200"));
    }

    /// How many targets get requests.
    private long ready() {
        return daemon.sampan("gateway", "targets", "--format", "{{.State}}").lines().stream()
                .filter(state -> state.equals("ready"))
                .count();
    }

    private void awaitReady(int count) {
        Eventually.await(count + " targets", () -> ready() == count);
    }

    @Test
    void nothingPlannedFailsARequest() {
        server("first");
        awaitRoute();
        try (SteadyLoad load = new SteadyLoad(port, HOST, PER_SECOND)) {
            load.pass(100);
            // scale 1 -> 5 -> 1
            for (int i = 0; i < 4; i++) {
                server("more" + i);
            }
            awaitReady(5);
            load.pass(100);
            for (int i = 0; i < 4; i++) {
                daemon.docker("stop", "-t", "5", "more" + i).expect(0);
            }
            load.pass(100);
            // rolling redeploy: the new one joins, then the old one goes
            server("second");
            awaitReady(2);
            daemon.docker("stop", "-t", "5", "first").expect(0);
            daemon.docker("rm", "first").expect(0);
            load.pass(100);
            server("third");
            awaitReady(2);
            daemon.docker("rm", "-f", "second").expect(0);
            load.pass(100);
            // the daemon restarts, and takes the gateway over
            daemon.kill();
            load.pass(100);
            daemon.start();
            server("fourth");
            awaitReady(2);
            daemon.docker("stop", "-t", "5", "third").expect(0);
            load.pass(100);
            assertThat(load.failures()).as("of %d", load.answered()).isEmpty();
        }
    }

    @Test
    void aNewGatewayTakesThePlaceOfTheOneThatRunsAndNobodyNotices() {
        server("only");
        awaitRoute();
        try (SteadyLoad load = new SteadyLoad(port, HOST, PER_SECOND)) {
            load.pass(100);
            for (int i = 0; i < 2; i++) {
                long before = daemon.gateways().getFirst().pid();
                daemon.sampan("gateway", "replace").expect(0);
                Eventually.await(
                        "the former one's end",
                        () ->
                                daemon.gateways().stream()
                                        .noneMatch(gateway -> gateway.pid() == before));
                assertThat(daemon.gateways()).hasSize(1);
                load.pass(200);
            }
            // It is the one that is told of containers now.
            server("another");
            awaitReady(2);
            daemon.docker("stop", "-t", "5", "only").expect(0);
            load.pass(200);
            assertThat(load.failures()).as("of %d", load.answered()).isEmpty();
        }
        awaitEvent("gateway replace sampan-gateway");
    }

    /// A daemon with other settings, as one of another version: what the former gateway alone may
    /// have (its audit log, the address of its counters) is the new one's afterwards.
    @Test
    void aDaemonThatIsAnotherReplacesTheGatewayThatItFinds() throws IOException {
        int metrics = freePort();
        // The gateway sees no /tmp.
        Path directory = Files.createTempDirectory(Path.of("/var/tmp"), "gateway-");
        Path file = directory.resolve("gateway.yaml");
        Files.writeString(file, "audit: /run/gateway/audit.log\n");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path audit = daemon.root().resolve("gateway/state/audit.log");
        PrivateDaemon plain = daemon;
        server("only");
        awaitRoute();
        try (SteadyLoad load = new SteadyLoad(port, HOST, PER_SECOND)) {
            load.pass(100);
            ProcessHandle before = daemon.gateways().getFirst();
            daemon.kill();
            daemon =
                    plain.again(
                            "--gateway-http",
                            "127.0.0.1:" + port,
                            "--gateway-file",
                            file.toString(),
                            "--gateway-metrics",
                            "127.0.0.1:" + metrics);
            daemon.start();
            Eventually.await("another gateway", () -> !before.isAlive());
            load.pass(100);
            daemon.sampan("gateway", "replace").expect(0);
            Eventually.await("the one alone", () -> daemon.gateways().size() == 1);
            Eventually.await("its counters", () -> isListening(metrics));
            Eventually.await("its audit log", () -> kinds(audit).endsWith("fed,listening"));
            assertThat(kinds(audit))
                    .containsSubsequence("listening", "draining", "ended", "started", "listening");
            daemon.sampan("audit", "verify", audit.toString()).expect(0);
            load.pass(100);
            assertThat(load.failures()).as("of %d", load.answered()).isEmpty();
        } finally {
            daemon.kill();
            daemon = plain;
            daemon.start();
            Files.delete(file);
            Files.delete(directory);
        }
    }

    private static boolean isListening(int port) {
        try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    private static String kinds(Path audit) {
        return Pattern.compile("\"kind\":\"([^\"]*)\"")
                .matcher(Residue.read(audit))
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.joining(","));
    }

    @Test
    void whoIsKilledTakesNoMoreAlongThanWhatWasUnderWay() {
        server("steady");
        String victim = server("victim");
        awaitRoute();
        awaitReady(2);
        try (SteadyLoad load = new SteadyLoad(port, HOST, PER_SECOND)) {
            load.pass(100);
            long pid = Long.parseLong(daemon.inspect(victim, "{{.State.Pid}}"));
            ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
            load.pass(200);
            assertThat(load.failed())
                    .as("%s", load.failures())
                    .isLessThanOrEqualTo(SteadyLoad.CLIENTS);
        }
    }

    @Test
    void theGatewaysDeathRefusesNobodyAndConcernsNoContainer() {
        String id = server("only");
        awaitRoute();
        String pid = daemon.inspect(id, "{{.State.Pid}}");
        try (SteadyLoad load = new SteadyLoad(port, HOST, PER_SECOND)) {
            load.pass(100);
            List<ProcessHandle> before = daemon.gateways();
            assertThat(before).hasSize(1);
            before.getFirst().destroyForcibly();
            load.pass(100);
            // Kept connections break; new ones wait in the kernel for the next gateway.
            assertThat(load.failed())
                    .as("%s", load.failures())
                    .isLessThanOrEqualTo(SteadyLoad.CLIENTS);
            assertThat(load.failures()).noneMatch(words -> words.contains("refused"));
        }
        assertThat(daemon.inspect(id, "{{.State.Pid}}")).isEqualTo(pid);
        awaitEvent("gateway die sampan-gateway");
    }

    @Test
    void aStoppedServiceIsUnavailableAndWakesWhereItSaysSo() {
        server("sleeper", "sampan.gateway.wake=20s");
        awaitRoute();
        daemon.docker("stop", "-t", "1", "sleeper").expect(0);
        assertThat(get(HOST, "/")).startsWith("HTTP/1.1 200");
        assertThat(daemon.inspect("sleeper", "{{.State.Running}}")).isEqualTo("true");
        daemon.docker("rm", "-f", "sleeper").expect(0);
        server("plain");
        awaitRoute();
        daemon.docker("stop", "-t", "1", "plain").expect(0);
        assertThat(get(HOST, "/")).startsWith("HTTP/1.1 503").contains("Retry-After: 1\r\n");
        assertThat(get("other.example", "/")).startsWith("HTTP/1.1 404");
    }

    @Test
    void aServiceWithoutRequestsSleepsAndARequestWakesIt() {
        server("napper", "sampan.gateway.wake=30s", "sampan.gateway.sleep=1s");
        awaitRoute();
        Eventually.await(
                "its sleep", () -> daemon.inspect("napper", "{{.State.Running}}").equals("false"));
        assertThat(get(HOST, "/")).startsWith("HTTP/1.1 200");
    }

    @Test
    void aContainerOnTheHostsNetworkIsReachedThere() {
        int own = freePort();
        daemon.background(
                "--network",
                "host",
                "-l",
                "sampan.gateway.host=" + HOST,
                "-l",
                "sampan.gateway.port=" + own,
                "busybox",
                "sh",
                "-c",
                "mkdir -p /www; echo host > /www/index.html; exec httpd -f -p 127.0.0.1:"
                        + own
                        + " -h /www");
        awaitRoute();
    }

    @Test
    void whatIsNotUnderstoodIsShownAndTheRestGoesOn() {
        server("good");
        awaitRoute();
        daemon.background(
                "--name",
                "bad",
                "-l",
                "traefik.http.routers.bad.rule=HostSNI(`a.example`)",
                "-l",
                "traefik.http.services.bad.loadbalancer.server.port=1",
                "busybox",
                "sleep",
                "60");
        Eventually.await(
                "the problem",
                () -> daemon.sampan("gateway", "routes").err().contains("matcher hostsni"));
        Outcome routes = daemon.sampan("gateway", "routes", "--format", "{{.Name}} {{.Status}}");
        assertThat(routes.lines()).contains("shop ok", "bad error");
        awaitEvent("gateway problem sampan-gateway");
        assertThat(get(HOST, "/")).startsWith("HTTP/1.1 200");
        assertThat(daemon.sampan("gateway", "test", "http://" + HOST + "/x").expect(0).text())
                .contains("shop");
        assertThat(daemon.sampan("gateway", "test", "http://other/").status()).isEqualTo(1);
        assertThat(daemon.sampan("gateway", "graph").expect(0).text())
                .contains("host " + HOST)
                .contains("container good");
    }
}
