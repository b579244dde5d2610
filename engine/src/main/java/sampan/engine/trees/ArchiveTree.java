package sampan.engine.trees;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import sampan.linux.files.Device;
import sampan.oci.tar.TarEntry;
import sampan.oci.tar.TarException;
import sampan.oci.tar.TarLimits;
import sampan.oci.tar.TarReader;

/// What an archive of a layer unpacks to, as [TreeExtractor] does it, held in memory without its
/// contents: what a tree on disk is compared with.
final class ArchiveTree {
    private static final int HOPS_MAX = 40;

    /// What lies at a path; two paths with the same node are hard links.
    static final class Node {
        final TarEntry.Type type;
        final Map<String, Node> children = new HashMap<>();
        @Nullable TarEntry entry;
        long size;
        long sum;
        long device;
        boolean whiteout;
        boolean opaque;
        int names = 1;

        Node(TarEntry.Type type, @Nullable TarEntry entry) {
            this.type = type;
            this.entry = entry;
        }

        boolean isDirectory() {
            return type == TarEntry.Type.DIRECTORY;
        }
    }

    private final Node root = new Node(TarEntry.Type.DIRECTORY, null);

    private ArchiveTree() {}

    /// Reads the plain tar to its end.
    static Node read(ReadableByteChannel tar) {
        TarReader reader = new TarReader(tar, TarLimits.DEFAULT);
        ArchiveTree tree = new ArchiveTree();
        Optional<TarEntry> entry = reader.next();
        while (entry.isPresent()) {
            tree.add(entry.get(), reader);
            entry = reader.next();
        }
        reader.drain();
        return tree.root;
    }

    private void add(TarEntry entry, TarReader reader) {
        EntryPath path = EntryPath.of(entry.name());
        if (path.isRoot()) {
            if (entry.type() == TarEntry.Type.DIRECTORY) {
                root.entry = entry;
            }
        } else if (path.name().startsWith(Whiteouts.PREFIX)) {
            whiteout(path);
        } else {
            Node parent = directory(path.parent());
            if (entry.type() == TarEntry.Type.DIRECTORY) {
                directory(parent, path.name(), entry);
            } else {
                Node made = made(entry, reader);
                Node before = parent.children.put(path.name(), made);
                if (before != null) {
                    before.names--;
                }
            }
        }
    }

    private static void directory(Node parent, String name, TarEntry entry) {
        Node old = parent.children.get(name);
        if (old != null && old.isDirectory()) {
            old.entry = entry;
            return;
        }
        Node made = new Node(TarEntry.Type.DIRECTORY, entry);
        made.opaque = old != null && old.whiteout;
        parent.children.put(name, made);
        if (old != null) {
            old.names--;
        }
    }

    private Node made(TarEntry entry, TarReader reader) {
        if (entry.type() == TarEntry.Type.HARD_LINK) {
            EntryPath target = EntryPath.of(entry.linkName());
            Node linked = directory(target.parent()).children.get(target.name());
            if (linked == null || linked.isDirectory()) {
                throw new TarException("archive entry " + entry.name() + " is a link to nothing");
            }
            linked.names++;
            return linked;
        }
        Node node = new Node(entry.type(), entry);
        switch (entry.type()) {
            case FILE -> {
                Sum sum = new Sum();
                try {
                    reader.copyTo(sum);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                node.size = entry.size();
                node.sum = sum.value();
            }
            case SYMLINK -> node.size = entry.linkName().getBytes(StandardCharsets.UTF_8).length;
            case CHARACTER_DEVICE, BLOCK_DEVICE ->
                    node.device = Device.of(entry.devMajor(), entry.devMinor());
            case DIRECTORY, HARD_LINK, FIFO -> {}
        }
        return node;
    }

    private void whiteout(EntryPath path) {
        Node parent = directory(path.parent());
        if (path.name().equals(Whiteouts.OPAQUE)) {
            parent.opaque = true;
        } else if (!path.name().startsWith(Whiteouts.RESERVED)) {
            String name = path.name().substring(Whiteouts.PREFIX.length());
            Node there = parent.children.get(name);
            if (there == null) {
                Node gone = new Node(TarEntry.Type.CHARACTER_DEVICE, null);
                gone.whiteout = true;
                parent.children.put(name, gone);
            } else if (there.isDirectory()) {
                there.opaque = true;
            }
        }
    }

    // The directory at a path, through links that stay below the root; made where it is missing.
    private Node directory(String path) {
        Deque<String> parts = new ArrayDeque<>(List.of(path.split("/", -1)));
        List<Node> way = new ArrayList<>(List.of(root));
        int hops = 0;
        while (!parts.isEmpty()) {
            String part = parts.pop();
            if (part.isEmpty() || part.equals(".")) {
                continue;
            }
            if (part.equals("..")) {
                if (way.size() > 1) {
                    way.removeLast();
                }
                continue;
            }
            Node child =
                    way.getLast()
                            .children
                            .computeIfAbsent(part, _ -> new Node(TarEntry.Type.DIRECTORY, null));
            TarEntry link = child.entry;
            if (child.type == TarEntry.Type.SYMLINK && link != null) {
                if (++hops > HOPS_MAX) {
                    throw new TarException("archive entry below a loop of links: " + path);
                }
                if (link.linkName().startsWith("/")) {
                    way.subList(1, way.size()).clear();
                }
                List.of(link.linkName().split("/", -1)).reversed().forEach(parts::push);
            } else if (child.isDirectory()) {
                way.add(child);
            } else {
                throw new TarException("archive entry below " + path + ", which is no directory");
            }
        }
        return way.getLast();
    }

    /// Sums up what is written to it.
    static final class Sum implements WritableByteChannel {
        private final CRC32C sum = new CRC32C();

        @Override
        public int write(ByteBuffer content) {
            int size = content.remaining();
            sum.update(content);
            return size;
        }

        long value() {
            return sum.getValue();
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }
}
