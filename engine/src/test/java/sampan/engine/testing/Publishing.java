package sampan.engine.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sampan.engine.registry.Credential;
import sampan.engine.registry.ManifestContent;
import sampan.engine.registry.Registries;
import sampan.engine.registry.Registries.Purpose;
import sampan.engine.registry.RegistryConfig;
import sampan.engine.registry.RegistryLimits;
import sampan.engine.registry.Repository;
import sampan.engine.registry.http.HttpRegistries;
import sampan.oci.Digest;
import sampan.oci.Reference;
import sampan.oci.image.Descriptor;
import sampan.oci.image.Index;
import sampan.oci.image.Manifest;
import sampan.oci.image.MediaType;
import sampan.oci.image.Platform;
import sampan.oci.json.Json;

/// Puts images into a registry without an engine.
public final class Publishing implements AutoCloseable {
    private final HttpRegistries registries =
            new HttpRegistries(RegistryConfig.EMPTY, RegistryLimits.DEFAULT, List.of(), Map.of());
    private final Path directory;

    /// @param directory for files on their way
    public Publishing(Path directory) {
        this.directory = directory;
    }

    public Registries registries() {
        return registries;
    }

    public Repository repository(Reference name) {
        return registries.repository(name, Credential.NONE, Purpose.PUSH);
    }

    public Descriptor blob(Reference name, String mediaType, byte[] content) {
        Descriptor blob = Descriptor.of(mediaType, Digest.of(content), content.length);
        try {
            Path file = Files.write(directory.resolve(blob.digest().hex()), content);
            repository(name).upload(blob, () -> FileChannel.open(file), count -> {});
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return blob;
    }

    /// A layer: as it is sent, and as a plain tar.
    public record LayerContent(String mediaType, byte[] sent, byte[] plain) {
        public static LayerContent gzip(byte[] plain) {
            return new LayerContent(MediaType.OCI_LAYER_GZIP, Archive.gzip(plain), plain);
        }

        public static LayerContent plain(byte[] plain) {
            return new LayerContent(MediaType.OCI_LAYER, plain, plain);
        }
    }

    public ManifestContent image(Reference name, LayerContent... layers) {
        return image(name, Platform.host(), layers);
    }

    public ManifestContent image(Reference name, Platform platform, LayerContent... layers) {
        byte[] own =
                Archive.config(java.util.Arrays.stream(layers).map(LayerContent::plain).toList());
        byte[] config =
                new String(own, StandardCharsets.UTF_8)
                        .replace(Platform.host().architecture(), platform.architecture())
                        .getBytes(StandardCharsets.UTF_8);
        Descriptor configured = blob(name, MediaType.OCI_CONFIG, config);
        List<Descriptor> descriptors = new ArrayList<>();
        for (LayerContent layer : layers) {
            descriptors.add(blob(name, layer.mediaType(), layer.sent()));
        }
        return manifest(name, Json.write(Manifest.of(configured, descriptors)));
    }

    public ManifestContent manifest(Reference name, byte[] bytes) {
        ManifestContent content =
                new ManifestContent(MediaType.OCI_MANIFEST, Digest.of(bytes), bytes);
        repository(name).putManifest(name.tag().orElse(content.digest().toString()), content);
        return content;
    }

    public ManifestContent index(Reference name, Map<Platform, ManifestContent> manifests) {
        List<Descriptor> entries = new ArrayList<>();
        manifests.forEach((platform, manifest) ->
                entries.add(
                        new Descriptor(
                                manifest.mediaType(),
                                manifest.digest(),
                                manifest.bytes().length,
                                List.of(),
                                Map.of(),
                                Optional.of(platform),
                                "")));
        byte[] bytes = Json.write(Index.of(entries));
        ManifestContent content = new ManifestContent(MediaType.OCI_INDEX, Digest.of(bytes), bytes);
        repository(name).putManifest(name.tag().orElseThrow(), content);
        return content;
    }

    @Override
    public void close() {
        registries.close();
    }
}
