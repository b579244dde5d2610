package sampan.runtime.lifecycle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.mounts.MountTable;
import sampan.oci.spec.Linux.IntelRdt;

/// `linux.intelRdt`: the class of cache and memory bandwidth that a container's processes are in, a
/// directory of the resctrl file system (the kernel's resctrl.rst).
final class ResctrlGroup {
    private static final String TASKS = "tasks";
    private static final String SCHEMATA = "schemata";

    private final IntelRdt wanted;
    private final Path directory;
    private final Optional<Path> monitoring;
    private boolean made;

    private ResctrlGroup(IntelRdt wanted, String id, Path root) {
        this.wanted = wanted;
        this.directory = root.resolve(wanted.closID().isEmpty() ? id : wanted.closID());
        this.monitoring =
                wanted.enableMonitoring()
                        ? Optional.of(directory.resolve("mon_groups").resolve(id))
                        : Optional.empty();
    }

    /// Where the machine has it mounted.
    static Optional<Path> root() {
        return MountTable.self().entries().stream()
                .filter(entry -> entry.type().equals("resctrl"))
                .map(entry -> Path.of(entry.mountPoint()))
                .findFirst();
    }

    /// @param id of the container
    /// @throws SampanException UNSUPPORTED in runc's words without a root
    static ResctrlGroup of(IntelRdt wanted, String id, Optional<Path> root) {
        String name = wanted.closID();
        if (name.equals(".") || name.equals("..") || name.contains("/")) {
            throw SampanException.invalid("invalid intelRdt.ClosID \"" + name + "\"");
        }
        return new ResctrlGroup(wanted, id, root.orElseThrow(() -> missing(wanted)));
    }

    private static SampanException missing(IntelRdt wanted) {
        String why = "intelRdt is specified in config, but Intel RDT is not supported or enabled";
        if (!wanted.l3CacheSchema().isEmpty()) {
            why =
                    "intelRdt.l3CacheSchema is specified in config, but Intel RDT/CAT is not"
                            + " enabled";
        } else if (!wanted.memBwSchema().isEmpty()) {
            why = "intelRdt.memBwSchema is specified in config, but Intel RDT/MBA is not enabled";
        }
        return new SampanException(ErrorCode.UNSUPPORTED, why);
    }

    /// Makes it, or takes the one of that name as it is.
    ///
    /// @throws SampanException CONFLICT where that one has another schema
    void make() {
        try {
            if (Files.isDirectory(directory)) {
                compare();
            } else if (!wanted.closID().isEmpty() && schemas().isEmpty()) {
                throw SampanException.notFound(
                        "intelRdt.closID \""
                                + wanted.closID()
                                + "\" does not exist and no schema is given to make it with");
            } else {
                Files.createDirectory(directory);
                made = true;
                write(schemas());
            }
            if (!made) {
                write(wanted.schemata());
            }
            if (monitoring.isPresent()) {
                Files.createDirectory(monitoring.get());
            }
        } catch (IOException e) {
            throw failed("making the resctrl group", e);
        }
    }

    private List<String> schemas() {
        List<String> lines = new ArrayList<>(wanted.schemata());
        for (String schema : List.of(wanted.l3CacheSchema(), wanted.memBwSchema())) {
            schema.lines().filter(line -> !line.isBlank()).forEach(lines::add);
        }
        return lines;
    }

    // One line each: the kernel takes the whole write or none of it.
    private void write(List<String> lines) throws IOException {
        for (String line : lines) {
            Files.writeString(directory.resolve(SCHEMATA), line + "\n");
        }
    }

    private void compare() throws IOException {
        Set<String> there = new HashSet<>();
        for (String line : Files.readAllLines(directory.resolve(SCHEMATA))) {
            there.add(line.strip());
        }
        for (String schema : List.of(wanted.l3CacheSchema(), wanted.memBwSchema())) {
            for (String line : schema.lines().map(String::strip).toList()) {
                if (!there.contains(line)) {
                    throw SampanException.conflict(
                            "intelRdt schema \""
                                    + line
                                    + "\" differs from that of the existing group "
                                    + directory);
                }
            }
        }
    }

    /// The files that take the pid of a process.
    List<String> tasks() {
        List<String> files = new ArrayList<>();
        files.add(directory.resolve(TASKS).toString());
        monitoring.ifPresent(group -> files.add(group.resolve(TASKS).toString()));
        return files;
    }

    /// Removes what [#make] made for this container alone: a named group is somebody's else.
    void remove() {
        try {
            if (monitoring.isPresent()) {
                Files.deleteIfExists(monitoring.get());
            }
            if (wanted.closID().isEmpty()) {
                Files.deleteIfExists(directory);
            }
        } catch (IOException e) {
            throw failed("removing the resctrl group", e);
        }
    }

    /// Takes back what [#make] did, as far as it got.
    void undo() {
        try {
            if (made && monitoring.isPresent()) {
                Files.deleteIfExists(monitoring.get());
            }
            if (made) {
                Files.deleteIfExists(directory);
            }
        } catch (IOException e) {
            throw failed("removing the resctrl group", e);
        }
    }

    private SampanException failed(String what, IOException e) {
        return new SampanException(
                ErrorCode.UNAVAILABLE, what + " " + directory + ": " + e.getMessage(), e);
    }
}
