package sampan.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/// Image archives that tests load: a busybox of the machine's static one, and any layer in the
/// docker-archive form.
final class Images {
    static final String BUSYBOX = "busybox";
    private static final Path PROGRAM = Path.of("/usr/bin/busybox");
    private static final String PATH =
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private Images() {}

    /// A busybox with all its applets, as `busybox:latest`.
    static byte[] busybox() {
        Tar layer = new Tar();
        for (String folder :
                List.of(
                        "bin/", "dev/", "etc/", "home/", "proc/", "root/", "sys/", "usr/",
                        "var/")) {
            layer.directory(folder);
        }
        layer.entry(new Tar.Entry("tmp/", Tar.DIRECTORY, 01777, 0, ""));
        layer.file("bin/busybox", program(), 0755);
        for (String applet : Command.of(PROGRAM.toString(), "--list").run().lines()) {
            if (!applet.equals("busybox")) {
                layer.symlink("bin/" + applet, "busybox");
            }
        }
        layer.file(
                "etc/passwd", "root:x:0:0:root:/root:/bin/sh\nguest:x:1000:1000::/home:/bin/sh\n");
        layer.file("etc/group", "root:x:0:\nguest:x:1000:\n");
        return archive("busybox:latest", layer.end());
    }

    private static byte[] program() {
        try {
            return Files.readAllBytes(PROGRAM);
        } catch (IOException e) {
            throw new UncheckedIOException("a static busybox is needed: install busybox-static", e);
        }
    }

    static String config(String differenceId) {
        return """
        {"architecture":"amd64","os":"linux","created":"2020-01-01T00:00:00Z",
        "config":{"Env":["%s"],"Cmd":["sh"]},
        "rootfs":{"type":"layers","diff_ids":["%s"]},
        "history":[{"created":"2020-01-01T00:00:00Z","created_by":"test"}]}\
        """
                .formatted(PATH, differenceId);
    }

    /// An image of one layer as `docker save` writes it.
    static byte[] archive(String reference, byte[] layer) {
        return archive(reference, layer, config("sha256:" + sha256(layer)));
    }

    static byte[] archive(String reference, byte[] layer, String config) {
        byte[] bytes = config.getBytes(StandardCharsets.UTF_8);
        String name = sha256(bytes) + ".json";
        String manifest =
                "[{\"Config\":\""
                        + name
                        + "\",\"RepoTags\":[\""
                        + reference
                        + "\"],\"Layers\":[\"layer.tar\"]}]";
        return new Tar()
                .file(name, bytes, 0644)
                .file("layer.tar", layer, 0644)
                .file("manifest.json", manifest)
                .end();
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
