package sampan.runtime.state;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.json.Json;

/// The state directory (`--root`): a directory per container. Documents are written beside and
/// renamed. Safe for many threads and processes: a container belongs to who made its directory.
public record StateDirectory(Path root) {
    private static final String DOCUMENT = "state.json";
    private static final String ASIDE = ".state.json";
    private static final Pattern ID = Pattern.compile("[\\w+.-]{1,255}");

    /// Refuses what is no id, in runc's words.
    public static void checkId(String id) {
        if (id.isEmpty()) {
            throw SampanException.invalid("container id cannot be empty");
        }
        if (!ID.matcher(id).matches() || id.equals(".") || id.equals("..")) {
            throw SampanException.invalid("invalid container ID format");
        }
    }

    /// The directory of a container, whether or not it exists.
    public Path place(String id) {
        checkId(id);
        return root.resolve(id);
    }

    /// Makes a container's directory.
    ///
    /// @throws SampanException CONFLICT where it exists
    public Path reserve(String id) {
        Path place = place(id);
        try {
            return make(place);
        } catch (NoSuchFileException e) {
            try {
                Files.createDirectories(
                        root,
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rwx------")));
                return make(place);
            } catch (IOException again) {
                throw failure(again);
            }
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private static Path make(Path place) throws IOException {
        try {
            return Files.createDirectory(
                    place,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx--x--x")));
        } catch (FileAlreadyExistsException e) {
            throw new SampanException(
                    ErrorCode.CONFLICT, "container with given ID already exists", e);
        }
    }

    /// Writes a container's document; its directory exists.
    public void save(StoredContainer container) {
        Path place = place(container.id());
        Path aside = place.resolve(ASIDE);
        try {
            Files.write(aside, Json.write(container));
            Files.move(aside, place.resolve(DOCUMENT), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /// The document; empty where there is no such container.
    public Optional<StoredContainer> find(String id) {
        try {
            byte[] document = Files.readAllBytes(place(id).resolve(DOCUMENT));
            return Optional.of(Json.read(document, StoredContainer.class));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /// The ids in order; empty where the directory is missing.
    public List<String> ids() {
        try (Stream<Path> entries = Files.list(root)) {
            return entries.filter(Files::isDirectory)
                    .map(path -> String.valueOf(path.getFileName()))
                    .filter(name -> ID.matcher(name).matches())
                    .sorted()
                    .toList();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /// The user who made a container.
    public int owner(String id) {
        try {
            return (int) Files.getAttribute(place(id), "unix:uid");
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /// Removes all that is kept of a container.
    public void remove(String id) {
        try {
            Files.walkFileTree(
                    place(id),
                    new SimpleFileVisitor<>() {
                        @Override
                        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                                throws IOException {
                            Files.deleteIfExists(file);
                            return FileVisitResult.CONTINUE;
                        }

                        @Override
                        public FileVisitResult postVisitDirectory(
                                Path directory,
                                @org.jspecify.annotations.Nullable IOException failure)
                                throws IOException {
                            Files.deleteIfExists(directory);
                            return FileVisitResult.CONTINUE;
                        }
                    });
        } catch (NoSuchFileException e) {
            // Somebody else was faster.
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private static UncheckedIOException failure(IOException e) {
        return new UncheckedIOException(e);
    }
}
