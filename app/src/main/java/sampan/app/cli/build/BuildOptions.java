package sampan.app.cli.build;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/// Flags of `build`, named and meant as the docker client has them.
final class BuildOptions {
    @Option(
            names = {"-t", "--tag"},
            description = "Name and optionally a tag: name:tag")
    List<String> tags = new ArrayList<>();

    @Option(
            names = {"-f", "--file"},
            description = "Name of the Dockerfile (default: PATH/Dockerfile)")
    String file = "";

    @Option(names = "--build-arg", description = "Set build-time variables: NAME[=VALUE]")
    List<String> arguments = new ArrayList<>();

    @Option(names = "--target", description = "Set the target build stage to build")
    String target = "";

    @Option(
            names = "--no-cache",
            arity = "0..1",
            fallbackValue = "true",
            description = "Do not use cache when building the image")
    boolean noCache;

    @Option(
            names = "--pull",
            arity = "0..1",
            fallbackValue = "true",
            description = "Always attempt to pull all referenced images")
    boolean pull;

    @Option(
            names = {"-q", "--quiet"},
            description = "Suppress the build output and print image ID on success")
    boolean quiet;

    @Option(names = "--label", description = "Set metadata for an image: NAME=VALUE")
    List<String> labels = new ArrayList<>();

    @Option(
            names = "--annotation",
            description = "Add an annotation to the image's manifest: NAME=VALUE")
    List<String> annotations = new ArrayList<>();

    @Option(names = "--platform", description = "Set target platform: os/arch[/variant]")
    String platform = "";

    @Option(names = "--network", description = "Set the networking mode for the RUN instructions")
    String network = "";

    @Option(
            names = "--secret",
            description = "Secret to expose to the build: id=ID[,src=FILE|,env=VARIABLE]")
    List<String> secrets = new ArrayList<>();

    @Option(names = "--ssh", description = "SSH agent socket to expose: default|ID[=SOCKET]")
    List<String> agents = new ArrayList<>();

    @Option(names = "--add-host", description = "Add a custom host-to-IP mapping: HOST:IP")
    List<String> hosts = new ArrayList<>();

    @Option(names = "--allow", description = "Allow network.host or security.insecure")
    List<String> allowed = new ArrayList<>();

    @Option(names = "--progress", description = "Type of progress output: auto, plain, quiet")
    String progress = "auto";

    @Option(
            names = "--cache-from",
            description =
                    "Whose steps count as done: NAME|type=registry,ref=NAME|type=local,src=DIR")
    List<String> cacheFrom = new ArrayList<>();

    @Option(
            names = "--cache-to",
            description =
                    "Where the steps go: type=registry,ref=NAME[,mode=max]|"
                            + "type=local,dest=DIR[,mode=max]|type=inline")
    List<String> cacheTo = new ArrayList<>();

    @Option(names = "--iidfile", description = "Write the image ID to a file")
    String idFile = "";

    @Option(
            names = {"-m", "--memory"},
            description = "Memory limit of a step")
    String memory = "";

    @Option(names = "--memory-swap", description = "Memory plus swap, -1 for unlimited swap")
    String memorySwap = "";

    @Option(
            names = {"-c", "--cpu-shares"},
            description = "CPU shares (relative weight)")
    long cpuShares;

    @Option(names = "--cpu-period", description = "CFS period in microseconds")
    long cpuPeriod;

    @Option(names = "--cpu-quota", description = "CFS quota in microseconds")
    long cpuQuota;

    @Option(names = "--cpuset-cpus", description = "CPUs in which to run (0-3, 0,1)")
    String cpusetCpus = "";

    @Option(names = "--cpuset-mems", description = "Memory nodes in which to run (0-3, 0,1)")
    String cpusetMems = "";

    @Option(names = "--cgroup-parent", description = "Parent cgroup of the steps' containers")
    String cgroupParent = "";

    @Option(names = "--shm-size", description = "Size of /dev/shm")
    String shmSize = "";
}
