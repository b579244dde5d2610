package sampan.app.dispatch;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import sampan.app.cli.audit.AuditVerifyCommand;
import sampan.app.cli.build.BuildCommand;
import sampan.app.cli.build.PruneBuildsCommand;
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
import sampan.app.cli.demo.ShopCommand;
import sampan.app.cli.explain.ExplainCommand;
import sampan.app.cli.files.CopyCommand;
import sampan.app.cli.gateway.GatewayGraphCommand;
import sampan.app.cli.gateway.GatewayListCommand;
import sampan.app.cli.gateway.GatewayMetricsCommand;
import sampan.app.cli.gateway.GatewayReplaceCommand;
import sampan.app.cli.gateway.GatewayTailCommand;
import sampan.app.cli.gateway.GatewayTestCommand;
import sampan.app.cli.images.FsckCommand;
import sampan.app.cli.images.HistoryCommand;
import sampan.app.cli.images.ImagesCommand;
import sampan.app.cli.images.ImportCommand;
import sampan.app.cli.images.LoadCommand;
import sampan.app.cli.images.PruneImagesCommand;
import sampan.app.cli.images.RemoveImageCommand;
import sampan.app.cli.images.SaveCommand;
import sampan.app.cli.images.TagCommand;
import sampan.app.cli.layers.LayersCommand;
import sampan.app.cli.make.MakeImageCommand;
import sampan.app.cli.namespaces.NsEnterCommand;
import sampan.app.cli.namespaces.NsListCommand;
import sampan.app.cli.namespaces.NsShowCommand;
import sampan.app.cli.namespaces.NsUnshareCommand;
import sampan.app.cli.networks.NetworkListCommand;
import sampan.app.cli.registry.LoginCommand;
import sampan.app.cli.registry.LogoutCommand;
import sampan.app.cli.registry.PullCommand;
import sampan.app.cli.registry.PushCommand;
import sampan.app.cli.registry.SearchCommand;
import sampan.app.cli.system.DiskUseCommand;
import sampan.app.cli.system.DoctorCommand;
import sampan.app.cli.system.EventsCommand;
import sampan.app.cli.system.GcCommand;
import sampan.app.cli.system.InfoCommand;
import sampan.app.cli.system.InspectCommand;
import sampan.app.cli.system.SystemPruneCommand;
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
                            "run [OPTIONS] IMAGE [COMMAND] [ARG...]",
                            "Create and run a new container from an image",
                            RunCommand::new),
                    Verb.stopping(
                            "create [OPTIONS] IMAGE [COMMAND] [ARG...]",
                            "Create a new container",
                            CreateCommand::new),
                    Verb.of(
                            "start [OPTIONS] CONTAINER [CONTAINER...]",
                            "Start one or more stopped containers",
                            StartCommand::new),
                    Verb.stopping(
                            "exec [OPTIONS] CONTAINER COMMAND [ARG...]",
                            "Execute a command in a running container",
                            ExecCommand::new),
                    Verb.of(
                            "attach [OPTIONS] CONTAINER",
                            "Attach to a running container",
                            AttachCommand::new),
                    Verb.of("ps [OPTIONS]", "List containers", PsCommand::new),
                    Verb.of(
                            "logs [OPTIONS] CONTAINER",
                            "Fetch the logs of a container",
                            LogsCommand::new),
                    Verb.of(
                            "stats [OPTIONS] [CONTAINER...]",
                            "Show what containers use, live",
                            StatsCommand::new),
                    Verb.of(
                            "stop [OPTIONS] CONTAINER [CONTAINER...]",
                            "Stop one or more running containers",
                            StopCommand::new),
                    Verb.of(
                            "kill [OPTIONS] CONTAINER [CONTAINER...]",
                            "Kill one or more running containers",
                            KillCommand::new),
                    Verb.of(
                            "restart [OPTIONS] CONTAINER [CONTAINER...]",
                            "Restart one or more containers",
                            RestartCommand::new),
                    Verb.of(
                            "pause CONTAINER [CONTAINER...]",
                            "Pause all processes of containers",
                            PauseCommand::new),
                    Verb.of(
                            "unpause CONTAINER [CONTAINER...]",
                            "Let paused containers go on",
                            UnpauseCommand::new),
                    Verb.of(
                            "rm [OPTIONS] CONTAINER [CONTAINER...]",
                            "Remove one or more containers",
                            RemoveCommand::new),
                    Verb.of(
                            "wait CONTAINER [CONTAINER...]",
                            "Wait for the end of containers and print their exit codes",
                            WaitCommand::new),
                    Verb.stopping(
                            "top CONTAINER [PS_OPTIONS...]",
                            "Display the running processes of a container",
                            TopCommand::new),
                    Verb.of(
                            "port CONTAINER [PRIVATE_PORT[/PROTO]]",
                            "List port mappings",
                            PortCommand::new),
                    Verb.of("rename CONTAINER NEW_NAME", "Rename a container", RenameCommand::new),
                    Verb.of(
                            "update [OPTIONS] CONTAINER [CONTAINER...]",
                            "Change the limits of containers",
                            UpdateCommand::new),
                    Verb.of(
                            "cp [OPTIONS] CONTAINER:SRC_PATH DEST_PATH|-\n[OPTIONS] SRC_PATH|- CONTAINER:DEST_PATH",
                            "Copy files between a container and the local filesystem",
                            CopyCommand::new),
                    Verb.of(
                            "diff CONTAINER",
                            "Show what a container changed in its filesystem",
                            DiffCommand::new),
                    Verb.of(
                            "commit [OPTIONS] CONTAINER [REPOSITORY[:TAG]]",
                            "Make an image of a container",
                            CommitCommand::new),
                    Verb.of(
                            "export [OPTIONS] CONTAINER",
                            "Write a container's filesystem as a tar archive",
                            ExportCommand::new));

    static final Map<String, Verb> IMAGES =
            named(
                    Verb.of(
                            "images [OPTIONS] [REPOSITORY[:TAG]]",
                            "List images",
                            ImagesCommand::new),
                    Verb.of(
                            "build [OPTIONS] PATH|-",
                            "Build an image from a Dockerfile",
                            BuildCommand::new),
                    Verb.of(
                            "layers [OPTIONS] IMAGE",
                            "Show what each layer of an image changed",
                            LayersCommand::new),
                    Verb.of(
                            "pull [OPTIONS] NAME[:TAG|@DIGEST]",
                            "Download an image from a registry",
                            PullCommand::new),
                    Verb.of(
                            "push [OPTIONS] NAME[:TAG]",
                            "Upload an image to a registry",
                            PushCommand::new),
                    Verb.of("load [OPTIONS]", "Load images from an archive", LoadCommand::new),
                    Verb.of(
                            "save [OPTIONS] IMAGE [IMAGE...]",
                            "Save images to an archive",
                            SaveCommand::new),
                    Verb.of(
                            "import [OPTIONS] FILE|- [REPOSITORY[:TAG]]",
                            "Make an image of a root filesystem's archive",
                            ImportCommand::new),
                    Verb.of(
                            "tag SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]",
                            "Give an image another name",
                            TagCommand::new),
                    Verb.of(
                            "rmi [OPTIONS] IMAGE [IMAGE...]",
                            "Remove one or more images",
                            RemoveImageCommand::new),
                    Verb.of(
                            "history [OPTIONS] IMAGE",
                            "Show the history of an image",
                            HistoryCommand::new));

    static final Map<String, Verb> SYSTEM =
            named(
                    Verb.of(
                            "inspect [OPTIONS] NAME|ID [NAME|ID...]",
                            "Show everything that is known of objects",
                            InspectCommand::any),
                    Verb.of(
                            "explain [OPTIONS] CONTAINER|PID [CONTAINER|PID...]",
                            "Tell how a container was launched, what it shares, why it ended",
                            ExplainCommand::new),
                    Verb.of("events [OPTIONS]", "Get events as they happen", EventsCommand::new),
                    Verb.of(
                            "login [OPTIONS] [SERVER]",
                            "Authenticate to a registry",
                            LoginCommand::new),
                    Verb.of("logout [SERVER]", "Log out from a registry", LogoutCommand::new),
                    Verb.of(
                            "search [OPTIONS] TERM",
                            "Search a registry for images",
                            SearchCommand::new),
                    Verb.of("info [OPTIONS]", "Show what this daemon is and has", InfoCommand::new),
                    Verb.of(
                            "doctor [OPTIONS]",
                            "Check what the kernel offers and what is left over",
                            DoctorCommand::new),
                    Verb.of("version [OPTIONS]", "Show versions", VersionCommand::new));

    private static final Map<String, Verb> VOLUMES =
            named(
                    Verb.of("ls [OPTIONS]", "List volumes", VolumeListCommand::new),
                    Verb.of(
                            "create [OPTIONS] [VOLUME]",
                            "Create a volume",
                            VolumeCreateCommand::new),
                    Verb.of(
                            "inspect [OPTIONS] VOLUME [VOLUME...]",
                            "Show everything that is known of volumes",
                            InspectCommand::volume),
                    Verb.of(
                            "rm [OPTIONS] VOLUME [VOLUME...]",
                            "Remove one or more volumes",
                            VolumeRemoveCommand::new),
                    Verb.of("prune [OPTIONS]", "Remove unused volumes", VolumePruneCommand::new));

    private static final Map<String, Verb> BUILDER =
            named(
                    Verb.of(
                            "build [OPTIONS] PATH|-",
                            "Build an image from a Dockerfile",
                            BuildCommand::new),
                    Verb.of("prune [OPTIONS]", "Remove build cache", PruneBuildsCommand::new));

    private static final Map<String, Verb> NETWORKS =
            named(
                    Verb.of("ls [OPTIONS]", "List networks", NetworkListCommand::new),
                    Verb.of(
                            "inspect [OPTIONS] NETWORK [NETWORK...]",
                            "Show everything that is known of networks",
                            InspectCommand::network));

    private static final Map<String, Verb> SYSTEM_GROUP =
            named(
                    Verb.of("df [OPTIONS]", "Show disk usage", DiskUseCommand::new),
                    Verb.of("prune [OPTIONS]", "Remove unused data", SystemPruneCommand::new),
                    Verb.of(
                            "gc [OPTIONS]",
                            "Free disk space down to the low mark of the disk policy",
                            GcCommand::new),
                    Verb.of("info [OPTIONS]", "Show what this daemon is and has", InfoCommand::new),
                    Verb.of("events [OPTIONS]", "Get events as they happen", EventsCommand::new));

    private static final Map<String, Verb> NAMESPACES =
            named(
                    Verb.of(
                            "ls [OPTIONS] [NAMESPACE]",
                            "List namespaces, as lsns does",
                            NsListCommand::new),
                    Verb.of(
                            "show CONTAINER|PID",
                            "Show the namespaces of a container or process",
                            NsShowCommand::new),
                    Verb.stopping(
                            "enter [OPTIONS] [PROGRAM [ARG...]]",
                            "Run a program in namespaces, as nsenter does",
                            NsEnterCommand::new),
                    Verb.stopping(
                            "unshare [OPTIONS] [PROGRAM [ARG...]]",
                            "Run a program in new namespaces, as unshare does",
                            NsUnshareCommand::new));

    private static final Map<String, Verb> AUDIT =
            named(
                    Verb.of(
                            "verify [OPTIONS] FILE",
                            "Name altered and removed lines of a gateway's audit log",
                            AuditVerifyCommand::new));

    private static final Map<String, Verb> GATEWAY =
            named(
                    Verb.of(
                            "routes [OPTIONS]",
                            "List routes, what they answered, and what is wrong with them",
                            GatewayListCommand::routes),
                    Verb.of(
                            "targets [OPTIONS]",
                            "List targets of services and whether they get requests",
                            GatewayListCommand::targets),
                    Verb.of(
                            "breakers [OPTIONS]",
                            "List services and their circuit breakers",
                            GatewayListCommand::breakers),
                    Verb.of("limits [OPTIONS]", "List rate limits", GatewayListCommand::limits),
                    Verb.of(
                            "test [OPTIONS] URL",
                            "Tell which route would take a request",
                            GatewayTestCommand::new),
                    Verb.of(
                            "graph [OPTIONS]",
                            "Show what leads where: hosts, routes, services, containers",
                            GatewayGraphCommand::new),
                    Verb.of(
                            "tail [OPTIONS]",
                            "Show requests as they are answered",
                            GatewayTailCommand::new),
                    Verb.of(
                            "metrics",
                            "Print the gateway's counters in Prometheus' format",
                            GatewayMetricsCommand::new),
                    Verb.of(
                            "replace",
                            "Have a new process take the gateway's place; no request fails",
                            GatewayReplaceCommand::new));

    static final Map<String, Verb> TOP = joined(CONTAINERS, IMAGES, SYSTEM);

    static final Map<String, Map<String, Verb>> GROUPS = groups();

    private Commands() {}

    private static Map<String, Map<String, Verb>> groups() {
        Map<String, Map<String, Verb>> groups = new LinkedHashMap<>();
        groups.put("container", containerGroup());
        groups.put("image", imageGroup());
        groups.put("builder", BUILDER);
        groups.put("volume", VOLUMES);
        groups.put("network", NETWORKS);
        groups.put("system", SYSTEM_GROUP);
        groups.put("ns", NAMESPACES);
        groups.put("audit", AUDIT);
        groups.put("gateway", GATEWAY);
        groups.put(
                "demo",
                named(
                        Verb.stopping(
                                "shop [OPTIONS]",
                                "Run six services point to point and behind the gateway",
                                ShopCommand::new)));
        return Collections.unmodifiableMap(groups);
    }

    private static Map<String, Verb> containerGroup() {
        Map<String, Verb> containers = new LinkedHashMap<>(CONTAINERS);
        containers.putAll(
                named(
                        Verb.of("ls [OPTIONS]", "List containers", PsCommand::new),
                        Verb.of("list [OPTIONS]", "List containers", PsCommand::new),
                        Verb.of(
                                "inspect [OPTIONS] CONTAINER [CONTAINER...]",
                                "Show everything that is known of containers",
                                InspectCommand::container),
                        Verb.of(
                                "prune [OPTIONS]",
                                "Remove all stopped containers",
                                PruneCommand::new)));
        return containers;
    }

    private static Map<String, Verb> imageGroup() {
        Map<String, Verb> images = new LinkedHashMap<>(IMAGES);
        images.remove("images");
        images.remove("rmi");
        images.putAll(
                named(
                        Verb.of(
                                "ls [OPTIONS] [REPOSITORY[:TAG]]",
                                "List images",
                                ImagesCommand::new),
                        Verb.of(
                                "list [OPTIONS] [REPOSITORY[:TAG]]",
                                "List images",
                                ImagesCommand::new),
                        Verb.of(
                                "rm [OPTIONS] IMAGE [IMAGE...]",
                                "Remove one or more images",
                                RemoveImageCommand::new),
                        Verb.of(
                                "inspect [OPTIONS] IMAGE [IMAGE...]",
                                "Show everything that is known of images",
                                InspectCommand::image),
                        Verb.of(
                                "fsck [OPTIONS]",
                                "Check the store: owners, digests, layers",
                                FsckCommand::new),
                        Verb.of(
                                "make [OPTIONS] debian[:SUITE]|busybox",
                                "Make an image from the distribution's packages",
                                MakeImageCommand::new),
                        Verb.of(
                                "prune [OPTIONS]",
                                "Remove unused images",
                                PruneImagesCommand::new)));
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
