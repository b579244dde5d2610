package sampan.buildkit.control;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sampan.engine.build.syntax.Dockerfile;

/// A Dockerfile that a client wants built, and what it said with it.
///
/// @param filename of the Dockerfile, as the client knows it
/// @param text empty where the Dockerfile comes with the context
/// @param exclude patterns of its `.dockerignore`
record Frontend(
        Map<String, String> attributes,
        Context context,
        String filename,
        String text,
        Optional<Dockerfile> dockerfile,
        List<String> exclude) {
    Frontend {
        exclude = List.copyOf(exclude);
    }

    /// Where the files are.
    sealed interface Context {
        /// The client's, brought when a step looks at them.
        record OfSession() implements Context {}

        /// An archive that the client sends, Dockerfile and all.
        ///
        /// @param path names it to the client
        record Upload(String path) implements Context {}

        record Remote(String address) implements Context {}

        static Context ofSession() {
            return new OfSession();
        }
    }

    /// The platforms it is to be built for; none where nothing was said.
    List<String> platforms() {
        return Arrays.stream(attribute("platform").split(",", -1))
                .map(String::strip)
                .filter(p -> !p.isEmpty())
                .distinct()
                .toList();
    }

    /// The same for one platform.
    Frontend only(String platform) {
        Map<String, String> changed = new LinkedHashMap<>(attributes);
        changed.put("platform", platform);
        return new Frontend(changed, context, filename, text, dockerfile, exclude);
    }

    String attribute(String name) {
        return attributes.getOrDefault(name, "");
    }
}
