package sampan.engine.tasks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import sampan.engine.networks.Attachment;
import sampan.runtime.monitor.TaskRecords;

/// The tasks that a former daemon left in the run directory.
///
/// @param found one entry for each directory
public record TaskScan(List<Found> found) {
    /// A directory and what stands in it.
    ///
    /// @param note empty where the daemon was killed before it wrote one: nothing else was made
    /// @param process its first process, alive or not; empty where none ran
    public record Found(
            Path directory, Optional<TaskNote> note, Optional<TaskRecords.ProcessRecord> process) {
        boolean alive() {
            return process.isPresent() && process.get().isAlive();
        }
    }

    /// @param tasks the directory of all tasks; may be missing
    public static TaskScan read(Path tasks) {
        List<Found> found = new ArrayList<>();
        for (Path directory : directories(tasks)) {
            found.add(
                    new Found(directory, TaskNote.read(directory), TaskRecords.process(directory)));
        }
        return new TaskScan(List.copyOf(found));
    }

    static List<Path> directories(Path parent) {
        List<Path> directories = new ArrayList<>();
        try (var entries = Files.newDirectoryStream(parent, Files::isDirectory)) {
            entries.forEach(directories::add);
        } catch (NoSuchFileException _) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(parent.toString(), e);
        }
        return directories;
    }

    /// The endpoints of those that run on, for the network driver to take over.
    public List<Attachment> attachments() {
        List<Attachment> attachments = new ArrayList<>();
        for (Found task : found) {
            if (!task.alive()) {
                continue;
            }
            task.note()
                    .flatMap(TaskNote::endpoint)
                    .ifPresent(endpoint ->
                            attachments.add(
                                    new Attachment(
                                            endpoint,
                                            task.note().orElseThrow().ports(),
                                            OptionalLong.of(task.process().orElseThrow().pid()))));
        }
        return attachments;
    }
}
