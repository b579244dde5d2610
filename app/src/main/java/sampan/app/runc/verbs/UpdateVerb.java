package sampan.app.runc.verbs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sampan.app.runc.RuncContext;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.json.Json;
import sampan.oci.spec.Resources;
import sampan.runtime.lifecycle.ContainerUpdate;

/// `update`.
@Command(description = "update container resource constraints")
public final class UpdateVerb implements Callable<Integer> {
    private static final int DOCUMENT_BYTES_MAX = 16 << 20;
    private static final Pattern SIZE =
            Pattern.compile("([0-9]{1,18})(\\.[0-9]{1,6})? ?([kmgtp]?)(i?b)?");

    private final RuncContext context;

    @Option(
            names = {"-r", "--resources"},
            paramLabel = "FILE",
            description = "file with the resources to update or '-' to read standard input")
    private String resources = "";

    @Option(names = "--blkio-weight", description = "relative weight of block devices, 10 to 1000")
    private String blkioWeight = "";

    @Option(names = "--cpu-period", description = "CPU CFS period (in usecs)")
    private String cpuPeriod = "";

    @Option(names = "--cpu-quota", description = "allowed CPU time in a period (in usecs)")
    private String cpuQuota = "";

    @Option(names = "--cpu-burst", description = "allowed accumulated CPU time (in usecs)")
    private String cpuBurst = "";

    @Option(names = "--cpu-share", description = "CPU shares (relative weight)")
    private String cpuShare = "";

    @Option(names = "--cpu-rt-period", description = "CPU realtime period (in usecs)")
    private String cpuRtPeriod = "";

    @Option(names = "--cpu-rt-runtime", description = "CPU realtime hardcap limit (in usecs)")
    private String cpuRtRuntime = "";

    @Option(names = "--cpuset-cpus", description = "CPU(s) to use")
    private String cpusetCpus = "";

    @Option(names = "--cpuset-mems", description = "memory node(s) to use")
    private String cpusetMems = "";

    @Option(names = "--cpu-idle", description = "1: SCHED_IDLE as a whole, 0: not")
    private String cpuIdle = "";

    @Option(names = "--memory", description = "memory limit (in bytes)")
    private String memory = "";

    @Option(names = "--memory-reservation", description = "memory reservation (in bytes)")
    private String memoryReservation = "";

    @Option(names = "--memory-swap", description = "memory and swap; '-1' for unlimited swap")
    private String memorySwap = "";

    @Option(names = "--pids-limit", description = "maximum number of processes")
    private String pidsLimit = "";

    @Option(
            names = {"--l3-cache-schema", "--mem-bw-schema"},
            hidden = true)
    private String rdt = "";

    @Option(
            names = {"--kernel-memory", "--kernel-memory-tcp"},
            hidden = true)
    private String kernelMemory = "";

    @Parameters(arity = "1", paramLabel = "<container-id>")
    private String id = "";

    public UpdateVerb(RuncContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        var container = context.container(id);
        if (!rdt.isEmpty()) {
            throw new SampanException(
                    ErrorCode.UNSUPPORTED, "Intel RDT is not supported by this command");
        }
        if (!kernelMemory.isEmpty()) {
            context.log().warning("Kernel memory settings are ignored and will be removed");
        }
        ContainerUpdate.apply(container, wanted());
        return 0;
    }

    private Resources wanted() {
        if (resources.isEmpty()) {
            return fromOptions();
        }
        if (!resources.equals("-")) {
            return Json.read(context.read(resources), Resources.class);
        }
        try {
            return Json.read(context.caller().in().readNBytes(DOCUMENT_BYTES_MAX), Resources.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Resources fromOptions() {
        Resources none = Resources.NONE;
        Resources.Memory unset = Resources.Memory.NONE;
        return new Resources(
                none.devices(),
                Optional.of(
                        new Resources.Memory(
                                size("memory", memory),
                                size("memory-reservation", memoryReservation),
                                size("memory-swap", memorySwap),
                                unset.kernel(),
                                unset.kernelTCP(),
                                unset.swappiness(),
                                unset.disableOOMKiller(),
                                unset.useHierarchy(),
                                unset.checkBeforeUpdate())),
                Optional.of(
                        new Resources.Cpu(
                                number("cpu-share", cpuShare),
                                number("cpu-quota", cpuQuota),
                                number("cpu-burst", cpuBurst),
                                number("cpu-period", cpuPeriod),
                                number("cpu-rt-runtime", cpuRtRuntime),
                                number("cpu-rt-period", cpuRtPeriod),
                                cpusetCpus,
                                cpusetMems,
                                number("cpu-idle", cpuIdle))),
                number("pids-limit", pidsLimit).map(n -> new Resources.Pids(Optional.of(n))),
                number("blkio-weight", blkioWeight).map(UpdateVerb::weight),
                none.hugepageLimits(),
                none.network(),
                none.rdma(),
                none.unified());
    }

    private static Resources.BlockIo weight(long weight) {
        return new Resources.BlockIo(
                Optional.of((int) Math.min(weight, Integer.MAX_VALUE)),
                Optional.empty(),
                java.util.List.of(),
                java.util.List.of(),
                java.util.List.of(),
                java.util.List.of(),
                java.util.List.of());
    }

    private static Optional<Long> number(String option, String text) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        if (!text.matches("-?[0-9]{1,18}")) {
            throw SampanException.invalid(
                    "invalid value for " + option + ": invalid number " + text);
        }
        return Optional.of(Long.parseLong(text));
    }

    private static Optional<Long> size(String option, String text) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        if (text.equals("-1")) {
            return Optional.of(-1L);
        }
        Matcher parts = SIZE.matcher(text.toLowerCase(Locale.ROOT));
        if (!parts.matches()) {
            throw SampanException.invalid(
                    "invalid value for " + option + ": invalid size: '" + text + "'");
        }
        String fraction = parts.group(2) == null ? "" : parts.group(2);
        int shift = 10 * " kmgtp".indexOf(parts.group(3).isEmpty() ? " " : parts.group(3));
        return Optional.of(
                new java.math.BigDecimal(parts.group(1) + fraction)
                        .multiply(java.math.BigDecimal.valueOf(1L << shift))
                        .min(java.math.BigDecimal.valueOf(Long.MAX_VALUE))
                        .longValue());
    }
}
