package sampan.app.cli.containers;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Flags that `run` and `create` share, named and meant as the docker client has them.
final class ContainerOptions {
    /// What [#entrypoint] is when it was not given; an empty one clears the image's.
    static final String NOT_GIVEN = "\u0000";

    @Mixin LimitOptions limits = new LimitOptions();

    @Option(names = "--add-host", description = "Add a line to /etc/hosts: HOST:IP")
    List<String> addHost = new ArrayList<>();

    @Option(names = "--annotation", description = "Add an annotation for the OCI runtime")
    List<String> annotations = new ArrayList<>();

    @Option(
            names = {"-a", "--attach"},
            description = "Attach to STDIN, STDOUT or STDERR")
    List<String> attach = new ArrayList<>();

    @Option(names = "--cap-add", description = "Add a capability")
    List<String> capAdd = new ArrayList<>();

    @Option(names = "--cap-drop", description = "Drop a capability")
    List<String> capDrop = new ArrayList<>();

    @Option(names = "--cgroupns", description = "Cgroup namespace: host or private")
    String cgroupns = "";

    @Option(names = "--cidfile", description = "Write the container id to a file")
    String cidfile = "";

    @Option(names = "--dns", description = "Name servers")
    List<String> dns = new ArrayList<>();

    @Option(
            names = {"--dns-option", "--dns-opt"},
            description = "Options of resolv.conf")
    List<String> dnsOptions = new ArrayList<>();

    @Option(names = "--dns-search", description = "Search domains")
    List<String> dnsSearch = new ArrayList<>();

    @Option(names = "--domainname", description = "NIS domain name")
    String domainname = "";

    @Option(names = "--entrypoint", description = "Replace the entrypoint of the image")
    String entrypoint = "\u0000";

    @Option(
            names = {"-e", "--env"},
            description = "Set an environment variable")
    List<String> env = new ArrayList<>();

    @Option(names = "--env-file", description = "Read environment variables from a file")
    List<String> envFile = new ArrayList<>();

    @Option(names = "--expose", description = "Expose a port or a range of ports")
    List<String> expose = new ArrayList<>();

    @Option(names = "--gpus", description = "Refused: no device drivers are supported")
    String gpus = "";

    @Option(names = "--group-add", description = "Add groups to join")
    List<String> groupAdd = new ArrayList<>();

    @Option(names = "--health-cmd", description = "Command that checks health")
    String healthCmd = "";

    @Option(names = "--health-interval", description = "Time between checks")
    String healthInterval = "0s";

    @Option(names = "--health-retries", description = "Failures in a row that mean unhealthy")
    int healthRetries = 0;

    @Option(names = "--health-start-interval", description = "Time between checks while starting")
    String healthStartInterval = "0s";

    @Option(names = "--health-start-period", description = "Time to start before failures count")
    String healthStartPeriod = "0s";

    @Option(names = "--health-timeout", description = "Longest time of a check")
    String healthTimeout = "0s";

    @Option(
            names = "--no-healthcheck",
            arity = "0..1",
            fallbackValue = "true",
            description = "Disable the health check of the image")
    boolean noHealthcheck;

    @Option(
            names = {"-h", "--hostname"},
            description = "Host name of the container")
    String hostname = "";

    @Option(
            names = "--init",
            arity = "0..1",
            fallbackValue = "true",
            description = "Run an init that forwards signals and reaps processes")
    boolean init;

    @Option(
            names = {"-i", "--interactive"},
            arity = "0..1",
            fallbackValue = "true",
            description = "Keep STDIN open")
    boolean interactive;

    @Option(names = "--ip", description = "IPv4 address")
    String ip = "";

    @Option(names = "--ip6", description = "IPv6 address")
    String ip6 = "";

    @Option(names = "--ipc", description = "IPC mode")
    String ipc = "";

    @Option(names = "--isolation", description = "Isolation technology: only default")
    String isolation = "";

    @Option(
            names = {"-l", "--label"},
            description = "Set a label")
    List<String> labels = new ArrayList<>();

    @Option(names = "--label-file", description = "Read labels from a file")
    List<String> labelFile = new ArrayList<>();

    @Option(names = "--link", description = "Refused: links need named networks")
    List<String> links = new ArrayList<>();

    @Option(names = "--link-local-ip", description = "Refused: not supported")
    List<String> linkLocalIp = new ArrayList<>();

    @Option(names = "--log-driver", description = "Log driver: json-file, local, none")
    String logDriver = "";

    @Option(names = "--log-opt", description = "Option of the log driver: NAME=VALUE")
    List<String> logOpts = new ArrayList<>();

    @Option(names = "--mac-address", description = "MAC address")
    String macAddress = "";

    @Option(
            names = "--mount",
            description = "Attach a mount: type=bind|volume|tmpfs,source=…,target=…")
    List<String> mounts = new ArrayList<>();

    @Option(names = "--name", description = "Name of the container")
    String name = "";

    @Option(
            names = {"--network", "--net"},
            description = "Network: bridge, host, none, container:NAME")
    List<String> network = new ArrayList<>();

    @Option(
            names = {"--network-alias", "--net-alias"},
            description = "Name of the container in the network")
    List<String> networkAlias = new ArrayList<>();

    @Option(names = "--pid", description = "PID namespace: host or container:NAME")
    String pid = "";

    @Option(names = "--platform", description = "Platform of the image: os/arch")
    String platform = "";

    @Option(
            names = "--privileged",
            arity = "0..1",
            fallbackValue = "true",
            description = "Give all privileges")
    boolean privileged;

    @Option(
            names = {"-p", "--publish"},
            description = "Publish a port: [[IP:]HOST:]CONTAINER[/PROTOCOL]")
    List<String> publish = new ArrayList<>();

    @Option(
            names = {"-P", "--publish-all"},
            arity = "0..1",
            fallbackValue = "true",
            description = "Publish all exposed ports")
    boolean publishAll;

    @Option(names = "--pull", description = "Pull the image before: always, missing, never")
    String pull = "missing";

    @Option(
            names = {"-q", "--quiet"},
            arity = "0..1",
            fallbackValue = "true",
            description = "Be quiet about pulling")
    boolean quiet;

    @Option(
            names = "--read-only",
            arity = "0..1",
            fallbackValue = "true",
            description = "Root filesystem read-only")
    boolean readOnly;

    @Option(names = "--restart", description = "Restart policy")
    String restart = "no";

    @Option(
            names = "--rm",
            arity = "0..1",
            fallbackValue = "true",
            description = "Remove the container when it ends")
    boolean remove;

    @Option(names = "--runtime", description = "OCI runtime: only the built-in one")
    String runtime = "";

    @Option(names = "--security-opt", description = "Security option")
    List<String> securityOpts = new ArrayList<>();

    @Option(names = "--shm-size", description = "Size of /dev/shm")
    String shmSize = "";

    @Option(names = "--stop-signal", description = "Signal that stops the container")
    String stopSignal = "";

    @Option(names = "--stop-timeout", description = "Seconds to wait before killing")
    String stopTimeout = "";

    @Option(names = "--storage-opt", description = "Storage option")
    List<String> storageOpts = new ArrayList<>();

    @Option(names = "--sysctl", description = "Kernel setting of the container: NAME=VALUE")
    List<String> sysctls = new ArrayList<>();

    @Option(names = "--tmpfs", description = "Mount a tmpfs: PATH[:OPTIONS]")
    List<String> tmpfs = new ArrayList<>();

    @Option(
            names = {"-t", "--tty"},
            arity = "0..1",
            fallbackValue = "true",
            description = "Allocate a terminal")
    boolean tty;

    @Option(
            names = {"-u", "--user"},
            description = "User: NAME|UID[:GROUP|GID]")
    String user = "";

    @Option(names = "--use-api-socket", description = "Refused: mount the socket with --volume")
    boolean useApiSocket;

    @Option(
            names = "--disable-content-trust",
            arity = "0..1",
            fallbackValue = "true",
            hidden = true)
    boolean disableContentTrust = true;

    @Option(names = "--userns", description = "User namespace")
    String userns = "";

    @Option(names = "--uts", description = "UTS namespace: host")
    String uts = "";

    @Option(
            names = {"-v", "--volume"},
            description = "Bind a directory or volume: SOURCE:TARGET[:OPTIONS]")
    List<String> volumes = new ArrayList<>();

    @Option(names = "--volume-driver", description = "Driver of volumes")
    String volumeDriver = "";

    @Option(names = "--volumes-from", description = "Mount the volumes of another container")
    List<String> volumesFrom = new ArrayList<>();

    @Option(
            names = {"-w", "--workdir"},
            description = "Working directory")
    String workdir = "";

    @Parameters(index = "0", paramLabel = "IMAGE", description = "Image to run")
    String image = "";

    @Parameters(index = "1..*", paramLabel = "COMMAND", description = "Command and its arguments")
    List<String> command = new ArrayList<>();
}
