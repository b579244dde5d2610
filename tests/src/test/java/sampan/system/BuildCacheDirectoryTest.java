package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import sampan.oci.Digest;

/// `sampan build` with a cache in a directory of the caller's.
@Tag("system")
@ExtendWith(DaemonExtension.class)
class BuildCacheDirectoryTest {
    private static final String UUID = "cat /proc/sys/kernel/random/uuid";
    private static final String FORGOTTEN = "0".repeat(64);

    private final PrivateDaemon daemon;
    private final Path place;
    private final BuildxClient client;
    private final String context;

    BuildCacheDirectoryTest(PrivateDaemon daemon, @TempDir Path place) {
        this.daemon = daemon;
        this.place = place;
        this.client = new BuildxClient(place);
        this.context = place.resolve("context").toString();
    }

    @BeforeEach
    void stages() {
        daemon.docker("builder", "prune", "-af").expect(0);
        client.dockerfile(
                "FROM busybox AS made",
                "RUN " + UUID + " > /made",
                "FROM busybox",
                "COPY --from=made /made /",
                "RUN " + UUID + " > /own",
                "CMD cat /own");
    }

    private Outcome build(PrivateDaemon of, String... options) {
        String[] words =
                Stream.of(Stream.of("build"), Stream.of(options), Stream.of(context))
                        .flatMap(each -> each)
                        .toArray(String[]::new);
        return of.sampanCommand(words).in(place).run();
    }

    private static String id(PrivateDaemon of, String name) {
        return of.docker("image", "inspect", "-f", "{{.Id}}", name).expect(0).text();
    }

    private void forget() {
        daemon.docker("rmi", "made:1").expect(0);
        daemon.docker("builder", "prune", "-af").expect(0);
    }

    private static void isWhollyCached(Outcome build) {
        assertThat(build.expect(0).err())
                .contains("Using cache")
                .doesNotContain("Running in", "Not in the cache", "WARNING");
    }

    private static List<Path> files(Path below) throws IOException {
        try (Stream<Path> files = Files.walk(below)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    @Test
    void everyStepIsFoundThereAgainWhateverWasForgotten() throws IOException {
        build(daemon, "-t", "made:1", "--cache-to", "type=local,dest=new/cache,mode=max").expect(0);
        String id = id(daemon, "made:1");
        forget();
        isWhollyCached(build(daemon, "-t", "made:1", "--cache-from", "type=local,src=new/cache"));
        assertThat(id(daemon, "made:1")).isEqualTo(id);
        daemon.sampan("image", "fsck").expect(0);
        Path cache = place.resolve("new/cache");
        assertThat(cache.resolve("index.json")).content().contains("\"latest\"");
        assertThat(cache.resolve("oci-layout")).content().contains("1.0.0");
        for (Path blob : files(cache.resolve("blobs"))) {
            assertThat(Digest.of(Files.readAllBytes(blob)).hex())
                    .isEqualTo(blob.getFileName().toString());
        }
        assertThat(files(cache)).doesNotContain(cache.resolve("index.json.lock"));
    }

    @Test
    void aCacheOfTheResultAloneLacksTheOtherStage() {
        build(daemon, "-t", "made:1", "--cache-to", "type=local,dest=least").expect(0);
        forget();
        String from = "type=local,src=" + place.resolve("least");
        assertThat(build(daemon, "-t", "made:1", "--cache-from", from).expect(0).err())
                .contains("Running in");
    }

    @Test
    void tagsStandBesideEachOther() {
        build(daemon, "-t", "made:1", "--cache-to", "type=local,dest=c,tag=one,mode=max").expect(0);
        String first = id(daemon, "made:1");
        build(daemon, "--no-cache", "--cache-to", "type=local,dest=c,tag=two,mode=max").expect(0);
        forget();
        isWhollyCached(build(daemon, "-t", "made:1", "--cache-from", "type=local,src=c,tag=one"));
        assertThat(id(daemon, "made:1")).isEqualTo(first);
        assertThat(build(daemon, "--cache-from", "type=local,src=c").err())
                .contains("index.json has no tag latest: give digest=DIGEST or another tag");
    }

    @Test
    void buildxReadsWhatIsWrittenAndTheOtherWayRound() {
        build(daemon, "-t", "made:1", "--cache-to", "type=local,dest=ours,mode=max").expect(0);
        String id = id(daemon, "made:1");
        forget();
        String ours = "type=local,src=" + place.resolve("ours");
        String both = "type=local,mode=max,dest=" + place.resolve("both");
        client.build(daemon, "-t", "made:1", "--cache-from", ours, "--cache-to", both).expect(0);
        assertThat(id(daemon, "made:1")).isEqualTo(id);
        forget();
        isWhollyCached(build(daemon, "-t", "made:1", "--cache-from", "type=local,src=both"));
        assertThat(id(daemon, "made:1")).isEqualTo(id);
        // buildx's index takes ours beside its own, and goes on
        String more = "type=local,dest=both,tag=more,mode=max";
        build(daemon, "--cache-to", more).expect(0);
        forget();
        client.build(daemon, "-t", "made:1", "--cache-from", both.replace("dest", "src")).expect(0);
        assertThat(id(daemon, "made:1")).isEqualTo(id);
    }

    @Test
    void aLayerComesWhenItsStepDoes() throws IOException {
        build(daemon, "-t", "made:1", "--cache-to", "type=local,dest=c,mode=max").expect(0);
        forget();
        Path blobs = place.resolve("c/blobs/sha256");
        for (Path blob : layers(blobs)) {
            if (Command.of("tar", "-tf", blob.toString()).run().lines().contains("own")) {
                Files.delete(blob);
            }
        }
        String from = "type=local,src=" + place.resolve("c");
        isWhollyCached(build(daemon, "--target", "made", "--cache-from", from));
        daemon.docker("builder", "prune", "-af").expect(0);
        assertThat(client.build(daemon, "--target", "made", "--cache-from", from).expect(0).err())
                .contains("CACHED");
    }

    enum Damage {
        LAYER_CUT,
        LAYER_OF_OTHER_CONTENT,
        LAYER_THAT_IS_A_PIPE,
        LAYER_WITHOUT_END,
        BLOBS_GONE,
        CONFIG_THAT_NAMES_OTHER_LAYERS,
        INDEX_OF_OTHER_CONTENT,
        INDEX_FILE_CUT,
        INDEX_FILE_THAT_IS_A_PIPE,
        NOTHING
    }

    @ParameterizedTest
    @EnumSource(Damage.class)
    void whatIsBrokenThereIsBuiltAgain(Damage damage) throws IOException {
        build(daemon, "-t", "made:1", "--cache-to", "type=local,dest=cache,mode=max").expect(0);
        String id = id(daemon, "made:1");
        forget();
        damage(damage, place.resolve("cache"));
        String from = "type=local,src=cache";
        Outcome again = build(daemon, "-t", "made:1", "--cache-from", from).expect(0);
        if (damage == Damage.NOTHING) {
            isWhollyCached(again);
            assertThat(id(daemon, "made:1")).isEqualTo(id);
            return;
        }
        assertThat(again.err()).contains("Running in");
        if (damage.name().startsWith("INDEX") || damage == Damage.BLOBS_GONE) {
            assertThat(again.err()).containsOnlyOnce("WARNING: --cache-from " + from + ": ");
        }
        assertThat(daemon.docker("run", "--rm", "made:1").expect(0).text())
                .matches("[0-9a-f-]{36}");
        daemon.sampan("image", "fsck").expect(0);
        // and the directory is whole again once it is written anew
        build(daemon, "-t", "made:2", "--cache-to", "type=local,dest=anew,mode=max").expect(0);
        daemon.docker("rmi", "made:2").expect(0);
        forget();
        isWhollyCached(build(daemon, "--cache-from", "type=local,src=anew"));
    }

    private static void damage(Damage damage, Path cache) throws IOException {
        Path blobs = cache.resolve("blobs/sha256");
        Path index = cache.resolve("index.json");
        Path root = blobs.resolve(first("sha256:([0-9a-f]{64})", Files.readString(index)));
        switch (damage) {
            case LAYER_CUT -> {
                for (Path layer : layers(blobs)) {
                    byte[] content = Files.readAllBytes(layer);
                    replace(layer, Arrays.copyOf(content, content.length / 2));
                }
            }
            case LAYER_OF_OTHER_CONTENT -> {
                for (Path layer : layers(blobs)) {
                    byte[] content = Files.readAllBytes(layer);
                    content[content.length / 3] ^= 1;
                    replace(layer, content);
                }
            }
            case LAYER_THAT_IS_A_PIPE -> layers(blobs).forEach(BuildCacheDirectoryTest::pipe);
            case LAYER_WITHOUT_END -> {
                for (Path layer : layers(blobs)) {
                    Files.delete(layer);
                    Files.createSymbolicLink(layer, Path.of("/dev/zero"));
                }
            }
            case BLOBS_GONE -> {
                try (Stream<Path> all = Files.walk(blobs)) {
                    all.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
                }
            }
            case CONFIG_THAT_NAMES_OTHER_LAYERS -> lie(blobs, index, root);
            case INDEX_OF_OTHER_CONTENT ->
                    replace(root, (Files.readString(root) + " ").getBytes(StandardCharsets.UTF_8));
            case INDEX_FILE_CUT -> Files.writeString(index, Files.readString(index).substring(9));
            case INDEX_FILE_THAT_IS_A_PIPE -> pipe(index);
            case NOTHING -> {
                // shows that the others are not cached because of their damage
            }
        }
    }

    /// Every digest is right, but the files are not those that the configs name.
    private static void lie(Path blobs, Path index, Path root) throws IOException {
        String whole = Files.readString(root);
        for (String manifest : all("sha256:([0-9a-f]{64})", whole)) {
            String listed = Files.readString(blobs.resolve(manifest));
            String config = first("sha256:([0-9a-f]{64})", listed);
            String text = Files.readString(blobs.resolve(config));
            List<String> diffIds = all("sha256:([0-9a-f]{64})", text);
            String wrong = text.replace(diffIds.getLast(), FORGOTTEN);
            String moved = listed.replace(config, put(blobs, wrong));
            whole = whole.replace(manifest, put(blobs, moved));
        }
        String named = Files.readString(index);
        Files.writeString(index, named.replace(root.getFileName().toString(), put(blobs, whole)));
    }

    private static String put(Path blobs, String text) throws IOException {
        byte[] content = text.getBytes(StandardCharsets.UTF_8);
        String hex = Digest.of(content).hex();
        Files.write(blobs.resolve(hex), content);
        return hex;
    }

    private static List<Path> layers(Path blobs) throws IOException {
        try (Stream<Path> all = Files.list(blobs)) {
            return all.filter(file -> !isJson(file)).toList();
        }
    }

    private static boolean isJson(Path file) {
        try (var in = Files.newInputStream(file)) {
            return in.read() == '{';
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void replace(Path file, byte[] content) throws IOException {
        Path other = file.resolveSibling("other");
        Files.write(other, content);
        Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void pipe(Path file) {
        Command.of("sh", "-c", "rm " + file + " && mkfifo " + file).run().expect(0);
    }

    private static List<String> all(String pattern, String text) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        return matcher.results().map(found -> found.group(1)).distinct().toList();
    }

    private static String first(String pattern, String text) {
        return all(pattern, text).getFirst();
    }

    @Test
    void aDirectoryThatIsNotThereYetIsNoFailure() {
        String from = "type=local,src=" + place.resolve("none");
        assertThat(build(daemon, "--cache-from", from).expect(0).err())
                .contains("WARNING: --cache-from " + from + ": ")
                .contains("No such file or directory");
        assertThat(place.resolve("none")).doesNotExist();
    }

    @Test
    void theDaemonsRightsAreNotTheCallers() throws IOException {
        Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path own = Files.createDirectory(place.resolve("own"));
        Files.setAttribute(own, "unix:uid", Nobody.ID);
        Path roots = Files.createDirectory(place.resolve("roots"));
        for (String place : List.of(roots.toString(), roots + "/new")) {
            String to = "type=local,mode=max,dest=" + place;
            Outcome refused = Nobody.run(daemon, "build", "--cache-to", to, context);
            assertThat(refused.expect(1).err()).containsOnlyOnce("ermission denied");
        }
        assertThat(roots).isEmptyDirectory();
        Nobody.run(daemon, "build", "--cache-to", "type=local,dest=" + own + "/new", context)
                .expect(0);
        for (Path file : files(own)) {
            assertThat(Files.getAttribute(file, "unix:uid")).as("%s", file).isEqualTo(Nobody.ID);
        }
        // a link of the caller's leads no further than the caller may go
        Files.createSymbolicLink(own.resolve("blobs"), roots);
        String linked = "type=local,dest=" + own;
        assertThat(Nobody.run(daemon, "build", "--cache-to", linked, context).expect(1).err())
                .contains("Permission denied");
        assertThat(roots).isEmptyDirectory();
        Path hidden = place.resolve("hidden");
        build(daemon, "--cache-to", "type=local,mode=max,dest=" + hidden).expect(0);
        Files.setPosixFilePermissions(hidden, PosixFilePermissions.fromString("rwx------"));
        String from = "type=local,src=" + hidden;
        assertThat(Nobody.run(daemon, "build", "--cache-from", from, context).expect(0).err())
                .contains("WARNING: --cache-from " + from)
                .containsIgnoringCase("permission denied");
    }

    @Test
    void whatNoCacheCanBeIsRefusedByName() {
        for (String wrong : List.of("mode=all", "colour=red", "compression=zstd")) {
            assertThat(build(daemon, "--cache-to", "type=local,dest=d," + wrong).expect(1).err())
                    .contains("--cache-to type=local: " + wrong);
        }
        assertThat(build(daemon, "--cache-to", "type=local").expect(1).err())
                .contains("--cache-to type=local: dest is missing");
        assertThat(build(daemon, "--cache-to", "dest=d").err())
                .contains("--cache-to dest=d: type is missing");
        assertThat(build(daemon, "--cache-from", "type=local").err())
                .contains("--cache-from type=local: src is missing");
        assertThat(build(daemon, "--cache-from", "type=local,src=d,digest=x").err())
                .contains("--cache-from type=local,src=d,digest=x: ");
        assertThat(build(daemon, "--cache-from", "type=gha").err())
                .contains("must be NAME, type=registry,ref=NAME or type=local,src=DIRECTORY");
        assertThat(place.resolve("d")).doesNotExist();
    }
}
