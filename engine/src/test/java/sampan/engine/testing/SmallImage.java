package sampan.engine.testing;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import sampan.oci.json.Json;

/// An image of one layer in a docker archive: the machine's static busybox with its commands, two
/// users, and a directory with a file in it.
public final class SmallImage {
    private static final List<String> COMMANDS =
            List.of(
                    "sh",
                    "echo",
                    "cat",
                    "true",
                    "false",
                    "sleep",
                    "id",
                    "ls",
                    "hostname",
                    "mount",
                    "ps",
                    "env",
                    "pwd",
                    "seq",
                    "kill",
                    "touch",
                    "rm",
                    "dd",
                    "grep",
                    "stty",
                    "wc",
                    "head",
                    "tail",
                    "yes",
                    "printf",
                    "mkdir",
                    "chown",
                    "stat",
                    "ip",
                    "test",
                    "ulimit",
                    "readlink",
                    "tee");

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private SmallImage() {}

    /// A docker archive with the tag `busybox:latest`.
    public static InputStream archive(Map<String, Object> config) {
        byte[] layer = layer();
        Map<String, Object> document =
                Map.of(
                        "architecture",
                        "amd64",
                        "os",
                        "linux",
                        "config",
                        config,
                        "rootfs",
                        Map.of("type", "layers", "diff_ids", List.of("sha256:" + hash(layer))));
        byte[] json = Json.write(document);
        SmallImage archive = new SmallImage();
        archive.file(hash(json) + ".json", json, 0644);
        archive.file("layer.tar", layer, 0644);
        archive.file(
                "manifest.json",
                Json.write(
                        List.of(
                                Map.of(
                                        "Config",
                                        hash(json) + ".json",
                                        "RepoTags",
                                        List.of("busybox:latest"),
                                        "Layers",
                                        List.of("layer.tar")))),
                0644);
        return new ByteArrayInputStream(archive.end());
    }

    private static byte[] layer() {
        SmallImage layer = new SmallImage();
        for (String directory : List.of("bin/", "etc/", "tmp/", "data/", "root/", "home/")) {
            layer.entry(directory, new byte[0], '5', directory.equals("tmp/") ? 01777 : 0755, "");
        }
        try {
            layer.file("bin/busybox", Files.readAllBytes(Path.of("/bin/busybox")), 0755);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (String command : COMMANDS) {
            layer.entry("bin/" + command, new byte[0], '2', 0777, "busybox");
        }
        layer.text("etc/passwd", "root:x:0:0:root:/root:/bin/sh\nann:x:1000:1000::/home:/bin/sh\n");
        layer.text("etc/group", "root:x:0:\nwheel:x:10:root,ann\nann:x:1000:\n");
        layer.text("data/here", "from the image\n");
        layer.file("bin/notexecutable", "nothing".getBytes(StandardCharsets.US_ASCII), 0644);
        return layer.end();
    }

    private void text(String name, String content) {
        file(name, content.getBytes(StandardCharsets.UTF_8), 0644);
    }

    private void file(String name, byte[] content, int mode) {
        entry(name, content, '0', mode, "");
    }

    private void entry(String name, byte[] content, char type, int mode, String link) {
        byte[] header = new byte[512];
        put(header, 0, name);
        put(header, 100, String.format("%07o", mode));
        put(header, 108, "0000000");
        put(header, 116, "0000000");
        put(header, 124, String.format("%011o", content.length));
        put(header, 136, "00000000000");
        put(header, 148, "        ");
        header[156] = (byte) type;
        put(header, 157, link);
        put(header, 257, "ustar");
        put(header, 263, "00");
        int sum = 0;
        for (byte b : header) {
            sum += b & 0xff;
        }
        put(header, 148, String.format("%06o", sum));
        header[154] = 0;
        header[155] = ' ';
        out.writeBytes(header);
        out.writeBytes(content);
        out.writeBytes(new byte[(512 - content.length % 512) % 512]);
    }

    private static void put(byte[] header, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }

    private byte[] end() {
        out.writeBytes(new byte[1024]);
        return out.toByteArray();
    }

    private static String hash(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
