package sampan.buildkit.control;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sampan.buildkit.control.Attestations.Subject;
import sampan.engine.images.Attestation;
import sampan.engine.images.transfer.ImageForm.Types;
import sampan.engine.services.BuildResult;
import sampan.engine.services.BuildResult.Parts;
import sampan.errors.SampanException;
import sampan.oci.Digest;
import sampan.oci.Reference;
import sampan.oci.image.Descriptor;
import sampan.oci.image.ImageDocument;
import sampan.oci.image.Index;
import sampan.oci.image.Layout;
import sampan.oci.image.Manifest;
import sampan.oci.image.MediaType;
import sampan.oci.image.Platform;
import sampan.oci.json.Json;
import sampan.oci.tar.TarEntry;
import sampan.oci.tar.TarWriter;

/// An image as one output has it: a manifest, or an index of those of several platforms and of what
/// attests them.
final class ImageLayout {
    private static final int FILE_MODE = 0644;
    private static final String STATEMENT = "application/vnd.in-toto+json";
    private static final String PREDICATE = "in-toto.io/predicate-type";
    private static final Platform UNKNOWN = Platform.of("unknown", "unknown", "");

    private final ImageOutput output;
    private final List<Member> members;
    private final Optional<Descriptor> index;
    private final Map<Digest, Blob> blobs = new LinkedHashMap<>();

    /// What was built for a platform.
    record Of(Platform platform, BuildResult result) {}

    /// The same in the output's form.
    private record Member(Of of, Parts parts) {}

    private record Blob(Descriptor descriptor, BuildResult result) {}

    /// Writes what is not written yet.
    ImageLayout(List<Of> results, ImageOutput output, Attestations attestations) {
        this.output = output;
        boolean listed = results.size() > 1 || !attestations.isEmpty();
        boolean docker = output.types().equals(Optional.of(Types.DOCKER));
        if (docker && !attestations.isEmpty()) {
            throw SampanException.invalid(
                    "oci-mediatypes=false has no place for attestations: leave it, or"
                            + " --provenance and --sbom, out");
        }
        if (!listed && output.annotations().ofIndex()) {
            throw SampanException.invalid(
                    "annotations of an index are given, but an image of one platform has none");
        }
        boolean pinned = listed || output.names().arePinned();
        this.members =
                results.stream()
                        .map(of ->
                                new Member(
                                        of, of.result().formed(output.form(of.platform(), pinned))))
                        .toList();
        for (Member member : members) {
            add(member.parts().manifest(), member.of().result());
            member.parts().parts().forEach(part -> add(part, member.of().result()));
        }
        this.index = listed ? Optional.of(index(docker, attestations)) : Optional.empty();
    }

    private void add(Descriptor blob, BuildResult from) {
        blobs.putIfAbsent(blob.digest(), new Blob(blob, from));
    }

    private Descriptor index(boolean docker, Attestations attestations) {
        List<Descriptor> entries = new ArrayList<>();
        for (Member member : members) {
            Descriptor manifest = member.parts().manifest();
            Platform platform = member.of().platform();
            entries.add(
                    new Descriptor(
                            manifest.mediaType(),
                            manifest.digest(),
                            manifest.size(),
                            List.of(),
                            output.annotations().of(Annotations.Kind.MANIFEST_DESCRIPTOR, platform),
                            Optional.of(platform),
                            ""));
        }
        if (!attestations.isEmpty()) {
            members.forEach(member -> entries.add(attested(member, attestations)));
        }
        String type = docker ? MediaType.DOCKER_LIST : MediaType.OCI_INDEX;
        Index made =
                new Index(
                        2,
                        type,
                        entries,
                        output.annotations().of(Annotations.Kind.INDEX),
                        Optional.empty(),
                        "");
        BuildResult keeper = members.getFirst().of().result();
        Descriptor put = keeper.put(type, Json.write(made));
        add(put, keeper);
        return put.withAnnotations(output.annotations().of(Annotations.Kind.INDEX_DESCRIPTOR));
    }

    private Descriptor attested(Member member, Attestations attestations) {
        BuildResult result = member.of().result();
        Digest manifest = member.parts().manifest().digest();
        List<Subject> subjects =
                Provenance.image(output.names().given(), member.of().platform(), manifest);
        List<Descriptor> said =
                attestations.of(subjects, result).stream()
                        .map(statement ->
                                result.put(STATEMENT, statement.content())
                                        .withAnnotations(
                                                Map.of(PREDICATE, statement.predicateType())))
                        .toList();
        Descriptor config = result.put(MediaType.OCI_CONFIG, unknownConfig(said));
        Descriptor attesting =
                result.put(MediaType.OCI_MANIFEST, Json.write(Manifest.of(config, said)));
        said.forEach(blob -> add(blob, result));
        List.of(config, attesting).forEach(blob -> add(blob, result));
        return new Descriptor(
                attesting.mediaType(),
                attesting.digest(),
                attesting.size(),
                List.of(),
                Map.of(
                        Attestation.KIND,
                        Attestation.ATTESTATION,
                        Attestation.SUBJECT,
                        manifest.toString()),
                Optional.of(UNKNOWN),
                "");
    }

    // With an empty config, which some readers look for.
    private static byte[] unknownConfig(List<Descriptor> said) {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("architecture", UNKNOWN.architecture());
        config.put("os", UNKNOWN.os());
        config.put("config", Map.of());
        config.put(
                "rootfs", ImageDocument.RootFs.of(said.stream().map(Descriptor::digest).toList()));
        return Json.write(config);
    }

    /// What the image is called by: its index, or its manifest.
    Descriptor top() {
        return index.orElseGet(() -> members.getFirst().parts().manifest());
    }

    boolean isIndex() {
        return index.isPresent();
    }

    /// Makes it an image of the engine.
    void keep() {
        Optional<Digest> listed = index.map(Descriptor::digest);
        for (Member member : members) {
            member.of().result().keep(member.parts(), output.names().kept(top().digest()), listed);
        }
    }

    /// Writes an archive.
    void write(OutputStream out) throws IOException {
        if (index.isEmpty()) {
            Member only = members.getFirst();
            only.of().result().archive(only.parts(), output.names().given(), out);
            return;
        }
        TarWriter tar = new TarWriter(out);
        for (Blob blob : blobs.values()) {
            Descriptor descriptor = blob.descriptor();
            tar.begin(TarEntry.file(path(descriptor.digest()), FILE_MODE, descriptor.size()));
            try (InputStream in = blob.result().open(descriptor.digest())) {
                byte[] buffer = new byte[256 << 10];
                for (int got = in.read(buffer); got > 0; got = in.read(buffer)) {
                    tar.write(buffer, 0, got);
                }
            }
            tar.end();
        }
        List<Descriptor> entries =
                output.names().given().isEmpty()
                        ? List.of(top())
                        : output.names().given().stream()
                                .map(name -> named(top(), Reference.parse(name)))
                                .toList();
        tar.file(Layout.INDEX_FILE, FILE_MODE, Json.write(Index.of(entries)));
        tar.file(Layout.FILE, FILE_MODE, Json.write(Layout.CURRENT));
        tar.finish();
    }

    private static Descriptor named(Descriptor whole, Reference name) {
        Map<String, String> annotations = new LinkedHashMap<>(whole.annotations());
        annotations.put(Descriptor.IMAGE_NAME, name.toString());
        annotations.put(Descriptor.REFERENCE_NAME, name.tag().orElse("latest"));
        return whole.withAnnotations(annotations);
    }

    private static String path(Digest digest) {
        return "blobs/" + Digest.SHA256 + "/" + digest.hex();
    }
}
