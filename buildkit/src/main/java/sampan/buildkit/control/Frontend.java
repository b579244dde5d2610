package sampan.buildkit.control;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import sampan.engine.build.syntax.Dockerfile;

/// A Dockerfile that was read, and how it is to be built.
///
/// @param attributes of BuildKit's Dockerfile frontend
/// @param upload path of an archive that the client uploads as the context, Dockerfile and all; the
///   rest but the attributes is empty then
/// @param filename of the Dockerfile, as the client knows it
/// @param exclude patterns of its `.dockerignore`
record Frontend(
        Map<String, String> attributes,
        Optional<String> upload,
        String filename,
        String text,
        Optional<Dockerfile> dockerfile,
        List<String> exclude) {
    Frontend {
        exclude = List.copyOf(exclude);
    }

    String attribute(String name) {
        return attributes.getOrDefault(name, "");
    }
}
