package sampan.app.cli.build;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import sampan.app.session.Caller;
import sampan.app.session.DescriptorStreams;
import sampan.engine.images.transfer.LayoutSource;
import sampan.engine.services.BuildResult;
import sampan.errors.ErrnoException;
import sampan.errors.SampanException;
import sampan.linux.files.FileIo;
import sampan.linux.files.FileOps;
import sampan.linux.files.Stat;
import sampan.linux.sys.DisposableThread;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;
import sampan.oci.Digest;
import sampan.oci.image.Descriptor;
import sampan.oci.image.Index;
import sampan.oci.image.Layout;
import sampan.oci.json.Json;

/// A directory of the caller's with caches of builds: an image layout, as buildx reads and writes
/// it. The client opens it, and its files are opened and made on threads that have the caller's
/// rights. Thread-safe.
final class CacheDirectory implements LayoutSource.Blobs, BuildResult.Blobs, AutoCloseable {
    private static final int INDEX_BYTES_MAX = 4 << 20;
    private static final int COPY_BYTES = 256 << 10;
    private static final String BLOBS = "blobs/" + Digest.SHA256 + "/";
    private static final String LOCK = Layout.INDEX_FILE + ".lock";

    private final Caller caller;
    private final Fd directory;

    private CacheDirectory(Caller caller, Fd directory) {
        this.caller = caller;
        this.directory = directory;
    }

    /// @param path relative to where the caller is, or absolute
    static CacheDirectory open(Caller caller, String path) {
        return new CacheDirectory(caller, caller.open(path, Open.PATH | Open.DIRECTORY, 0));
    }

    /// Makes it, and those above it, where it is missing.
    static CacheDirectory make(Caller caller, String path) {
        try {
            return open(caller, path);
        } catch (ErrnoException e) {
            Path missing = Path.of(caller.workingDirectory()).resolve(path);
            Path parent = missing.getParent();
            if (!e.isMissing() || parent == null) {
                throw e;
            }
            try (CacheDirectory above = make(caller, parent.toString())) {
                above.asCaller(() -> above.directory(parent.relativize(missing).toString()));
            }
            return open(caller, path);
        }
    }

    private <T> T asCaller(Callable<T> code) {
        return DisposableThread.await(caller.rights().submit("build-cache", code));
    }

    private boolean directory(String name) {
        try {
            FileOps.mkdirAt(directory, name, 0755);
            return true;
        } catch (ErrnoException e) {
            if (e.isExisting()) {
                return false;
            }
            throw e;
        }
    }

    /// What a tag stands for; empty where it is none.
    ///
    /// @throws SampanException where the directory is no image layout
    Optional<Descriptor> find(String tag) {
        return asCaller(this::index).manifests().stream()
                .filter(entry -> tag.equals(tagOf(entry)))
                .findFirst();
    }

    private static String tagOf(Descriptor entry) {
        return entry.annotations().getOrDefault(Descriptor.REFERENCE_NAME, "");
    }

    private Index index() {
        try (Fd file = regular(Layout.INDEX_FILE)) {
            return Json.read(FileIo.readFully(file, INDEX_BYTES_MAX), Index.class);
        }
    }

    // What is no file may never end, or never begin.
    private Fd regular(String name) {
        Fd file = FileOps.openAt(directory, name, Open.RDONLY | Open.NONBLOCK);
        if (!FileOps.stat(file).isRegular()) {
            file.close();
            throw SampanException.invalid(name + " is not a regular file");
        }
        return file;
    }

    @Override
    public InputStream open(Digest blob, long offset) {
        Fd file = asCaller(() -> regular(BLOBS + blob.hex()));
        FileIo.seek(file, offset);
        InputStream content = DescriptorStreams.input(file);
        return new InputStream() {
            @Override
            public int read() throws IOException {
                return content.read();
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                return content.read(bytes, offset, length);
            }

            @Override
            public void close() {
                file.close();
            }
        };
    }

    // One of another size broke while it was written.
    @Override
    public void put(Descriptor blob, InputStream content) {
        asCaller(() -> {
            directory("blobs");
            directory(BLOBS);
            String name = BLOBS + blob.digest().hex();
            Optional<Stat> there = FileOps.statIfExists(directory, name);
            if (there.isEmpty() || there.get().size() != blob.size()) {
                write(name, 0444, content);
            }
            return true;
        });
    }

    private void write(String name, int mode, InputStream content) throws IOException {
        String part = name + "." + UUID.randomUUID();
        boolean whole = false;
        int flags = Open.WRONLY | Open.CREAT | Open.EXCL;
        try (Fd file = FileOps.openAt(directory, part, flags, mode)) {
            OutputStream out = DescriptorStreams.output(file);
            byte[] piece = new byte[COPY_BYTES];
            for (int got = content.read(piece); got > 0; got = content.read(piece)) {
                out.write(piece, 0, got);
            }
            FileIo.fdatasync(file);
            FileOps.renameAt2(directory, part, directory, name, 0);
            whole = true;
        } finally {
            if (!whole) {
                FileOps.unlinkAt(directory, part, 0);
            }
        }
    }

    /// Gives what was put there a tag, which goes from what had it.
    void tag(String tag, Descriptor root) {
        asCaller(() -> {
            try (Fd lock = FileOps.openAt(directory, LOCK, Open.RDWR | Open.CREAT, 0644)) {
                if (!FileIo.tryLock(lock, true)) {
                    throw SampanException.invalid(
                            LOCK
                                    + " is held by another build: build again, or name another"
                                    + " directory");
                }
                List<Descriptor> entries = new ArrayList<>();
                if (FileOps.statIfExists(directory, Layout.INDEX_FILE).isPresent()) {
                    entries.addAll(index().manifests());
                }
                entries.removeIf(entry -> tag.equals(tagOf(entry)));
                Map<String, String> named = new LinkedHashMap<>(root.annotations());
                named.put(Descriptor.REFERENCE_NAME, tag);
                entries.add(root.withAnnotations(named));
                document(Layout.FILE, Layout.CURRENT);
                document(Layout.INDEX_FILE, Index.of(entries));
                FileOps.unlinkAt(directory, LOCK, 0);
            }
            return true;
        });
    }

    private void document(String name, Object value) throws IOException {
        write(name, 0644, new ByteArrayInputStream(Json.write(value)));
    }

    @Override
    public void close() {
        directory.close();
    }
}
