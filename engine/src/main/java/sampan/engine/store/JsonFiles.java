package sampan.engine.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import sampan.errors.SampanException;
import sampan.oci.json.Json;

/// The objects of one kind: a directory with a file `KEY.json` for each. Thread-safe for different
/// keys; who writes the same key from several threads orders them himself.
///
/// @param <T> a record that [Json] reads and writes
public final class JsonFiles<T> {
    /// Most objects of one kind that are read at start.
    public static final int OBJECTS_MAX = 1 << 20;

    private static final String ENDING = ".json";
    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,199}");

    private final Path directory;
    private final Class<T> type;

    /// Makes the directory where it is not there.
    public JsonFiles(Path directory, Class<T> type) {
        this.directory = Directories.make(directory);
        this.type = type;
    }

    /// A file that could not be read, and why.
    public record Broken(Path file, String reason) {}

    /// Everything that is there, by key, and the files that could not be read.
    public record Loaded<T>(Map<String, T> objects, List<Broken> broken) {}

    /// Reads all; removes what a killed daemon left half-written.
    public Loaded<T> load() {
        Map<String, T> objects = new TreeMap<>();
        List<Broken> broken = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (name.endsWith(AtomicFile.TEMPORARY)) {
                    Files.deleteIfExists(file);
                } else if (name.endsWith(ENDING)) {
                    if (objects.size() == OBJECTS_MAX) {
                        throw SampanException.invalid(
                                directory + " has more than " + OBJECTS_MAX + " files");
                    }
                    loadOne(file, name, objects, broken);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Loaded<>(objects, broken);
    }

    private void loadOne(Path file, String name, Map<String, T> objects, List<Broken> broken) {
        String key = name.substring(0, name.length() - ENDING.length());
        try {
            if (!KEY.matcher(key).matches()) {
                broken.add(new Broken(file, "its name is no key"));
            } else if (Files.size(file) > Json.DOCUMENT_BYTES_MAX) {
                broken.add(new Broken(file, "it is too large"));
            } else {
                objects.put(key, Json.read(Files.readAllBytes(file), type));
            }
        } catch (IOException | SampanException e) {
            broken.add(new Broken(file, String.valueOf(e.getMessage())));
        }
    }

    /// Makes or replaces the object.
    public void put(String key, T object, Durability durability) {
        AtomicFile.write(file(key), Json.write(object), durability);
    }

    /// Removes the object where it is there.
    public void remove(String key) {
        try {
            Files.deleteIfExists(file(key));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Files here that are no object that the owner knows, nor one that is being written.
    ///
    /// @param known keys of the owner's objects
    public List<Path> strangers(Predicate<String> known) {
        return Entries.strangers(
                directory,
                name ->
                        name.endsWith(ENDING)
                                && known.test(name.substring(0, name.length() - ENDING.length())));
    }

    /// Where the object lies.
    public Path file(String key) {
        if (!KEY.matcher(key).matches()) {
            throw new IllegalArgumentException("not a key: " + key);
        }
        return directory.resolve(key + ENDING);
    }
}
