package sampan.engine.volumes.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import sampan.engine.store.AtomicFile;
import sampan.engine.store.Durability;
import sampan.engine.store.Entries;
import sampan.engine.store.OnDisk;
import sampan.engine.store.Remains;
import sampan.engine.volumes.Volume;
import sampan.engine.volumes.Volumes;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.json.Json;

/// The driver `local`. Look-ups never block; making and removing are serial.
public final class LocalVolumes implements Volumes {
    public static final String DRIVER = "local";

    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]+");
    private static final int NAME_MAX = 255;
    private static final String DATA = "_data";
    private static final String RECORD = "volume.json";
    private static final SecureRandom RANDOM = new SecureRandom();

    /// Names the container that is being made, in the directory of a volume that it wants.
    private static final String PROVISIONAL = "made-for";

    private static final int ANONYMOUS_BYTES = 32;
    private static final System.Logger LOG = System.getLogger(LocalVolumes.class.getName());

    /// How memory volumes come to be mounted; the engine gives the kernel's.
    public interface TmpfsMounter {
        /// Mounts a tmpfs with these options (as in mount(8), `size=…,mode=…`) unless one is there.
        void mount(Path target, List<String> options);

        /// Unmounts it where it is mounted.
        void unmount(Path target);
    }

    private record Stored(
            int format,
            String name,
            Instant created,
            Map<String, String> labels,
            Map<String, String> options,
            boolean anonymous) {}

    private final Path root;
    private final TmpfsMounter mounter;
    private final ConcurrentHashMap<String, String> provisional = new ConcurrentHashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final ConcurrentHashMap<String, Volume> volumes = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, Set<String>> referrers = new ConcurrentHashMap<>();

    /// Reads what is there. A directory without a readable record is a volume that never came to
    /// be; what a removal left is deleted.
    public LocalVolumes(Path root, TmpfsMounter mounter) {
        this.root = root;
        this.mounter = mounter;
        try {
            Files.createDirectories(
                    root,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx--x--x")));
            try (var entries = Files.newDirectoryStream(root)) {
                for (Path directory : entries) {
                    load(directory);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void load(Path directory) throws IOException {
        Path file = directory.resolve(RECORD);
        if (!Files.exists(file)) {
            deleteTree(directory);
            return;
        }
        try {
            Stored stored = Json.read(Files.readAllBytes(file), Stored.class);
            volumes.put(stored.name(), volume(stored));
            Path mark = directory.resolve(PROVISIONAL);
            if (Files.exists(mark)) {
                provisional.put(stored.name(), Files.readString(mark).strip());
            }
        } catch (SampanException e) {
            // Its data may be all there is of somebody's work: left as it is, for him to look at.
            LOG.log(Level.ERROR, "volume record " + file + " cannot be read: " + e.getMessage());
        }
    }

    private Volume volume(Stored stored) {
        return new Volume(
                stored.name(),
                DRIVER,
                root.resolve(stored.name()).resolve(DATA),
                stored.created(),
                Map.copyOf(stored.labels()),
                Map.copyOf(stored.options()),
                stored.anonymous());
    }

    @Override
    public Created create(Request request) {
        boolean anonymous = request.name().isEmpty();
        String name = anonymous ? randomName() : request.name();
        check(name, request);
        lock.lock();
        try {
            Volume present = volumes.get(name);
            if (present != null) {
                return new Created(present, true);
            }
            Stored stored =
                    new Stored(
                            1, name, Instant.now(), request.labels(), request.options(), anonymous);
            write(stored, request.container());
            request.container().ifPresent(id -> provisional.put(name, id));
            Volume made = volume(stored);
            volumes.put(name, made);
            return new Created(made, false);
        } finally {
            lock.unlock();
        }
    }

    private static String randomName() {
        byte[] bytes = new byte[ANONYMOUS_BYTES];
        RANDOM.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private static void check(String name, Request request) {
        if (!request.driver().isEmpty() && !request.driver().equals(DRIVER)) {
            throw SampanException.notFound(
                    "create "
                            + name
                            + ": error looking up volume plugin "
                            + request.driver()
                            + ": plugin \""
                            + request.driver()
                            + "\" not found");
        }
        if (name.length() > NAME_MAX) {
            throw SampanException.invalid(
                    "create " + name + ": volume name is longer than " + NAME_MAX + " characters");
        }
        if (name.length() == 1) {
            throw SampanException.invalid(
                    "create "
                            + name
                            + ": volume name is too short, names should be at least two"
                            + " alphanumeric characters");
        }
        if (!NAME.matcher(name).matches()) {
            throw SampanException.invalid(
                    "create "
                            + name
                            + ": \""
                            + name
                            + "\" includes invalid characters for a local volume name, only"
                            + " \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass"
                            + " a host directory, use absolute path");
        }
        VolumeOptions.parse(name, request.options());
    }

    private void write(Stored stored, Optional<String> container) {
        Path directory = root.resolve(stored.name());
        try {
            Files.createDirectory(
                    directory,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx-----x")));
        } catch (IOException e) {
            throw new UncheckedIOException("create " + stored.name(), e);
        }
        boolean whole = false;
        try {
            if (container.isPresent()) {
                Files.writeString(directory.resolve(PROVISIONAL), container.get());
            }
            fill(directory, stored);
            whole = true;
        } catch (IOException e) {
            throw new UncheckedIOException("create " + stored.name(), e);
        } finally {
            if (!whole) {
                Remains.delete(directory);
            }
        }
    }

    private static void fill(Path directory, Stored stored) throws IOException {
        Path data = directory.resolve(DATA);
        Files.createDirectory(data);
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-xr-x"));
        // What somebody named he counts on, after a power cut too.
        AtomicFile.write(
                directory.resolve(RECORD),
                Json.write(stored),
                stored.anonymous() ? Durability.DAEMON : Durability.POWER);
    }

    @Override
    public void keep(String name) {
        if (provisional.remove(name) != null) {
            try {
                Files.deleteIfExists(root.resolve(name).resolve(PROVISIONAL));
            } catch (IOException e) {
                throw new UncheckedIOException("volume " + name, e);
            }
        }
    }

    @Override
    public Map<String, String> provisional() {
        return Map.copyOf(provisional);
    }

    @Override
    public Optional<Volume> find(String name) {
        return Optional.ofNullable(volumes.get(name));
    }

    @Override
    public List<Volume> list() {
        return volumes.values().stream().sorted(Comparator.comparing(Volume::name)).toList();
    }

    @Override
    public void remove(String name) {
        lock.lock();
        try {
            if (!volumes.containsKey(name)) {
                throw SampanException.notFound("get " + name + ": no such volume");
            }
            Set<String> users = referrers(name);
            if (!users.isEmpty()) {
                throw SampanException.conflict(
                        "remove "
                                + name
                                + ": volume is in use - ["
                                + String.join(", ", users)
                                + "]");
            }
            Path directory = root.resolve(name);
            mounter.unmount(directory.resolve(DATA));
            // Without its record it is no volume any more, whatever happens to the rest.
            Files.deleteIfExists(directory.resolve(RECORD));
            volumes.remove(name);
            provisional.remove(name);
            deleteTree(directory);
        } catch (IOException e) {
            throw new SampanException(
                    ErrorCode.INTERNAL, "remove " + name + ": " + e.getMessage(), e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Path source(Volume volume) {
        VolumeOptions options = VolumeOptions.parse(volume.name(), volume.options());
        return switch (options) {
            case VolumeOptions.Plain _ -> volume.mountpoint();
            case VolumeOptions.Bind bind -> {
                if (!Files.isDirectory(bind.device())) {
                    throw SampanException.invalid(
                            "failed to mount local volume: mount "
                                    + bind.device()
                                    + ":"
                                    + volume.mountpoint()
                                    + ", flags: 0x1000: no such file or directory");
                }
                yield bind.device();
            }
            case VolumeOptions.Tmpfs tmpfs -> {
                mounter.mount(volume.mountpoint(), tmpfs.options());
                yield volume.mountpoint();
            }
        };
    }

    @Override
    public long size(Volume volume) {
        if (VolumeOptions.parse(volume.name(), volume.options()) instanceof VolumeOptions.Bind) {
            return 0;
        }
        return OnDisk.tree(volume.mountpoint());
    }

    @Override
    public long allocated(Volume volume) {
        return OnDisk.tree(root.resolve(volume.name()));
    }

    @Override
    public List<Path> strangers() {
        lock.lock();
        try {
            List<Path> found =
                    new ArrayList<>(
                            Entries.strangers(
                                    root,
                                    name ->
                                            volumes.containsKey(name)
                                                    || hasRecord(root.resolve(name))));
            for (String name : volumes.keySet()) {
                found.addAll(
                        Entries.strangers(
                                root.resolve(name), Set.of(DATA, RECORD, PROVISIONAL)::contains));
            }
            return found;
        } finally {
            lock.unlock();
        }
    }

    private static boolean hasRecord(Path directory) {
        return Files.exists(directory.resolve(RECORD));
    }

    @Override
    public List<Path> unreadable() {
        lock.lock();
        try {
            return Entries.of(root).stream()
                    .filter(path -> !volumes.containsKey(String.valueOf(path.getFileName())))
                    .filter(LocalVolumes::hasRecord)
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void refer(String name, String containerId) {
        lock.lock();
        try {
            if (!volumes.containsKey(name)) {
                throw SampanException.notFound("get " + name + ": no such volume");
            }
            referrers.computeIfAbsent(name, _ -> ConcurrentHashMap.newKeySet()).add(containerId);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void unrefer(String name, String containerId) {
        referrers.computeIfPresent(
                name,
                (_, users) -> {
                    users.remove(containerId);
                    return users.isEmpty() ? null : users;
                });
    }

    @Override
    public Set<String> referrers(String name) {
        return Set.copyOf(referrers.getOrDefault(name, Set.of()));
    }

    private static void deleteTree(Path directory) throws IOException {
        Files.walkFileTree(
                directory,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes found)
                            throws IOException {
                        Files.deleteIfExists(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(
                            Path visited, @Nullable IOException failure) throws IOException {
                        if (failure != null) {
                            throw failure;
                        }
                        Files.deleteIfExists(visited);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
