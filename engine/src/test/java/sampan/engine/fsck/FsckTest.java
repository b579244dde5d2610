package sampan.engine.fsck;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sampan.engine.build.cache.StepCache;
import sampan.engine.containers.ContainerFiles;
import sampan.engine.containers.Containers;
import sampan.engine.fsck.Finding.Kind;
import sampan.engine.fsck.Finding.Outcome;
import sampan.engine.images.HostImage;
import sampan.engine.images.transfer.Puller;
import sampan.engine.leases.Lease;
import sampan.engine.registry.Credential;
import sampan.engine.registry.ManifestContent;
import sampan.engine.registry.RegistryLimits;
import sampan.engine.snapshots.Base;
import sampan.engine.snapshots.Chain;
import sampan.engine.testing.Archive;
import sampan.engine.testing.Publishing;
import sampan.engine.testing.Publishing.LayerContent;
import sampan.engine.testing.RegistryServer;
import sampan.engine.testing.TestStores;
import sampan.engine.testing.Told;
import sampan.engine.volumes.local.LocalVolumes;
import sampan.oci.Digest;
import sampan.oci.Reference;
import sampan.oci.image.Platform;

/// What a check finds, and what a repair does about it.
@Tag("privileged")
class FsckTest {
    private static final byte[] LAYER =
            new Archive().file("a", "content").directory("d").file("d/b", "more").bytes();
    private static final Digest DIFF = Digest.of(LAYER);

    @TempDir Path directory;
    @TempDir Path beside;
    private TestStores here;
    private Fsck fsck;

    @BeforeEach
    void open() {
        here = new TestStores(directory);
        here.load(Archive.image("a:1", LAYER));
        fsck =
                new Fsck(
                        new Fsck.Parts(
                                directory,
                                here.stores,
                                new Containers(new ContainerFiles(directory.resolve("containers"))),
                                new LocalVolumes(directory.resolve("volumes"), new NoMounts()),
                                new StepCache(directory.resolve("build/cache"), here.stores),
                                List::of,
                                List::of));
        assertThat(fsck.run(false).findings()).isEmpty();
    }

    @AfterEach
    void close() {
        here.close();
    }

    private static final class NoMounts implements LocalVolumes.TmpfsMounter {
        @Override
        public void mount(Path target, List<String> options) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void unmount(Path target) {}
    }

    private Path blob(Digest digest) {
        return directory.resolve("content/blobs/sha256").resolve(digest.hex());
    }

    private Path unpacked() {
        return here.snapshots.layer(DIFF).orElseThrow().directory();
    }

    private static void flip(Path file) throws IOException {
        byte[] content = Files.readAllBytes(file);
        content[content.length / 2] ^= 1;
        Files.write(file, content);
    }

    private Finding only() {
        List<Finding> findings = fsck.run(false).findings();
        assertThat(findings).hasSize(1);
        return findings.getFirst();
    }

    private void isMendedByRepair() {
        Fsck.Report report = fsck.run(true);
        assertThat(report.repaired()).isNotEmpty().allMatch(f -> f.outcome() == Outcome.REPAIRED);
        assertThat(report.findings()).isEmpty();
        assertThat(unpacked().resolve("a")).hasContent("content");
    }

    @Test
    void countsWhatItRead() {
        Fsck.Report report = fsck.run(false);
        assertThat(report.clean()).isTrue();
        assertThat(report.blobs()).isEqualTo(3);
        assertThat(report.layers()).isEqualTo(1);
        assertThat(report.files()).isEqualTo(3);
    }

    @Test
    void aBlobWithAWrongBitIsToldWithItsImageAndTheRemedy() throws IOException {
        flip(blob(DIFF));
        List<Finding> findings = fsck.run(false).findings();
        assertThat(findings).hasSize(1);
        assertThat(findings.getFirst().kind()).isEqualTo(Kind.BROKEN);
        assertThat(findings.getFirst().problem()).contains("a:1");
        Fsck.Report repaired = fsck.run(true);
        assertThat(repaired.repaired()).singleElement().matches(f -> f.remedy().contains("a:1"));
        // the image runs still, and is whole once it is loaded again
        assertThat(repaired.findings()).singleElement().matches(f -> f.kind() == Kind.MISSING);
        assertThat(unpacked().resolve("a")).hasContent("content");
        here.load(Archive.image("a:1", LAYER));
        assertThat(fsck.run(false).findings()).isEmpty();
    }

    @Test
    void aBrokenConfigTakesItsImageAlong() throws IOException {
        flip(blob(Digest.parse(here.stores.images().resolve("a:1").image().id())));
        assertThat(only().kind()).isEqualTo(Kind.BROKEN);
        assertThat(fsck.run(true).findings()).isEmpty();
        assertThat(here.stores.images().records()).isEmpty();
    }

    /// An image of an index that was pulled, and the index.
    private interface Indexed {
        void look(Reference name, Digest index, Runnable pull) throws IOException;
    }

    private void indexed(Indexed work) throws IOException {
        try (RegistryServer server = RegistryServer.plain(beside);
                Publishing publishing = new Publishing(directory)) {
            Reference name = Reference.parse(server.host() + "/many:1");
            ManifestContent own = publishing.image(name, LayerContent.gzip(LAYER));
            Digest index = publishing.index(name, Map.of(Platform.host(), own)).digest();
            Puller puller =
                    new Puller(here.stores, publishing.registries(), RegistryLimits.DEFAULT, 3);
            Puller.Wish wish = new Puller.Wish(name, Optional.empty(), Credential.NONE);
            Runnable pull = () -> puller.pull(wish, new Told());
            pull.run();
            work.look(name, index, pull);
            assertThat(here.stores.content().has(index)).isTrue();
            assertThat(fsck.run(false).findings()).isEmpty();
        }
    }

    @Test
    void aBrokenIndexIsToldWithItsNameAndComesAgainByAPull() throws IOException {
        indexed((name, index, pull) -> {
            flip(blob(index));
            assertThat(broken())
                    .singleElement()
                    .matches(f -> f.problem().contains("the index of " + name.familiar()));
            assertThat(fsck.run(true).repaired())
                    .anyMatch(f -> f.remedy().contains("sampan pull " + name.familiar()));
            assertThat(broken()).isEmpty();
            pull.run();
        });
    }

    @Test
    void aMissingIndexIsToldWithItsNameAndComesAgainByAPull() throws IOException {
        indexed((name, index, pull) -> {
            Files.delete(blob(index));
            Finding finding = only();
            assertThat(finding.kind()).isEqualTo(Kind.MISSING);
            assertThat(finding.subject()).isEqualTo("blob " + index);
            assertThat(finding.problem()).contains("the index of " + name.familiar());
            assertThat(fsck.run(true).repaired())
                    .singleElement()
                    .matches(f -> f.remedy().contains("sampan pull " + name.familiar()));
            pull.run();
        });
    }

    @Test
    void aMissingManifestOfAnIndexIsToldAndComesAgainByAPull() throws IOException {
        indexed((name, index, pull) -> {
            String id = here.stores.images().resolve(name.familiar()).image().id();
            Digest manifest = here.stores.images().record(Digest.parse(id)).manifest();
            Files.delete(blob(manifest));
            assertThat(only().kind()).isEqualTo(Kind.MISSING);
            assertThat(only().subject()).isEqualTo("blob " + manifest);
            assertThat(fsck.run(true).repaired())
                    .singleElement()
                    .matches(f -> f.remedy().contains("sampan pull " + name.familiar()));
            pull.run();
        });
    }

    private List<Finding> broken() {
        return fsck.run(false).findings().stream().filter(f -> f.kind() == Kind.BROKEN).toList();
    }

    @Test
    void aMissingBlobIsTold() throws IOException {
        Files.delete(blob(DIFF));
        Finding finding = only();
        assertThat(finding.kind()).isEqualTo(Kind.MISSING);
        assertThat(finding.problem()).contains("a:1");
    }

    @Test
    void everyChangeOfALayerIsFoundAndUnpackedAgain() throws IOException {
        flip(unpacked().resolve("a"));
        assertThat(only().problem()).contains("/a has another content");
        isMendedByRepair();
        Files.delete(unpacked().resolve("d/b"));
        assertThat(only().problem()).contains("/d/b is missing");
        isMendedByRepair();
        Files.writeString(unpacked().resolve("d/more"), "x");
        assertThat(only().problem()).contains("/d/more is not in the archive");
        isMendedByRepair();
        Files.setAttribute(unpacked().resolve("d"), "unix:mode", 0700);
        assertThat(only().problem()).contains("/d has mode 700");
        isMendedByRepair();
        Files.setAttribute(unpacked().resolve("a"), "unix:uid", 7);
        assertThat(only().problem()).contains("/a belongs to 7:0");
        isMendedByRepair();
    }

    @Test
    void aLayerThatIsGoneIsUnpackedAgain() {
        sampan.engine.store.Directories.removeTree(Objects.requireNonNull(unpacked().getParent()));
        assertThat(only().problem()).contains("its directory is gone");
        isMendedByRepair();
    }

    @Test
    void aBrokenLayerUnderAContainerIsLeftAsItIs() throws IOException {
        here.snapshots.prepare("c", new Base.Layers(new Chain(List.of(DIFF))));
        flip(unpacked().resolve("a"));
        Fsck.Report report = fsck.run(true);
        assertThat(report.repaired())
                .anyMatch(f -> f.outcome() == Outcome.FAILED && f.remedy().contains("remove c"));
    }

    @Test
    void whatIsNobodysIsTakenAwayByARepairAlone() throws IOException {
        Digest orphan = here.stores.content().put(new byte[] {1});
        List<Path> strays =
                List.of(
                        directory.resolve("content/blobs/sha256/x"),
                        directory.resolve("content/ingest/7"),
                        directory.resolve("content/y"),
                        directory.resolve("images/ids/" + "1".repeat(64) + ".json"),
                        directory.resolve("images/adding/a.json"),
                        directory.resolve("images/refs/.x.json.1.tmp"),
                        directory.resolve("snapshots/l/77"),
                        directory.resolve("snapshots/new/1"),
                        directory.resolve("snapshots/unpack/1"),
                        directory.resolve("snapshots/trash/1"),
                        directory.resolve("snapshots/unsynced/5"),
                        directory.resolve("containers/abc/hosts"),
                        directory.resolve("volumes/vol"),
                        directory.resolve("build/cache/k.json"));
        for (Path stray : strays) {
            Files.createDirectories(Objects.requireNonNull(stray.getParent()));
            Files.writeString(stray, "x");
        }
        assertThat(fsck.run(false).findings())
                .hasSize(strays.size() + 1)
                .allMatch(f -> f.kind() == Kind.NOBODYS && f.bytes() > 0);
        assertThat(here.stores.content().has(orphan)).isTrue();
        assertThat(fsck.run(true).findings()).isEmpty();
        assertThat(strays).noneMatch(Files::exists);
        assertThat(here.stores.content().has(orphan)).isFalse();
        assertThat(here.stores.images().resolve("a:1").image().id())
                .isNotEqualTo(HostImage.image().id());
    }

    @Test
    void aFileOfUnknownNameIsLeftToItsMaker() throws IOException {
        Path file = Files.writeString(directory.resolve("notes"), "mine");
        assertThat(fsck.run(true).findings())
                .singleElement()
                .matches(f -> f.kind() == Kind.UNREADABLE);
        assertThat(file).exists();
    }

    @Test
    void whatALeaseHoldsIsNoGarbage() {
        Digest coming = Digest.of(new byte[] {2});
        try (Lease lease = here.stores.leases().open()) {
            lease.hold(coming);
            here.stores.content().put(new byte[] {2});
            assertThat(fsck.run(true).findings()).isEmpty();
            assertThat(here.stores.content().has(coming)).isTrue();
        }
    }

    @Test
    void aRecordThatIsGoneIsWrittenAgain() throws IOException {
        for (Path file : sampan.engine.store.Entries.of(directory.resolve("images/ids"))) {
            Files.delete(file);
        }
        assertThat(only().kind()).isEqualTo(Kind.MISSING);
        assertThat(fsck.run(true).findings()).isEmpty();
        assertThat(directory.resolve("images/ids")).isNotEmptyDirectory();
    }
}
