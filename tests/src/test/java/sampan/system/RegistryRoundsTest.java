package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import sampan.system.Dockerd.Store;
import sampan.system.RealRegistry.Guard;

/// Images go round between the docker client, `sampan`, skopeo, crane, podman, dockerd and a real
/// registry, and everybody calls them by the same digests.
@Tag("system")
@ExtendWith(DaemonExtension.class)
class RegistryRoundsTest {
    private static final int LAYERS = 20;
    private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");
    private static final String DIGESTS = "{{range .RepoDigests}}{{println .}}{{end}}";
    private static final Duration DEADLINE = Duration.ofMinutes(2);
    private static final Duration MAKING = Duration.ofMinutes(10);

    private final PrivateDaemon daemon;

    @TempDir Path dir;
    private String policy = "";

    RegistryRoundsTest(PrivateDaemon daemon) {
        this.daemon = daemon;
    }

    @BeforeEach
    void begin() throws IOException {
        policy =
                Files.writeString(
                                dir.resolve("policy.json"),
                                "{\"default\":[{\"type\":\"insecureAcceptAnything\"}]}")
                        .toString();
    }

    @AfterEach
    void end() {
        daemon.docker("image", "prune", "-af").expect(0);
        daemon.loadBusybox();
        daemon.docker("builder", "prune", "-af").expect(0);
    }

    private String layered(String name) {
        Tar context = new Tar();
        List<String> lines = new ArrayList<>(List.of("FROM busybox"));
        for (int i = 1; i < LAYERS; i++) {
            context.file("f" + i, "content of " + i);
            lines.add("COPY f" + i + " /");
        }
        context.file("Dockerfile", String.join("\n", lines) + "\n");
        Built built = Built.build(daemon, context.end(), "&t=" + name);
        assertThat(built.error()).isEmpty();
        assertThat(daemon.docker("inspect", "-f", "{{len .RootFS.Layers}}", name).text())
                .isEqualTo(Integer.toString(LAYERS));
        return id(name);
    }

    private String id(String name) {
        return daemon.docker("image", "inspect", "-f", "{{.Id}}", name).text();
    }

    private static String digest(Outcome outcome) {
        Matcher matcher = DIGEST.matcher(outcome.expect(0).out());
        String last = "";
        while (matcher.find()) {
            last = matcher.group();
        }
        assertThat(last).as(outcome.out() + outcome.err()).isNotEmpty();
        return last;
    }

    /// Digests that the repository has of this image, as far as it is known here.
    private List<String> known(String name) {
        return ofRepository(name, daemon.docker("image", "inspect", "-f", DIGESTS, name));
    }

    private static List<String> ofRepository(String name, Outcome inspected) {
        String repository = name.substring(0, name.lastIndexOf(':')) + "@";
        return inspected.lines().stream()
                .filter(line -> line.startsWith(repository))
                .map(line -> line.substring(repository.length()))
                .toList();
    }

    private Outcome skopeo(String... words) {
        List<String> command = new ArrayList<>(List.of("skopeo", "--policy", policy));
        command.addAll(List.of(words));
        return Command.of(command.toArray(String[]::new)).within(DEADLINE).run().expect(0);
    }

    private String inspected(String name) {
        return skopeo(
                        "inspect",
                        "--tls-verify=false",
                        "--creds=ann:secret",
                        "--format={{.Digest}}",
                        "docker://" + name)
                .text();
    }

    private void copied(String from, String to) {
        List<String> words = new ArrayList<>(List.of("copy", "-q", "--all"));
        if (from.startsWith("docker://")) {
            words.addAll(List.of("--src-tls-verify=false", "--src-creds=ann:secret"));
        }
        if (to.startsWith("docker://")) {
            words.addAll(List.of("--dest-tls-verify=false", "--dest-creds=ann:secret"));
        }
        words.addAll(List.of(from, to));
        skopeo(words.toArray(String[]::new));
    }

    private Outcome podman(String... words) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "podman",
                                "--root=" + dir.resolve("podman"),
                                "--runroot=" + dir.resolve("podman-run"),
                                "--tmpdir=" + dir.resolve("podman-tmp"),
                                "--storage-driver=vfs",
                                "--cgroup-manager=cgroupfs",
                                "--events-backend=file"));
        command.addAll(List.of(words));
        return Command.of(command.toArray(String[]::new)).within(DEADLINE).run().expect(0);
    }

    private void podmanMoves(String verb, String... rest) {
        List<String> words =
                new ArrayList<>(
                        List.of(
                                verb,
                                "-q",
                                "--tls-verify=false",
                                "--creds=ann:secret",
                                "--signature-policy=" + policy));
        words.addAll(List.of(rest));
        podman(words.toArray(String[]::new));
    }

    private void login(String host) {
        daemon.sampanCommand("login", "-u", "ann", "--password-stdin", host)
                .input("secret")
                .run()
                .expect(0);
    }

    @ParameterizedTest
    @EnumSource(Guard.class)
    void everybodyHasTheSameDigests(Guard guard) throws IOException {
        try (RealRegistry registry = new RealRegistry(dir.resolve("registry"), guard)) {
            if (guard != Guard.NONE) {
                login(registry.host());
                Files.writeString(dir.resolve("config.json"), registry.auths());
            }
            String name = registry.host() + "/team/rounds";
            String id = layered(name + ":1");
            String pushed = rounds(registry.host(), name, id);
            if (guard != Guard.TOKEN) {
                throughDockerd(registry, name, id, pushed);
            }
            daemon.sampan("image", "fsck").expect(0);
        }
    }

    @Test
    void aWholeDebianHasTheSameDigestsEverywhere() {
        try (RealRegistry registry = new RealRegistry(dir.resolve("registry"))) {
            String name = registry.host() + "/team/debian";
            daemon.sampanCommand("image", "make", "-t", name + ":1", "debian")
                    .within(MAKING)
                    .run()
                    .expect(0);
            daemon.docker("run", "--rm", name + ":1", "dpkg", "-s", "apt").expect(0);
            String id = id(name + ":1");
            String pushed = digest(daemon.docker("push", name + ":1"));
            assertThat(inspected(name + ":1")).isEqualTo(pushed);
            throughSampan(name, id, pushed);
            copied("docker://" + name + ":1", "docker://" + name + ":by-skopeo");
            crane("copy", name + ":by-skopeo", name + ":by-crane");
            assertThat(crane("digest", name + ":by-crane").text()).isEqualTo(pushed);
            daemon.docker("rmi", "-f", id).expect(0);
            daemon.docker("pull", "-q", name + ":by-crane").expect(0);
            assertThat(id(name + ":by-crane")).isEqualTo(id);
            assertThat(known(name + ":by-crane")).containsExactly(pushed);
            throughDockerd(registry, name, id, pushed);
            daemon.sampan("image", "fsck").expect(0);
        }
    }

    private String rounds(String host, String name, String id) {
        String pushed = digest(daemon.docker("push", name + ":1"));
        assertThat(inspected(name + ":1")).isEqualTo(pushed);
        throughSampan(name, id, pushed);
        throughSkopeo(host, name, id, pushed);
        throughCrane(host, name, id, pushed);
        throughPodman(host, name, id, pushed);
        return pushed;
    }

    private void throughSampan(String name, String id, String pushed) {
        daemon.docker("rmi", name + ":1").expect(0);
        daemon.docker("pull", "-q", name + ":1").expect(0);
        assertThat(id(name + ":1")).isEqualTo(id);
        assertThat(known(name + ":1")).containsExactly(pushed);
        daemon.sampan("tag", name + ":1", name + ":2").expect(0);
        assertThat(digest(daemon.sampan("push", name + ":2"))).isEqualTo(pushed);
        daemon.docker("rmi", name + ":1", name + ":2").expect(0);
        daemon.sampan("pull", "-q", name + ":2").expect(0);
        assertThat(known(name + ":2")).containsExactly(pushed);
        assertThat(inspected(name + ":2")).isEqualTo(pushed);
    }

    private void throughSkopeo(String host, String name, String id, String pushed) {
        String other = host + "/by/skopeo:1";
        copied("docker://" + name + ":1", "docker://" + other);
        daemon.docker("pull", "-q", other).expect(0);
        assertThat(known(other)).containsOnly(pushed);
        String saved = dir.resolve("saved.tar").toString();
        daemon.docker("save", "-o", saved, name + ":2").expect(0);
        copied("docker-archive:" + saved, "docker://" + host + "/by/skopeo:2");
        daemon.sampan("pull", "-q", host + "/by/skopeo:2").expect(0);
        assertThat(known(host + "/by/skopeo:2")).contains(inspected(host + "/by/skopeo:2"));
        copied("oci-archive:" + saved, "docker://" + host + "/by/skopeo:3");
        assertThat(inspected(host + "/by/skopeo:3")).as("as it was saved").isEqualTo(pushed);
        String layout = dir.resolve("layout.tar").toString();
        copied("docker://" + name + ":1", "oci-archive:" + layout + ":from/skopeo:4");
        daemon.docker("load", "-q", "-i", layout).expect(0);
        assertThat(id("from/skopeo:4")).isEqualTo(id);
    }

    private void throughCrane(String host, String name, String id, String pushed) {
        assertThat(crane("digest", name + ":1").text()).isEqualTo(pushed);
        crane("copy", name + ":1", host + "/by/crane:1");
        daemon.docker("pull", "-q", host + "/by/crane:1").expect(0);
        assertThat(known(host + "/by/crane:1")).containsExactly(pushed);
        String layout = dir.resolve("crane").toString();
        crane("pull", "--format=oci", name + ":1", layout);
        crane("push", layout, host + "/by/crane:2");
        daemon.sampan("pull", "-q", host + "/by/crane:2").expect(0);
        assertThat(known(host + "/by/crane:2")).containsExactly(pushed);
        String saved = dir.resolve("for-crane.tar").toString();
        daemon.docker("save", "-o", saved, name + ":2").expect(0);
        crane("push", saved, host + "/by/crane:3");
        daemon.docker("pull", "-q", host + "/by/crane:3").expect(0);
        assertThat(known(host + "/by/crane:3")).contains(inspected(host + "/by/crane:3"));
        assertThat(id(host + "/by/crane:3")).isEqualTo(id);
        crane("validate", "--remote=" + name + ":2");
    }

    private Outcome crane(String... words) {
        List<String> command =
                new ArrayList<>(List.of(Dist.fetched("usr/bin/crane"), "--insecure"));
        command.addAll(List.of(words));
        return Command.of(command.toArray(String[]::new))
                .with(Map.of("DOCKER_CONFIG", dir.toString()))
                .within(DEADLINE)
                .run()
                .expect(0);
    }

    private void throughDockerd(RealRegistry registry, String name, String id, String pushed) {
        for (Store store : Store.values()) {
            String by = registry.host() + "/by/dockerd-" + store.name().toLowerCase(Locale.ROOT);
            try (Dockerd dockerd = new Dockerd(dir.resolve(store.name()), store);
                    RealRegistry _ = registry.within(dockerd.pid())) {
                dockerd(dockerd, "pull", "-q", name + ":1");
                assertThat(known(dockerd, name + ":1")).containsExactly(pushed);
                dockerd(dockerd, "tag", name + ":1", by + ":1");
                dockerd(dockerd, "push", "-q", by + ":1");
                dockerd.command(dir, "import", "-", by + ":2")
                        .input(new Tar().file("made", "by dockerd").end())
                        .run()
                        .expect(0);
                dockerd(dockerd, "push", "-q", by + ":2");
                assertThat(known(dockerd, by + ":2")).containsExactly(inspected(by + ":2"));
            }
            if (store == Store.BLOBS) {
                assertThat(inspected(by + ":1")).isEqualTo(pushed);
            }
            daemon.docker("pull", "-q", by + ":1").expect(0);
            assertThat(known(by + ":1")).contains(inspected(by + ":1"));
            assertThat(id(by + ":1")).isEqualTo(id);
            daemon.sampan("pull", "-q", by + ":2").expect(0);
            assertThat(known(by + ":2")).containsExactly(inspected(by + ":2"));
        }
    }

    private Outcome dockerd(Dockerd dockerd, String... words) {
        return dockerd.command(dir, words).run().expect(0);
    }

    private List<String> known(Dockerd dockerd, String name) {
        return ofRepository(name, dockerd(dockerd, "image", "inspect", "-f", DIGESTS, name));
    }

    private void throughPodman(String host, String name, String id, String pushed) {
        podmanMoves("pull", name + ":1");
        assertThat(podman("image", "inspect", "--format={{.Digest}}", name + ":1").text())
                .isEqualTo(pushed);
        assertThat("sha256:" + podman("image", "inspect", "--format={{.Id}}", name + ":1").text())
                .isEqualTo(id);
        String other = host + "/by/podman:1";
        podmanMoves("push", name + ":1", other);
        daemon.docker("pull", "-q", other).expect(0);
        assertThat(known(other)).contains(inspected(other));
        assertThat(id(other)).isEqualTo(id);
        for (String form : List.of("docker-archive", "oci-archive")) {
            String archive = dir.resolve(form + ".tar").toString();
            podman("tag", name + ":1", "by/podman:" + form);
            podman("save", "-q", "--format=" + form, "-o", archive, "by/podman:" + form);
            daemon.docker("load", "-q", "-i", archive).expect(0);
            assertThat(id("localhost/by/podman:" + form)).isEqualTo(id);
        }
        String saved = dir.resolve("for-podman.tar").toString();
        daemon.docker("tag", name + ":2", "two/names:1").expect(0);
        daemon.docker("save", "-o", saved, "two/names:1", "busybox").expect(0);
        podman("load", "-q", "--signature-policy=" + policy, "-i", saved);
        // under docker.io or localhost, as its version has it
        assertThat(
                        podman("images", "--no-trunc", "--format={{.Repository}}:{{.Tag}} {{.ID}}")
                                .lines())
                .anyMatch(line -> line.endsWith("/two/names:1 " + id))
                .anyMatch(line -> line.endsWith("/busybox:latest " + id("busybox")));
    }
}
