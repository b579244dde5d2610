package sampan.engine.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import sampan.oci.Digest;
import sampan.oci.json.Json;
import sampan.oci.tar.TarEntry;
import sampan.oci.tar.TarWriter;

/// Builds tar archives, and image archives of them.
public final class Archive {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final TarWriter tar = new TarWriter(out);

    public Archive file(String name, String content) {
        tar.file(name, 0644, content.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    public Archive file(String name, byte[] content) {
        tar.file(name, 0644, content);
        return this;
    }

    public Archive directory(String name) {
        return entry(TarEntry.directory(name, 0755));
    }

    public Archive link(String name, String target) {
        return entry(TarEntry.symlink(name, target));
    }

    public Archive hardLink(String name, String target) {
        return entry(TarEntry.hardLink(name, target));
    }

    public Archive entry(TarEntry entry) {
        tar.begin(entry);
        tar.end();
        return this;
    }

    /// Bytes that no writer of ours would write.
    public Archive raw(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    public byte[] bytes() {
        tar.finish();
        return out.toByteArray();
    }

    public byte[] unfinished() {
        return out.toByteArray();
    }

    public static byte[] gzip(byte[] content) {
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(zipped)) {
            gzip.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return zipped.toByteArray();
    }

    /// An image's config that names these layers.
    public static byte[] config(List<byte[]> layers) {
        return Json.write(
                Map.of(
                        "architecture",
                        "amd64",
                        "os",
                        "linux",
                        "created",
                        "2024-05-06T07:08:09.5Z",
                        "config",
                        Map.of("Cmd", List.of("sh"), "Labels", Map.of("kind", "test")),
                        "rootfs",
                        Map.of(
                                "type",
                                "layers",
                                "diff_ids",
                                layers.stream().map(l -> Digest.of(l).toString()).toList())));
    }

    /// A Docker archive as engines before 25 wrote it.
    ///
    /// @param reference the image's only name, or empty
    public static byte[] image(String reference, byte[]... layers) {
        return image(reference, config(List.of(layers)), List.of(layers));
    }

    public static byte[] image(String reference, byte[] config, List<byte[]> layers) {
        Archive archive = new Archive();
        List<String> names = new ArrayList<>();
        for (int i = 0; i < layers.size(); i++) {
            String name = "layer" + i + "/layer.tar";
            names.add(name);
            archive.file(name, layers.get(i));
        }
        String configName = Digest.of(config).hex() + ".json";
        archive.file(configName, config);
        archive.file(
                "manifest.json",
                Json.write(
                        List.of(
                                Map.of(
                                        "Config",
                                        configName,
                                        "RepoTags",
                                        reference.isEmpty() ? List.of() : List.of(reference),
                                        "Layers",
                                        names))));
        return archive.bytes();
    }
}
