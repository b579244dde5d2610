package sampan.engine.tasks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
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
        /// Whether it runs or may be about to: killed between a launch and the program's start, a
        /// daemon leaves a monitor that goes on by itself.
        boolean alive() {
            return process.map(TaskRecords.ProcessRecord::isAlive)
                    .orElseGet(() ->
                            TaskRecords.exit(directory).isEmpty()
                                    && TaskRecords.failure(directory).isEmpty());
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

    /// The endpoints of those that run on, for the network driver to take over; those that surely
    /// run come first.
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
                                            task.process()
                                                    .map(p -> OptionalLong.of(p.pid()))
                                                    .orElseGet(OptionalLong::empty))));
        }
        attachments.sort(Comparator.comparing(a -> a.process().isEmpty()));
        return attachments;
    }
}
