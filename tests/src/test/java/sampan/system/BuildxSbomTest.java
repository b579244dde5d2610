package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import sampan.oci.Digest;

/// Scanners of what was built, as buildx asks for them and reads what they wrote. The scanner is a
/// shell script that lists files, and does what a parameter says.
@Tag("system")
@ExtendWith(DaemonExtension.class)
class BuildxSbomTest {
    private static final String SCANNER =
            """
            #!/bin/sh
            set -e
            scan() {
                if touch "$1/written" 2>/dev/null; then echo "$1 is writable" >&2; exit 9; fi
                echo "scanning $1"
                name=$(basename "$1")
                files=$(cd "$1" && find . -type f | sort | tr '\\n' ' ')
                printf '{"_type":"https://in-toto.io/Statement/v0.1",%s"predicate":%s}' \
                    "\\"predicateType\\":\\"https://spdx.dev/Document\\"," \
                    "{\\"SPDXID\\":\\"SPDXRef-DOCUMENT\\",\\"name\\":\\"$name\\",\\"comment\\":\\"$files\\"}" \
                    > "$BUILDKIT_SCAN_DESTINATION/$name.spdx.json"
            }
            scan "$BUILDKIT_SCAN_SOURCE"
            for extra in ${BUILDKIT_SCAN_SOURCE_EXTRAS:+"$BUILDKIT_SCAN_SOURCE_EXTRAS"/*}; do
                scan "$extra"
            done
            cd "$BUILDKIT_SCAN_DESTINATION"
            case "$BUILDKIT_SCAN_MODE" in
                fail) echo "no licence" >&2; exit 3 ;;
                wait) sleep 600 ;;
                nothing) rm * ;;
                link) ln -s /etc/passwd more.spdx.json ;;
                pipe) mkfifo more.spdx.json ;;
                endless) truncate -s 100G more.spdx.json ;;
                many) for i in $(seq 70); do cp sbom.spdx.json "$i.spdx.json"; done ;;
                named) echo x > "$(printf 'a\\033b.spdx.json')" ;;
                other) echo '{"_type":"https://in-toto.io/Statement/v1","predicateType":"x"}' > a.spdx.json ;;
            esac
            """;

    private final PrivateDaemon daemon;
    private final Path place;
    private final Buildx buildx;

    BuildxSbomTest(PrivateDaemon daemon, @TempDir Path place) throws IOException {
        this.daemon = daemon;
        this.place = place;
        this.buildx =
                new Buildx(daemon, place)
                        .with("scan", SCANNER)
                        .with(
                                "Dockerfile",
                                "FROM busybox\nCOPY --chmod=755 scan /scan\nENTRYPOINT [\"/scan\"]\n");
        buildx.build("-t", "scanner:1").expect(0);
        buildx.with("f", "content").with("Dockerfile", "FROM scratch\nCOPY f /f\n");
    }

    private static String scanner(String... more) {
        return "--attest=type=sbom,generator=scanner:1" + String.join("", more);
    }

    @Test
    void whatAScannerSaysGoesWithTheImageFromRegistryToRegistry() throws IOException {
        try (RealRegistry registry = new RealRegistry(place.resolve("registry"))) {
            String name = registry.host() + "/scanned:1";
            String scanner = registry.host() + "/scanner:1";
            daemon.docker("tag", "scanner:1", scanner).expect(0);
            daemon.docker("push", scanner).expect(0);
            daemon.docker("rmi", scanner).expect(0);
            Outcome built =
                    buildx.build(
                                    "-t",
                                    name,
                                    "--push",
                                    "--sbom=generator=" + scanner,
                                    "--provenance=true")
                            .expect(0);
            assertThat(built.err())
                    .contains("[linux/amd64] generating sbom using " + scanner)
                    .contains("scanning /run/src/core/sbom");
            String index = buildx.inspect(name, "--raw");
            assertThat(buildx.inspect(name, "--format", "{{json .SBOM}}"))
                    .contains("\"name\": \"sbom\"")
                    .contains("\"comment\": \"./f \"")
                    .doesNotContain("AdditionalSPDXs");
            assertThat(buildx.inspect(name, "--format", "{{json .Provenance}}"))
                    .as("the scanner is a material too")
                    .contains(
                            "pkg:docker/" + registry.host() + "/scanner@1?platform=linux%2Famd64");
            daemon.docker("rmi", name).expect(0);
            daemon.docker("pull", name).expect(0);
            String other = registry.host() + "/elsewhere:1";
            daemon.docker("tag", name, other).expect(0);
            daemon.docker("push", other).expect(0);
            assertThat(buildx.inspect(other, "--raw")).isEqualTo(index);
            assertThat(buildx.inspect(other, "--format", "{{json .SBOM.SPDX.comment}}"))
                    .contains("./f");
            daemon.docker("rmi", name, other, scanner).expect(0);
        }
    }

    @Test
    void stagesAndTheContextAreScannedWhereTheDockerfileSaysSo() throws IOException {
        buildx.with("aside", "not copied")
                .with(
                        "Dockerfile",
                        """
                        FROM busybox AS made
                        ARG BUILDKIT_SBOM_SCAN_STAGE=true
                        RUN env > /environment
                        FROM busybox AS left
                        RUN echo 1 > /left
                        FROM scratch
                        ARG BUILDKIT_SBOM_SCAN_CONTEXT=true
                        COPY --from=made /environment /
                        COPY --from=left /left /
                        """);
        Path files = place.resolve("files");
        Outcome built = buildx.build(scanner(), "--output", "type=local,dest=" + files).expect(0);
        assertThat(built.err())
                .contains("scanning /run/src/core/sbom")
                .contains("scanning /run/src/extras/sbom-made")
                .contains("scanning /run/src/extras/sbom-context")
                .doesNotContain("sbom-left");
        assertThat(Files.readString(files.resolve("environment"))).doesNotContain("SBOM");
        assertThat(files.resolve("sbom.spdx.json"))
                .content()
                .contains("./environment ./left ")
                .contains("\"name\":\"environment\",\"digest\":{\"sha256\":");
        assertThat(files.resolve("sbom-made.spdx.json")).content().contains("./bin/busybox ");
        assertThat(files.resolve("sbom-context.spdx.json")).content().contains("./aside ");
        assertThat(files.resolve("sbom-left.spdx.json")).doesNotExist();
        buildx.build(
                        scanner(),
                        "--build-arg=BUILDKIT_SBOM_SCAN_STAGE=left",
                        "--output",
                        "type=local,dest=" + place.resolve("other"))
                .expect(0);
        assertThat(place.resolve("other/sbom-made.spdx.json"))
                .as("its ARG takes another stage in")
                .doesNotExist();
        buildx.with("Dockerfile", "FROM scratch\nARG BUILDKIT_SBOM_SCAN_CONTEXT=true\nCOPY f /g\n")
                .build(scanner(), "--output", "type=local,dest=" + place.resolve("looked"))
                .expect(0);
        assertThat(place.resolve("looked/sbom-context.spdx.json"))
                .as("what the steps look at")
                .content()
                .contains("\"comment\":\"./f \"");
    }

    /// What is scanned, what scans it and how are what counts.
    @Test
    void whatWasScannedBeforeIsNotScannedAgain() throws IOException {
        buildx.with(
                "Dockerfile",
                "FROM busybox AS made\nRUN echo 1 > /made\nFROM scratch\n"
                        + "ARG BUILDKIT_SBOM_SCAN_CONTEXT\nCOPY --from=made /made /\n");
        String first = scanned("first", true, scanner());
        assertThat(scanned("second", false, scanner())).isEqualTo(first);
        buildx.with("aside", "of the context");
        scanned("third", false, scanner());
        String context = "--build-arg=BUILDKIT_SBOM_SCAN_CONTEXT=true";
        scanned("fourth", true, scanner(), context);
        scanned("fifth", false, scanner(), context);
        buildx.with("aside", "changed");
        scanned("sixth", true, scanner(), context);
        scanned("seventh", true, scanner(), "--no-cache");
        scanned("eighth", true, scanner(",MORE=1"));
        buildx.docker("buildx", "prune", "-af").run().expect(0);
        scanned("last", true, scanner());
    }

    /// What the scanner says, which ran or did not.
    private String scanned(String name, boolean ran, String... more) throws IOException {
        List<String> options = new ArrayList<>(List.of("--output"));
        options.add("type=local,dest=" + place.resolve(name));
        options.addAll(List.of(more));
        Outcome built = buildx.build(options.toArray(String[]::new)).expect(0);
        assertThat(built.err().contains("scanning /run/src/core/sbom")).as(name).isEqualTo(ran);
        return Files.readString(place.resolve(name).resolve("sbom.spdx.json"));
    }

    @Test
    void archivesTellOfEachPlatform() throws IOException {
        String both = "--platform=linux/amd64,linux/arm64";
        Path archive = place.resolve("image.tar");
        Outcome built =
                buildx.build(
                                both,
                                scanner(),
                                "-t",
                                "scanned:2",
                                "--output",
                                "type=oci,dest=" + archive)
                        .expect(0);
        assertThat(built.err())
                .contains("[linux/amd64] generating sbom")
                .contains("[linux/arm64] generating sbom");
        String blobs =
                Command.of("sh", "-c", "cat " + buildx.unpacked(archive) + "/blobs/sha256/*")
                        .run()
                        .out();
        assertThat(blobs)
                .contains("{\"in-toto.io/predicate-type\":\"https://spdx.dev/Document\"}")
                .contains("pkg:docker/scanned@2?platform=linux%2Famd64")
                .contains("pkg:docker/scanned@2?platform=linux%2Farm64");
        daemon.docker("tag", "scanner:1", "docker/buildkit-syft-scanner:stable-1").expect(0);
        Path tar = place.resolve("files.tar");
        buildx.build(both, "--sbom=true", "--output", "type=tar,dest=" + tar).expect(0);
        assertThat(
                        Command.of("tar", "xOf", tar.toString(), "linux_arm64/sbom.spdx.json")
                                .run()
                                .out())
                .contains(Digest.of("content".getBytes()).hex());
    }

    @Test
    void aScannerThatFailsFailsTheBuild() {
        buildx.with("Dockerfile", "FROM busybox\nRUN echo step\n");
        Outcome failed = buildx.build("-t", "scanned:3", scanner(",MODE=fail"));
        assertThat(failed.status()).isNotZero();
        assertThat(failed.err())
                .contains("no licence")
                .contains("process \"/scan\" did not complete successfully: exit code: 3");
        assertThat(daemon.docker("images", "-q", "scanned:3").out()).isEmpty();
        assertThat(daemon.docker("ps", "-aq").out()).isEmpty();
        Outcome missing =
                buildx.build("--no-cache", "--attest=type=sbom,generator=localhost:1/no/scanner");
        assertThat(missing.status()).isNotZero();
        assertThat(missing.err())
                .contains("resolve image config for docker-image://localhost:1/no/scanner")
                .as("nothing was built for it")
                .doesNotContain("RUN echo step");
    }

    @Test
    void whatAScannerMayNotWriteIsRefused() {
        String all = "scanner scanner:1 wrote ";
        for (List<String> wrong :
                List.of(
                        List.of("nothing", all + "nothing: write $BUILDKIT_SCAN_DESTINATION/sbom"),
                        List.of("link", all + "more.spdx.json, which is no plain file"),
                        List.of("pipe", all + "more.spdx.json, which is no plain file"),
                        List.of("endless", all + "more.spdx.json with too many bytes"),
                        List.of("many", all + "more than 60 files"),
                        List.of("named", all + "\"a?b.spdx.json\": only files NAME.spdx.json"),
                        List.of("other", "predicateType=x: give https://spdx.dev/Document"))) {
            Outcome refused = buildx.build("-t", "scanned:4", scanner(",MODE=" + wrong.getFirst()));
            assertThat(refused.status()).as(wrong.getFirst()).isNotZero();
            assertThat(refused.err()).as(wrong.getFirst()).contains(wrong.getLast());
        }
        assertThat(daemon.docker("images", "-q", "scanned:4").out()).isEmpty();
        assertThat(buildx.build(scanner(",SOURCE=/")).err())
                .contains("--sbom: SOURCE=/: give generator=IMAGE");
    }

    @Test
    void aClientThatGoesAwayEndsTheScan() {
        try (Command.Running running = waiting()) {
            running.signal("KILL");
            Eventually.await(
                    "the end of the build", () -> daemon.docker("ps", "-aq").out().isEmpty());
            Eventually.await("the end of the mounts", () -> mounts().isEmpty());
        }
    }

    @Test
    void whatAKilledDaemonScannedIsMountedNoMore() {
        try (Command.Running running = waiting()) {
            assertThat(mounts()).isNotEmpty();
            daemon.kill();
            daemon.start();
            Eventually.await(
                    "the end of the container", () -> daemon.docker("ps", "-aq").out().isEmpty());
            assertThat(mounts()).isEmpty();
            assertThat(running.outcome().status()).isNotZero();
        }
        buildx.build(scanner()).expect(0);
    }

    /// A build whose scanner runs and does not end.
    private Command.Running waiting() {
        Command.Running running =
                buildx.client()
                        .buildOf(daemon, place.resolve("context").toString(), scanner(",MODE=wait"))
                        .start();
        Eventually.await("the scan", () -> running.err().text().contains("scanning /run/src"));
        return running;
    }

    /// Of the daemon, where it builds.
    private List<String> mounts() {
        try {
            return Files.readAllLines(Path.of("/proc/" + daemon.pid() + "/mountinfo")).stream()
                    .filter(line -> line.contains(daemon.root() + "/build"))
                    .toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
