package sampan.app.cli.containers;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/// Flags of `run`, `create` and `update` that limit a container, named and meant as the docker
/// client has them.
final class LimitOptions {
    @Option(
            names = "--blkio-weight",
            description = "Block IO, between 10 and 1000, or 0 to disable")
    int blkioWeight = 0;

    @Option(
            names = "--blkio-weight-device",
            description = "Block IO weight of a device: PATH:WEIGHT")
    List<String> blkioWeightDevice = new ArrayList<>();

    @Option(names = "--cgroup-parent", description = "Parent cgroup of the container")
    String cgroupParent = "";

    @Option(names = "--cpu-period", description = "CFS period in microseconds")
    long cpuPeriod = 0;

    @Option(names = "--cpu-quota", description = "CFS quota in microseconds")
    long cpuQuota = 0;

    @Option(names = "--cpu-rt-period", description = "Real-time period in microseconds")
    long cpuRtPeriod = 0;

    @Option(names = "--cpu-rt-runtime", description = "Real-time runtime in microseconds")
    long cpuRtRuntime = 0;

    @Option(
            names = {"-c", "--cpu-shares"},
            description = "CPU shares (relative weight)")
    long cpuShares = 0;

    @Option(names = "--cpus", description = "Number of CPUs, such as 1.5")
    String cpus = "";

    @Option(names = "--cpuset-cpus", description = "CPUs in which to run (0-3, 0,1)")
    String cpusetCpus = "";

    @Option(names = "--cpuset-mems", description = "Memory nodes in which to run (0-3, 0,1)")
    String cpusetMems = "";

    @Option(names = "--device", description = "Add a host device: HOST[:CONTAINER[:rwm]]")
    List<String> devices = new ArrayList<>();

    @Option(
            names = "--device-cgroup-rule",
            description = "Add a rule to the allowed devices: c 42:* rmw")
    List<String> deviceCgroupRules = new ArrayList<>();

    @Option(
            names = "--device-read-bps",
            description = "Limit the read rate of a device: PATH:BYTES")
    List<String> deviceReadBps = new ArrayList<>();

    @Option(
            names = "--device-read-iops",
            description = "Limit the read operations of a device: PATH:NUMBER")
    List<String> deviceReadIops = new ArrayList<>();

    @Option(
            names = "--device-write-bps",
            description = "Limit the write rate of a device: PATH:BYTES")
    List<String> deviceWriteBps = new ArrayList<>();

    @Option(
            names = "--device-write-iops",
            description = "Limit the write operations of a device: PATH:NUMBER")
    List<String> deviceWriteIops = new ArrayList<>();

    @Option(names = "--kernel-memory", description = "Refused: the kernel has dropped this limit")
    String kernelMemory = "";

    @Option(
            names = {"-m", "--memory"},
            description = "Memory limit")
    String memory = "";

    @Option(names = "--memory-reservation", description = "Memory soft limit")
    String memoryReservation = "";

    @Option(names = "--memory-swap", description = "Memory plus swap, -1 for unlimited swap")
    String memorySwap = "";

    @Option(names = "--memory-swappiness", description = "Swappiness, 0 to 100")
    long memorySwappiness = -1;

    @Option(
            names = "--oom-kill-disable",
            arity = "0..1",
            fallbackValue = "true",
            description = "Disable the OOM killer (cgroup v1)")
    boolean oomKillDisable;

    @Option(names = "--oom-score-adj", description = "OOM preference, -1000 to 1000")
    int oomScoreAdj = 0;

    @Option(names = "--pids-limit", description = "Limit of processes, -1 for unlimited")
    String pidsLimit = "";

    @Option(names = "--ulimit", description = "Resource limit: NAME=SOFT[:HARD]")
    List<String> ulimits = new ArrayList<>();
}
