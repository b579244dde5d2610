package sampan.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/// What a daemon could have left on the machine, found by its places and names.
final class Residue {
    private final PrivateDaemon daemon;

    Residue(PrivateDaemon daemon) {
        this.daemon = daemon;
    }

    /// With the daemon still there and no container: nothing of containers.
    List<String> ofContainers() {
        List<String> found = new ArrayList<>();
        found.addAll(mounts());
        found.addAll(cgroups());
        found.addAll(processes());
        found.addAll(inside(daemon.runDirectory().resolve("c")));
        found.addAll(inside(daemon.runDirectory().resolve("e")));
        found.addAll(inside(daemon.root().resolve("containers")));
        return found;
    }

    /// With the daemon ended: nothing at all.
    List<String> ofDaemon(List<String> linksBefore) {
        List<String> found = new ArrayList<>();
        found.addAll(mounts());
        found.addAll(cgroups());
        found.addAll(processes());
        for (String link : linksBefore) {
            if (Files.exists(Path.of("/sys/class/net", link))) {
                found.add("link " + link);
            }
        }
        for (String table : Command.of("nft", "list", "tables").run().lines()) {
            if (table.contains(daemon.bridge())) {
                found.add("firewall " + table);
            }
        }
        return found;
    }

    /// Takes away what can be taken away, once it was reported: the next run shall not meet it.
    void remove() {
        Command.of("ip", "link", "del", daemon.bridge()).run();
        for (String table : Command.of("nft", "list", "tables").run().lines()) {
            if (table.contains(daemon.bridge())) {
                new Command(List.of(("nft delete " + table).split(" ", -1))).run();
            }
        }
    }

    /// The bridge and what is plugged into it.
    List<String> links() {
        List<String> found = new ArrayList<>();
        if (Files.exists(Path.of("/sys/class/net", daemon.bridge()))) {
            found.add(daemon.bridge());
        }
        found.addAll(names(Path.of("/sys/class/net", daemon.bridge(), "brif")));
        return found;
    }

    /// The machine's own root, as the image `host`, is mounted once while the daemon lives.
    private List<String> mounts() {
        Path host = daemon.root().resolve("snapshots/host");
        return read(Path.of("/proc/self/mountinfo"))
                .lines()
                .filter(this::named)
                .filter(line -> !daemon.isAlive() || !line.contains(" " + host + " "))
                .map(line -> "mount " + line)
                .toList();
    }

    private boolean named(String text) {
        return text.contains(daemon.home().toString());
    }

    /// Every directory below our parent cgroup, in every hierarchy; the parent itself may stay
    /// while the daemon lives.
    private List<String> cgroups() {
        List<String> found = new ArrayList<>();
        for (Path ours : places("sampan-" + daemon.bridge().toLowerCase(Locale.ROOT))) {
            if (Files.isDirectory(ours)) {
                if (!daemon.isAlive()) {
                    found.add("cgroup " + ours);
                }
                names(ours).stream()
                        .filter(name -> Files.isDirectory(ours.resolve(name)))
                        .forEach(name -> found.add("cgroup " + ours.resolve(name)));
            }
        }
        return found;
    }

    /// Where the hierarchies have a cgroup at their top, if they do.
    static List<Path> places(String cgroup) {
        Path top = Path.of("/sys/fs/cgroup");
        return Stream.concat(Stream.of(top), names(top).stream().map(top::resolve))
                .map(hierarchy -> hierarchy.resolve(cgroup))
                .toList();
    }

    /// Monitors hold sockets and logs in our directories; what runs in a container has them in its
    /// mounts.
    private List<String> processes() {
        List<String> found = new ArrayList<>();
        String mounts = link(Path.of("/proc/self/ns/mnt"));
        for (String pid : names(Path.of("/proc"))) {
            boolean counts =
                    pid.chars().allMatch(Character::isDigit)
                            && (!daemon.isAlive() || Long.parseLong(pid) != daemon.pid())
                            && Long.parseLong(pid) != ProcessHandle.current().pid();
            if (counts && ours(Path.of("/proc", pid), mounts)) {
                found.add(
                        "process "
                                + pid
                                + " "
                                + read(Path.of("/proc", pid, "cmdline")).replace('\0', ' '));
            }
        }
        return found;
    }

    private boolean ours(Path process, String mounts) {
        for (String fd : names(process.resolve("fd"))) {
            if (named(link(process.resolve("fd").resolve(fd)))) {
                return true;
            }
        }
        String own = link(process.resolve("ns/mnt"));
        return named(link(process.resolve("cwd")))
                || !own.isEmpty()
                        && !own.equals(mounts)
                        && named(read(process.resolve("mountinfo")));
    }

    private static List<String> inside(Path folder) {
        return names(folder).stream().map(name -> "file " + folder.resolve(name)).toList();
    }

    /// Every file and directory below, but what the kernel and programs made within containers.
    static Set<String> tree(Path root) {
        Set<String> found = new TreeSet<>();
        try {
            Files.walkFileTree(
                    root,
                    new SimpleFileVisitor<>() {
                        @Override
                        public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes a) {
                            found.add(root.relativize(dir).toString());
                            return FileVisitResult.CONTINUE;
                        }

                        @Override
                        public FileVisitResult visitFile(Path file, BasicFileAttributes a) {
                            found.add(root.relativize(file).toString());
                            return FileVisitResult.CONTINUE;
                        }

                        @Override
                        public FileVisitResult visitFileFailed(Path file, IOException e) {
                            return FileVisitResult.CONTINUE; // gone while we looked
                        }
                    });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    static List<String> names(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        } catch (IOException | UncheckedIOException e) {
            return List.of(); // not there, or gone while we looked
        }
    }

    static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }

    private static String link(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            return "";
        }
    }
}
