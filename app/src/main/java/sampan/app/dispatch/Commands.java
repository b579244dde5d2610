package sampan.app.dispatch;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import sampan.app.cli.containers.AttachCommand;
import sampan.app.cli.containers.CommitCommand;
import sampan.app.cli.containers.CreateCommand;
import sampan.app.cli.containers.DiffCommand;
import sampan.app.cli.containers.ExecCommand;
import sampan.app.cli.containers.ExportCommand;
import sampan.app.cli.containers.KillCommand;
import sampan.app.cli.containers.LogsCommand;
import sampan.app.cli.containers.PauseCommand;
import sampan.app.cli.containers.PortCommand;
import sampan.app.cli.containers.PruneCommand;
import sampan.app.cli.containers.PsCommand;
import sampan.app.cli.containers.RemoveCommand;
import sampan.app.cli.containers.RenameCommand;
import sampan.app.cli.containers.RestartCommand;
import sampan.app.cli.containers.RunCommand;
import sampan.app.cli.containers.StartCommand;
import sampan.app.cli.containers.StatsCommand;
import sampan.app.cli.containers.StopCommand;
import sampan.app.cli.containers.TopCommand;
import sampan.app.cli.containers.UnpauseCommand;
import sampan.app.cli.containers.UpdateCommand;
import sampan.app.cli.containers.WaitCommand;
import sampan.app.cli.explain.ExplainCommand;
import sampan.app.cli.files.CopyCommand;
import sampan.app.cli.images.HistoryCommand;
import sampan.app.cli.images.ImagesCommand;
import sampan.app.cli.images.ImportCommand;
import sampan.app.cli.images.LoadCommand;
import sampan.app.cli.images.PruneImagesCommand;
import sampan.app.cli.images.RemoveImageCommand;
import sampan.app.cli.images.SaveCommand;
import sampan.app.cli.images.TagCommand;
import sampan.app.cli.namespaces.NsEnterCommand;
import sampan.app.cli.namespaces.NsListCommand;
import sampan.app.cli.namespaces.NsShowCommand;
import sampan.app.cli.namespaces.NsUnshareCommand;
import sampan.app.cli.networks.NetworkListCommand;
import sampan.app.cli.system.DiskUseCommand;
import sampan.app.cli.system.DoctorCommand;
import sampan.app.cli.system.EventsCommand;
import sampan.app.cli.system.InfoCommand;
import sampan.app.cli.system.InspectCommand;
import sampan.app.cli.system.VersionCommand;
import sampan.app.cli.volumes.VolumeCreateCommand;
import sampan.app.cli.volumes.VolumeListCommand;
import sampan.app.cli.volumes.VolumePruneCommand;
import sampan.app.cli.volumes.VolumeRemoveCommand;

/// Every command by its words.
final class Commands {
    static final Map<String, Verb> CONTAINERS =
            named(
                    Verb.stopping(
                            "run", "Create and run a new container from an image", RunCommand::new),
                    Verb.stopping("create", "Create a new container", CreateCommand::new),
                    Verb.of("start", "Start one or more stopped containers", StartCommand::new),
                    Verb.stopping(
                            "exec", "Execute a command in a running container", ExecCommand::new),
                    Verb.of("attach", "Attach to a running container", AttachCommand::new),
                    Verb.of("ps", "List containers", PsCommand::new),
                    Verb.of("logs", "Fetch the logs of a container", LogsCommand::new),
                    Verb.of("stats", "Show what containers use, live", StatsCommand::new),
                    Verb.of("stop", "Stop one or more running containers", StopCommand::new),
                    Verb.of("kill", "Kill one or more running containers", KillCommand::new),
                    Verb.of("restart", "Restart one or more containers", RestartCommand::new),
                    Verb.of("pause", "Pause all processes of containers", PauseCommand::new),
                    Verb.of("unpause", "Let paused containers go on", UnpauseCommand::new),
                    Verb.of("rm", "Remove one or more containers", RemoveCommand::new),
                    Verb.of(
                            "wait",
                            "Wait for the end of containers and print their exit codes",
                            WaitCommand::new),
                    Verb.stopping(
                            "top", "Display the running processes of a container", TopCommand::new),
                    Verb.of("port", "List port mappings", PortCommand::new),
                    Verb.of("rename", "Rename a container", RenameCommand::new),
                    Verb.of("update", "Change the limits of containers", UpdateCommand::new),
                    Verb.of(
                            "cp",
                            "Copy files between a container and the local filesystem",
                            CopyCommand::new),
                    Verb.of(
                            "diff",
                            "Show what a container changed in its filesystem",
                            DiffCommand::new),
                    Verb.of("commit", "Make an image of a container", CommitCommand::new),
                    Verb.of(
                            "export",
                            "Write a container's filesystem as a tar archive",
                            ExportCommand::new));

    static final Map<String, Verb> IMAGES =
            named(
                    Verb.of("images", "List images", ImagesCommand::new),
                    Verb.of("load", "Load images from an archive", LoadCommand::new),
                    Verb.of("save", "Save images to an archive", SaveCommand::new),
                    Verb.of(
                            "import",
                            "Make an image of a root filesystem's archive",
                            ImportCommand::new),
                    Verb.of("tag", "Give an image another name", TagCommand::new),
                    Verb.of("rmi", "Remove one or more images", RemoveImageCommand::new),
                    Verb.of("history", "Show the history of an image", HistoryCommand::new));

    static final Map<String, Verb> SYSTEM =
            named(
                    Verb.of(
                            "inspect",
                            "Show everything that is known of objects",
                            InspectCommand::any),
                    Verb.of(
                            "explain",
                            "Tell how a container was launched, what it shares, why it ended",
                            ExplainCommand::new),
                    Verb.of("events", "Get events as they happen", EventsCommand::new),
                    Verb.of("info", "Show what this daemon is and has", InfoCommand::new),
                    Verb.of(
                            "doctor",
                            "Check what the kernel offers and what is left over",
                            DoctorCommand::new),
                    Verb.of("version", "Show versions", VersionCommand::new));

    private static final Map<String, Verb> VOLUMES =
            named(
                    Verb.of("ls", "List volumes", VolumeListCommand::new),
                    Verb.of("create", "Create a volume", VolumeCreateCommand::new),
                    Verb.of(
                            "inspect",
                            "Show everything that is known of volumes",
                            InspectCommand::volume),
                    Verb.of("rm", "Remove one or more volumes", VolumeRemoveCommand::new),
                    Verb.of("prune", "Remove unused volumes", VolumePruneCommand::new));

    private static final Map<String, Verb> NETWORKS =
            named(
                    Verb.of("ls", "List networks", NetworkListCommand::new),
                    Verb.of(
                            "inspect",
                            "Show everything that is known of networks",
                            InspectCommand::network));

    private static final Map<String, Verb> SYSTEM_GROUP =
            named(
                    Verb.of("df", "Show disk usage", DiskUseCommand::new),
                    Verb.of("info", "Show what this daemon is and has", InfoCommand::new),
                    Verb.of("events", "Get events as they happen", EventsCommand::new));

    private static final Map<String, Verb> NAMESPACES =
            named(
                    Verb.of("ls", "List namespaces, as lsns does", NsListCommand::new),
                    Verb.of(
                            "show",
                            "Show the namespaces of a container or process",
                            NsShowCommand::new),
                    Verb.stopping(
                            "enter",
                            "Run a program in namespaces, as nsenter does",
                            NsEnterCommand::new),
                    Verb.stopping(
                            "unshare",
                            "Run a program in new namespaces, as unshare does",
                            NsUnshareCommand::new));

    static final Map<String, Verb> TOP = joined(CONTAINERS, IMAGES, SYSTEM);

    static final Map<String, Map<String, Verb>> GROUPS = groups();

    private Commands() {}

    private static Map<String, Map<String, Verb>> groups() {
        Map<String, Map<String, Verb>> groups = new LinkedHashMap<>();
        groups.put("container", containerGroup());
        groups.put("image", imageGroup());
        groups.put("volume", VOLUMES);
        groups.put("network", NETWORKS);
        groups.put("system", SYSTEM_GROUP);
        groups.put("ns", NAMESPACES);
        return Collections.unmodifiableMap(groups);
    }

    private static Map<String, Verb> containerGroup() {
        Map<String, Verb> containers = new LinkedHashMap<>(CONTAINERS);
        containers.putAll(
                named(
                        Verb.of("ls", "List containers", PsCommand::new),
                        Verb.of("list", "List containers", PsCommand::new),
                        Verb.of(
                                "inspect",
                                "Show everything that is known of containers",
                                InspectCommand::container),
                        Verb.of("prune", "Remove all stopped containers", PruneCommand::new)));
        return containers;
    }

    private static Map<String, Verb> imageGroup() {
        Map<String, Verb> images = new LinkedHashMap<>(IMAGES);
        images.remove("images");
        images.remove("rmi");
        images.putAll(
                named(
                        Verb.of("ls", "List images", ImagesCommand::new),
                        Verb.of("list", "List images", ImagesCommand::new),
                        Verb.of("rm", "Remove one or more images", RemoveImageCommand::new),
                        Verb.of(
                                "inspect",
                                "Show everything that is known of images",
                                InspectCommand::image),
                        Verb.of("prune", "Remove unused images", PruneImagesCommand::new)));
        return images;
    }

    private static Map<String, Verb> named(Verb... verbs) {
        Map<String, Verb> named = new LinkedHashMap<>();
        for (Verb verb : verbs) {
            named.put(verb.name(), verb);
        }
        return Collections.unmodifiableMap(named);
    }

    @SafeVarargs
    private static Map<String, Verb> joined(Map<String, Verb>... parts) {
        Map<String, Verb> all = new LinkedHashMap<>();
        for (Map<String, Verb> part : parts) {
            all.putAll(part);
        }
        return Collections.unmodifiableMap(all);
    }
}
