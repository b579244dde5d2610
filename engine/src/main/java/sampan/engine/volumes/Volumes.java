package sampan.engine.volumes;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Keeps volumes. Thread-safe.
public interface Volumes {
    /// What to make.
    ///
    /// @param name empty: 64 random hexadecimal digits, and the volume is anonymous
    /// @param driver empty: `local`
    /// @param options `type`, `o` and `device` of the local driver, as mount(8) has them
    /// @param container id of the one that is being made and wants it: until [#keep] the volume is
    ///   provisional, and goes where that container never comes to be
    record Request(
            String name,
            String driver,
            Map<String, String> options,
            Map<String, String> labels,
            Optional<String> container) {}

    /// @param existed it was there before; options and labels of the request are then not looked at
    record Created(Volume volume, boolean existed) {}

    /// INVALID for a bad name or option, NOT_FOUND for an unknown driver.
    Created create(Request request);

    Optional<Volume> find(String name);

    /// By name.
    List<Volume> list();

    /// Deletes it with what is in it. NOT_FOUND `get NAME: no such volume`, CONFLICT while a
    /// container refers to it.
    void remove(String name);

    /// The directory on the host that a container mounts, with the volume's own mount made where
    /// its options ask for one.
    Path source(Volume volume);

    /// The container that a volume was made for has come to be; harmless where it is not
    /// provisional.
    void keep(String name);

    /// Provisional volumes, with the containers that they were made for.
    Map<String, String> provisional();

    /// What lies in the volumes' directory and is nothing of a volume. A directory whose record
    /// cannot be read is not among it: its data may be somebody's work.
    List<Path> strangers();

    /// Directories of volumes whose record cannot be read.
    List<Path> unreadable();

    /// Bytes on disk of the volume's files, as du(1) counts.
    long size(Volume volume);

    /// Bytes on disk that its removal frees: its files and its record.
    long allocated(Volume volume);

    /// Says that a container refers to it.
    void refer(String name, String containerId);

    void unrefer(String name, String containerId);

    /// Ids of containers that refer to it.
    Set<String> referrers(String name);
}
