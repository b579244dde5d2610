package sampan.engine.tasks;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import sampan.engine.containers.ContainerSpec;
import sampan.engine.containers.ResourceSpec;
import sampan.errors.ErrnoException;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.cgroups.DeviceRule;
import sampan.linux.files.FileOps;
import sampan.linux.files.FileType;
import sampan.linux.files.Stat;
import sampan.linux.sys.Fd;
import sampan.oci.spec.Device;

/// Device nodes that a container gets beside the usual ones, and the filter that lets it use them.
///
/// @param nodes to be made
/// @param rules the complete filter, in order
record SpecDevices(List<Device> nodes, List<DeviceRule> rules) {
    private static final Pattern RULE =
            Pattern.compile("([acb]) ([0-9]+|\\*):([0-9]+|\\*) ([rwm]{1,3})");

    /// Directories of /dev whose nodes are the container's own or no devices.
    private static final Set<String> SKIPPED =
            Set.of("pts", "shm", "fd", "mqueue", ".lxc", ".lxd-mounts", ".udev");

    private static final int NODES_MAX = 4096;

    /// INVALID in Docker's words for a device that is none.
    static SpecDevices of(ContainerSpec spec) {
        List<Device> nodes = new ArrayList<>();
        List<DeviceRule> rules = new ArrayList<>();
        if (spec.security().privileged()) {
            rules.add(DeviceRule.ALLOW_ALL);
            below(Path.of("/dev"), "/dev", nodes);
        } else {
            rules.add(DeviceRule.DENY_ALL);
            rules.addAll(DeviceRule.USUAL);
            spec.resources().devices().forEach(wanted -> add(wanted, nodes, rules));
            spec.resources().deviceCgroupRules().forEach(rule -> rules.add(parse(rule)));
        }
        return new SpecDevices(List.copyOf(nodes), List.copyOf(rules));
    }

    private static void add(
            ResourceSpec.Device wanted, List<Device> nodes, List<DeviceRule> rules) {
        String target =
                wanted.containerPath().isEmpty() ? wanted.hostPath() : wanted.containerPath();
        List<Device> found = new ArrayList<>();
        Path source = Path.of(wanted.hostPath());
        if (Files.isDirectory(source)) {
            below(source, target, found);
        } else {
            found.add(node(wanted.hostPath(), target));
        }
        if (found.isEmpty()) {
            throw failure(wanted.hostPath(), "not a device node");
        }
        String access = wanted.permissions().isEmpty() ? "rwm" : wanted.permissions();
        for (Device device : found) {
            rules.add(
                    new DeviceRule(
                            true,
                            device.type().equals("b")
                                    ? DeviceRule.Type.BLOCK
                                    : DeviceRule.Type.CHARACTER,
                            OptionalLong.of(device.major()),
                            OptionalLong.of(device.minor()),
                            DeviceRule.access(access)));
        }
        nodes.addAll(found);
    }

    private static Device node(String path, String target) {
        Stat stat;
        try {
            stat = FileOps.statAt(Fd.CWD, path, 0);
        } catch (ErrnoException e) {
            throw new SampanException(
                    ErrorCode.INVALID, failure(path, "no such file or directory").getMessage(), e);
        }
        return device(stat, target).orElseThrow(() -> failure(path, "not a device node"));
    }

    private static Optional<Device> device(Stat stat, String target) {
        String type =
                stat.type() == FileType.BLOCK_DEVICE
                        ? "b"
                        : stat.type() == FileType.CHARACTER_DEVICE ? "c" : "";
        if (type.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                new Device(
                        target,
                        type,
                        sampan.linux.files.Device.major(stat.rdev()),
                        sampan.linux.files.Device.minor(stat.rdev()),
                        Optional.of(stat.permissions()),
                        Optional.of((long) stat.uid()),
                        Optional.of((long) stat.gid())));
    }

    private static SampanException failure(String path, String reason) {
        return SampanException.invalid(
                "error gathering device information while adding custom device \""
                        + path
                        + "\": "
                        + reason);
    }

    private static void below(Path directory, String target, List<Device> nodes) {
        try {
            Files.walkFileTree(
                    directory,
                    new SimpleFileVisitor<>() {
                        @Override
                        public FileVisitResult preVisitDirectory(Path at, BasicFileAttributes a) {
                            return SKIPPED.contains(String.valueOf(at.getFileName()))
                                    ? FileVisitResult.SKIP_SUBTREE
                                    : FileVisitResult.CONTINUE;
                        }

                        @Override
                        public FileVisitResult visitFile(Path file, BasicFileAttributes a) {
                            if (a.isOther() && !file.endsWith("console")) {
                                String name = target + "/" + directory.relativize(file);
                                found(file, name).ifPresent(nodes::add);
                            }
                            return nodes.size() < NODES_MAX
                                    ? FileVisitResult.CONTINUE
                                    : FileVisitResult.TERMINATE;
                        }

                        @Override
                        public FileVisitResult visitFileFailed(Path file, IOException e) {
                            return FileVisitResult.CONTINUE;
                        }
                    });
        } catch (IOException e) {
            throw new SampanException(ErrorCode.INTERNAL, "list " + directory, e);
        }
    }

    private static Optional<Device> found(Path file, String target) {
        return FileOps.statIfExists(Fd.CWD, file.toString()).flatMap(s -> device(s, target));
    }

    /// Reads a rule like `c 42:* rmw`; INVALID for what is none.
    static DeviceRule parse(String text) {
        Matcher parts = RULE.matcher(text);
        if (!parts.matches()) {
            throw SampanException.invalid("invalid device cgroup rule format: '" + text + "'");
        }
        DeviceRule.Type type =
                switch (parts.group(1)) {
                    case "c" -> DeviceRule.Type.CHARACTER;
                    case "b" -> DeviceRule.Type.BLOCK;
                    default -> DeviceRule.Type.ALL;
                };
        return new DeviceRule(
                true,
                type,
                number(parts.group(2)),
                number(parts.group(3)),
                DeviceRule.access(parts.group(4)));
    }

    private static OptionalLong number(String text) {
        return text.equals("*") ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(text));
    }
}
