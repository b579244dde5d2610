package sampan.engine.containers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import sampan.engine.containers.Container.EndpointView;
import sampan.engine.store.Directories;
import sampan.engine.store.Entries;
import sampan.errors.SampanException;
import sampan.oci.json.Json;

/// Containers on disk: a directory `ROOT/containers/ID` each, mode 0710, with
///
/// - `container.json`: what should run. Written once, and again only by rename and update. Its
///   presence is the container's existence.
/// - `state.json`: where it stands. Written aside and renamed, never synced: after a power cut
///   nothing runs any more and the older state says enough.
/// - `ID-json.log` and its rotations, written by the monitor.
/// - `hostname`, `hosts`, `resolv.conf`, mounted into the container.
///
/// What runs at this moment is not told here but in the run directory, by the monitors.
public final class ContainerFiles {
    private static final int FORMAT = 1;
    private static final int DELETE_TRIES = 200;
    private static final Duration DELETE_PAUSE = Duration.ofMillis(5);
    private static final String SPEC = "container.json";
    private static final String STATE = "state.json";
    private static final Set<String> OWN =
            Set.of(SPEC, STATE, "hostname", "hosts", "resolv.conf", "launch", "shm");

    private final Path root;

    /// @param root the directory `containers`, made where missing
    public ContainerFiles(Path root) {
        this.root = root;
        try {
            Files.createDirectories(
                    root,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx--x---")));
            Directories.spread(root);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    record StoredSpec(int format, ContainerRecord.Origin origin, String name, ContainerSpec spec) {}

    record StoredState(
            ContainerState state,
            List<EndpointView> endpoints,
            int restartCount,
            boolean stopped) {}

    public Path directory(ContainerId id) {
        return root.resolve(id.value());
    }

    /// Whether the monitor writes a log: every driver but `none`.
    public static boolean hasLog(ContainerSpec spec) {
        return !spec.lifecycle().logDriver().equals("none");
    }

    static Path log(Path directory, ContainerId id) {
        return directory.resolve(id.value() + "-json.log");
    }

    public Path log(ContainerId id) {
        return log(directory(id), id);
    }

    /// Makes the directory and writes the spec.
    ///
    /// @param durable waits until it would survive a power cut
    public void create(ContainerRecord record, boolean durable) {
        Path directory = directory(record.id());
        try {
            Files.createDirectory(
                    directory,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx--x---")));
            write(directory.resolve(SPEC), Json.write(stored(record)), durable);
        } catch (IOException e) {
            throw new UncheckedIOException("container " + record.id(), e);
        }
    }

    private static StoredSpec stored(ContainerRecord record) {
        return new StoredSpec(FORMAT, record.origin(), record.name(), record.spec());
    }

    /// Writes the spec anew: after rename and update.
    public void replaceSpec(ContainerRecord record) {
        replace(record.id(), SPEC, Json.write(stored(record)), true);
    }

    public void writeState(ContainerRecord record) {
        StoredState state =
                new StoredState(
                        record.state(),
                        record.endpoints(),
                        record.restartCount(),
                        record.stopped());
        replace(record.id(), STATE, Json.write(state), false);
    }

    private void replace(ContainerId id, String name, byte[] text, boolean durable) {
        Path directory = directory(id);
        Path aside = directory.resolve(name + ".new");
        try {
            write(aside, text, durable);
            Files.move(
                    aside,
                    directory.resolve(name),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (NoSuchFileException _) {
            // The container was removed meanwhile: nothing to keep.
        } catch (IOException e) {
            throw new UncheckedIOException("container " + id, e);
        }
    }

    private static void write(Path file, byte[] text, boolean durable) throws IOException {
        try (FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer bytes = ByteBuffer.wrap(text);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            if (durable) {
                channel.force(true);
            }
        }
    }

    /// The container's log, to be shortened.
    public LogCutting logCutting(ContainerId id) {
        return new LogCutting(directory(id), log(id));
    }

    /// What lies in a container's directory and is nothing that a container has.
    public List<Path> strangers(ContainerId id) {
        return Entries.strangers(
                directory(id),
                name ->
                        OWN.contains(name)
                                || name.startsWith(id.value() + "-json.log")
                                || name.endsWith(".new"));
    }

    /// Removes everything of the container; a missing directory is fine.
    public void delete(ContainerId id) {
        deleteTree(directory(id));
    }

    /// What was found on disk.
    ///
    /// @param halfMade directories without a whole spec: a create that never ended
    /// @param unreadable directories whose spec says nothing to us: another version's, or damaged
    public record Found(
            List<ContainerRecord> records, List<Path> halfMade, List<Path> unreadable) {}

    /// Reads all containers, in no order. States that say running are as old as their file: the
    /// caller asks the monitors.
    public Found readAll() {
        List<ContainerRecord> records = new ArrayList<>();
        List<Path> halfMade = new ArrayList<>();
        List<Path> unreadable = new ArrayList<>();
        try (var entries = Files.newDirectoryStream(root)) {
            for (Path directory : entries) {
                if (isHalfMade(directory)) {
                    halfMade.add(directory);
                    continue;
                }
                ContainerRecord record = read(directory);
                if (record == null) {
                    unreadable.add(directory);
                } else {
                    records.add(record);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Found(records, halfMade, unreadable);
    }

    /// Whether the directory is of a create that never ended, or there is none. The spec is written
    /// before anybody is told of the container; one that was cut off has no end.
    public static boolean isHalfMade(Path directory) {
        try {
            byte[] text = Files.readAllBytes(directory.resolve(SPEC));
            return text.length == 0 || text[text.length - 1] != '}';
        } catch (NoSuchFileException _) {
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    private static @Nullable ContainerRecord read(Path directory) {
        try {
            StoredSpec spec =
                    Json.read(Files.readAllBytes(directory.resolve(SPEC)), StoredSpec.class);
            if (spec.format() != FORMAT) {
                throw SampanException.invalid(
                        "container format " + spec.format() + " in " + directory + " is unknown");
            }
            StoredState state = readState(directory);
            return new ContainerRecord(
                    spec.origin(),
                    spec.name(),
                    spec.spec(),
                    state.state(),
                    state.endpoints(),
                    List.of(),
                    state.restartCount(),
                    state.stopped());
        } catch (IOException | SampanException _) {
            return null;
        }
    }

    private static StoredState readState(Path directory) throws IOException {
        try {
            return Json.read(Files.readAllBytes(directory.resolve(STATE)), StoredState.class);
        } catch (NoSuchFileException _) {
            return new StoredState(ContainerState.fresh(), List.of(), 0, false);
        }
    }

    /// Removes a directory with all that is in it, links not followed; a missing one is fine.
    ///
    /// A process that is about to end may still put a last file into it, so a directory that is not
    /// empty after all is tried again, a few times.
    public static void deleteTree(Path directory) {
        for (int tries = 1; ; tries++) {
            try {
                Files.walkFileTree(directory, new Deleting());
                return;
            } catch (NoSuchFileException _) {
                return;
            } catch (DirectoryNotEmptyException e) {
                if (tries == DELETE_TRIES) {
                    throw new UncheckedIOException(e);
                }
                LockSupport.parkNanos(DELETE_PAUSE.toNanos());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static final class Deleting extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
                throws IOException {
            Files.deleteIfExists(visited);
            return FileVisitResult.CONTINUE;
        }
    }
}
