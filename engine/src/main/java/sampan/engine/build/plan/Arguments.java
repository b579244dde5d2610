package sampan.engine.build.plan;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.Function;
import sampan.engine.build.syntax.Command;
import sampan.engine.build.syntax.Command.Pair;
import sampan.engine.build.syntax.Dockerfile;
import sampan.engine.build.syntax.Words;
import sampan.oci.image.Platform;

/// The build arguments of one build: what was given, what stands in front of the first stage, the
/// platforms'. Thread-safe once made.
public final class Arguments {
    /// Given ones of these names reach RUN without an ARG; they are in no history and no key.
    public static final Set<String> PROXIES =
            Set.of(
                    "HTTP_PROXY",
                    "http_proxy",
                    "HTTPS_PROXY",
                    "https_proxy",
                    "FTP_PROXY",
                    "ftp_proxy",
                    "NO_PROXY",
                    "no_proxy",
                    "ALL_PROXY",
                    "all_proxy");

    /// Times later than this many seconds are cut to it.
    public static final String SOURCE_DATE_EPOCH = "SOURCE_DATE_EPOCH";

    private final Map<String, Optional<String>> given;
    private final Map<String, String> platforms = new LinkedHashMap<>();
    private final Map<String, String> global = new LinkedHashMap<>();
    private final Set<String> consumed = new ConcurrentSkipListSet<>();

    public Arguments(Map<String, Optional<String>> given, Platform target, Platform machine) {
        this.given = Map.copyOf(given);
        platform("TARGET", target);
        platform("BUILD", machine);
    }

    private void platform(String prefix, Platform platform) {
        platforms.put(prefix + "PLATFORM", platform.toString());
        platforms.put(prefix + "OS", platform.os());
        platforms.put(prefix + "ARCH", platform.architecture());
        platforms.put(prefix + "VARIANT", platform.variant());
    }

    /// Takes the ARG lines in front of the first stage.
    public void declare(Dockerfile file) {
        platforms.put("TARGETSTAGE", "default");
        for (Command.Arg argument : file.arguments()) {
            for (Pair pair : argument.pairs()) {
                value(pair, file.escape(), this::global)
                        .ifPresent(value -> global.put(pair.name(), value));
            }
        }
    }

    /// A variable in front of the first stage, or in a FROM.
    public Optional<String> global(String name) {
        return Optional.ofNullable(global.get(name))
                .or(() -> Optional.ofNullable(platforms.get(name)));
    }

    /// What an ARG line gives a name: what was given, its own default, or what stands in front of
    /// the first stage.
    public Optional<String> inStage(
            Pair pair, char escape, Function<String, Optional<String>> variables) {
        return value(pair, escape, variables);
    }

    private Optional<String> value(
            Pair pair, char escape, Function<String, Optional<String>> variables) {
        consumed.add(pair.name());
        Optional<String> wanted = given.getOrDefault(pair.name(), Optional.empty());
        return wanted.or(() -> pair.value().map(text -> Words.one(text, escape, variables)))
                .or(() -> global(pair.name()));
    }

    /// Given proxies, for the environment of RUN.
    public Map<String, String> proxies() {
        Map<String, String> found = new LinkedHashMap<>();
        given.forEach((name, value) -> {
            if (PROXIES.contains(name)) {
                value.ifPresent(text -> found.put(name, text));
            }
        });
        return found;
    }

    public Optional<String> given(String name) {
        return given.getOrDefault(name, Optional.empty());
    }

    /// Names that were given and that nothing asked for.
    public List<String> unconsumed() {
        Set<String> left = new TreeSet<>(given.keySet());
        left.removeAll(consumed);
        left.removeAll(PROXIES);
        left.remove(SOURCE_DATE_EPOCH);
        left.removeAll(platforms.keySet());
        return List.copyOf(left);
    }
}
