package sampan.engine.build.cache;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Map;
import java.util.TreeMap;
import sampan.oci.Digest;

/// Everything that decides what a step makes.
///
/// @param kind `run`, `copy`, …
/// @param chain id of the layers below; empty where they do not matter
/// @param text the instruction
/// @param settings environment, user, directory, network and so on, by name
/// @param arguments build arguments by name
/// @param content digest of the files it takes, or empty
/// @param files digests of single files, to name one that changed; no part of the key
public record StepInput(
        String kind,
        String chain,
        String text,
        Map<String, String> settings,
        Map<String, String> arguments,
        String content,
        Map<String, String> files) {

    public StepInput {
        settings = Map.copyOf(settings);
        arguments = Map.copyOf(arguments);
        files = Map.copyOf(files);
    }

    /// 64 digits.
    public String key() {
        MessageDigest sum = Digest.newSha256();
        add(sum, kind);
        add(sum, chain);
        add(sum, text);
        new TreeMap<>(settings).forEach((name, value) -> add(sum, name + "=" + value));
        add(sum, "");
        new TreeMap<>(arguments).forEach((name, value) -> add(sum, name + "=" + value));
        add(sum, "");
        add(sum, content);
        return Digest.sha256(sum.digest()).hex();
    }

    // Lengths in front, so that no two inputs give the same bytes.
    private static void add(MessageDigest sum, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        sum.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
        sum.update(bytes);
    }
}
