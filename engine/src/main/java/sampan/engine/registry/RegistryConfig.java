package sampan.engine.registry;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.Reference;
import sampan.oci.json.Json;

/// The file `registries.json` (docs/guides/registries.md): what is mirrored, rewritten, blocked or
/// insecure. The rule with the longest prefix holds, alone.
public record RegistryConfig(
        List<Rule> registries,
        @JsonProperty("max-concurrent-downloads") int downloads,
        @JsonProperty("max-concurrent-uploads") int uploads) {
    public static final int DOWNLOADS = 3;
    public static final int UPLOADS = 5;
    public static final RegistryConfig EMPTY = new RegistryConfig(List.of(), 0, 0);

    private static final int CONCURRENCY_MAX = 32;
    private static final long FILE_BYTES_MAX = 1 << 20;

    public RegistryConfig {
        registries = registries == null ? List.of() : List.copyOf(registries);
        downloads = checked("max-concurrent-downloads", downloads, DOWNLOADS);
        uploads = checked("max-concurrent-uploads", uploads, UPLOADS);
    }

    private static int checked(String field, int value, int absent) {
        if (value < 0 || value > CONCURRENCY_MAX) {
            throw SampanException.invalid(
                    field + " is " + value + ": give 1 to " + CONCURRENCY_MAX);
        }
        return value == 0 ? absent : value;
    }

    /// What holds for repositories whose `domain/path` begins with the prefix.
    ///
    /// @param prefix `docker.io`, `quay.io/team`, or `*.example.com` for all hosts below
    /// @param location stands in place of the prefix; empty where nothing is rewritten
    /// @param insecure HTTPS without a check of the certificate, then plain HTTP, are allowed
    /// @param blocked nothing is pulled from there or pushed to it
    /// @param mirrors asked first, in their order, for pulls
    /// @param tokenRealms hosts of token servers that may have the credentials
    public record Rule(
            String prefix,
            String location,
            boolean insecure,
            boolean blocked,
            List<Mirror> mirrors,
            @JsonProperty("token-realms") List<String> tokenRealms) {
        static final Rule NONE = new Rule("", "", false, false, List.of(), List.of());

        public Rule {
            prefix = text(prefix);
            location = text(location);
            mirrors = mirrors == null ? List.of() : List.copyOf(mirrors);
            tokenRealms = tokenRealms == null ? List.of() : List.copyOf(tokenRealms);
        }

        boolean covers(String name) {
            if (prefix.startsWith("*.")) {
                String host = name.substring(0, name.indexOf('/'));
                return host.endsWith(prefix.substring(1));
            }
            return name.equals(prefix) || name.startsWith(prefix + "/");
        }

        /// The name with `replacement` in place of the prefix.
        public String rewrite(String name, String replacement) {
            if (replacement.isEmpty()) {
                return name;
            }
            int end = prefix.startsWith("*.") ? name.indexOf('/') : prefix.length();
            return replacement + name.substring(end);
        }
    }

    /// @param location stands in place of the rule's prefix
    public record Mirror(String location, boolean insecure) {
        public Mirror {
            location = text(location);
            if (location.isEmpty()) {
                throw SampanException.invalid("a mirror without location: give its host");
            }
        }
    }

    private static String text(@Nullable String value) {
        return value == null ? "" : value;
    }

    /// Reads the file; one that is not there says nothing.
    ///
    /// @throws SampanException INVALID, naming the file, where it is wrong
    public static RegistryConfig read(Path file) {
        try {
            if (Files.size(file) > FILE_BYTES_MAX) {
                throw SampanException.invalid(file + " has more than " + FILE_BYTES_MAX + " bytes");
            }
            RegistryConfig config = Json.read(Files.readAllBytes(file), RegistryConfig.class);
            config.registries.forEach(RegistryConfig::check);
            return config;
        } catch (NoSuchFileException e) {
            return EMPTY;
        } catch (IOException e) {
            throw new SampanException(
                    ErrorCode.INVALID, "cannot read " + file + ": " + e.getMessage(), e);
        } catch (SampanException e) {
            throw new SampanException(e.code(), file + ": " + e.getMessage(), e);
        }
    }

    private static void check(Rule rule) {
        if (rule.prefix.isEmpty()) {
            throw SampanException.invalid("a registry without prefix: give a host, or host/path");
        }
        checkName("prefix", rule.prefix.startsWith("*.") ? rule.prefix.substring(2) : rule.prefix);
        if (!rule.location.isEmpty()) {
            checkName("location", rule.location);
        }
        rule.mirrors.forEach(mirror -> checkName("location of a mirror", mirror.location()));
    }

    private static void checkName(String field, String name) {
        try {
            Reference ignored = Reference.parseBare(name + "/x");
            if (!ignored.name().equals(name + "/x") && !name.equals("index.docker.io")) {
                throw SampanException.invalid("it has no registry's host");
            }
        } catch (SampanException e) {
            throw SampanException.invalid(
                    field + " '" + name + "': " + e.getMessage() + "; give HOST[:PORT][/PATH]");
        }
    }

    /// The rule for a repository; one that says nothing where none covers it.
    public Rule rule(String name) {
        Optional<Rule> found =
                registries.stream()
                        .filter(rule -> rule.covers(name))
                        .max(Comparator.comparingInt(rule -> rule.prefix().length()));
        return found.orElse(Rule.NONE);
    }
}
