package sampan.engine.containers;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import sampan.errors.SampanException;

/// Whether limits make sense on this host: INVALID with Docker's words where not, a warning where
/// the kernel cannot do it.
public final class ResourceCheck {
    /// The least memory that a container may be limited to, bytes.
    public static final long MEMORY_MIN = 6L << 20;

    private static final long BILLION = 1_000_000_000L;

    private final HostLimits host;
    private final ResourceSpec wanted;
    private final boolean update;
    private final List<String> warnings = new ArrayList<>();

    private ResourceCheck(HostLimits host, ResourceSpec wanted, boolean update) {
        this.host = host;
        this.wanted = wanted;
        this.update = update;
    }

    /// Returns warnings.
    ///
    /// @param update of an existing container, where some fields may stand alone
    public static List<String> check(HostLimits host, ResourceSpec wanted, boolean update) {
        ResourceCheck check = new ResourceCheck(host, wanted, update);
        check.memory();
        check.oom();
        check.processors();
        check.processorSets();
        check.others();
        return check.warnings;
    }

    private void memory() {
        long memory = wanted.memory();
        long swap = wanted.memorySwap();
        require(memory == 0 || memory >= MEMORY_MIN, "Minimum memory limit allowed is 6MB");
        if (memory > 0 && !host.memoryLimit()) {
            warnings.add(
                    "Your kernel does not support memory limit capabilities or the cgroup is not"
                            + " mounted. Limitation discarded.");
        }
        if (memory > 0 && swap != -1 && !host.swapLimit()) {
            warnings.add(
                    "Your kernel does not support swap limit capabilities or the cgroup is not"
                            + " mounted. Memory limited without swap.");
        }
        require(
                memory == 0 || swap <= 0 || swap >= memory,
                "Minimum memoryswap limit should be larger than memory limit, see usage");
        require(
                memory != 0 || swap <= 0 || update,
                "You should always set the Memory limit when using Memoryswap limit, see usage");
        require(swap >= -1, "invalid memory swap limit: " + swap);
        long swappiness = wanted.memorySwappiness();
        require(
                swappiness >= -1 && swappiness <= 100,
                "Invalid value: " + swappiness + ", valid memory swappiness range is 0-100");
        long reservation = wanted.memoryReservation();
        require(
                reservation == 0 || reservation >= MEMORY_MIN,
                "Minimum memory reservation allowed is 6MB");
        require(
                memory == 0 || reservation == 0 || memory >= reservation,
                "Minimum memory limit can not be less than memory reservation limit, see usage");
    }

    private void oom() {
        require(
                wanted.oomScoreAdj() >= -1000 && wanted.oomScoreAdj() <= 1000,
                "Invalid value "
                        + wanted.oomScoreAdj()
                        + ", range for oom score adj is [-1000, 1000]");
        if (!wanted.oomKillDisable()) {
            return;
        }
        if (!host.oomKillDisable()) {
            warnings.add("Your kernel does not support OomKillDisable. OomKillDisable discarded.");
        } else if (wanted.memory() == 0) {
            warnings.add(
                    "OOM killer is disabled for the container, but no memory limit is set, this can"
                            + " result in the system running out of resources.");
        }
    }

    private void processors() {
        long nano = wanted.nanoCpus();
        long period = wanted.cpuPeriod();
        long quota = wanted.cpuQuota();
        require(
                nano <= 0 || period <= 0,
                "Conflicting options: Nano CPUs and CPU Period cannot both be set");
        require(
                nano <= 0 || quota <= 0,
                "Conflicting options: Nano CPUs and CPU Quota cannot both be set");
        require(
                nano >= 0 && nano <= host.cpus() * BILLION,
                String.format(
                        "range of CPUs is from 0.01 to %d.00, as there are only %d CPUs available",
                        host.cpus(), host.cpus()));
        require(nano == 0 || nano >= BILLION / 100, "range of CPUs is from 0.01");
        require(
                period == 0 || (period >= 1_000 && period <= 1_000_000),
                "CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e."
                        + " 1000000)");
        require(quota <= 0 || quota >= 1_000, "CPU cfs quota can not be less than 1ms (i.e. 1000)");
        require(wanted.cpuShares() >= 0, "invalid CPU shares: " + wanted.cpuShares());
        if ((wanted.cpuRealtimePeriod() != 0 || wanted.cpuRealtimeRuntime() != 0)
                && !host.cpuRealtime()) {
            throw SampanException.invalid("kernel does not support CPU real-time scheduler");
        }
        if ((quota > 0 || nano > 0) && !host.cpuQuota()) {
            warnings.add(
                    "Your kernel does not support CPU CFS scheduler or the cgroup is not mounted."
                            + " Quota discarded.");
        }
    }

    private void processorSets() {
        cpuset("cpus", "CPUs", wanted.cpusetCpus(), host.cpusetCpus());
        cpuset("mems", "memory nodes", wanted.cpusetMems(), host.cpusetMems());
    }

    private void cpuset(String kind, String people, String value, String available) {
        if (value.isEmpty()) {
            return;
        }
        if (!host.cpuset()) {
            warnings.add(
                    "Your kernel does not support cpuset or the cgroup is not mounted. Cpuset"
                            + " discarded.");
            return;
        }
        BitSet wantedBits =
                bits(value)
                        .orElseThrow(() ->
                                SampanException.invalid(
                                        "Invalid value "
                                                + value
                                                + " for cpuset "
                                                + kind
                                                + ": invalid format: "
                                                + value));
        BitSet missing = (BitSet) wantedBits.clone();
        missing.andNot(bits(available).orElseGet(BitSet::new));
        require(
                missing.isEmpty(),
                "Requested "
                        + people
                        + " are not available - requested "
                        + value
                        + ", available: "
                        + available);
    }

    private void others() {
        require(
                wanted.blkioWeight() == 0
                        || (wanted.blkioWeight() >= 10 && wanted.blkioWeight() <= 1000),
                "Range of blkio weight is from 10 to 1000");
        for (ResourceSpec.DeviceWeight weight : wanted.blkioWeightDevice()) {
            require(
                    weight.weight() == 0 || (weight.weight() >= 10 && weight.weight() <= 1000),
                    "invalid weight for device: " + weight.path() + ":" + weight.weight());
        }
        if (wanted.pidsLimit().isPresent() && wanted.pidsLimit().get() > 0 && !host.pidsLimit()) {
            warnings.add(
                    "Your kernel does not support PIDs limit capabilities or the cgroup is not"
                            + " mounted. PIDs limit discarded.");
        }
        for (ResourceSpec.Ulimit limit : wanted.ulimits()) {
            require(
                    limit.hard() == -1 || (limit.soft() != -1 && limit.soft() <= limit.hard()),
                    "ulimit soft limit must be less than or equal to hard limit: "
                            + limit.soft()
                            + " > "
                            + limit.hard());
        }
    }

    /// Reads a list like `0-3,7`; absent when it is none. Numbers up to 8191.
    static Optional<BitSet> bits(String list) {
        BitSet bits = new BitSet();
        for (String part : list.split(",", -1)) {
            if (!part.matches("[0-9]{1,4}(-[0-9]{1,4})?")) {
                return Optional.empty();
            }
            int dash = part.indexOf('-');
            int first = Integer.parseInt(dash < 0 ? part : part.substring(0, dash));
            int last = dash < 0 ? first : Integer.parseInt(part.substring(dash + 1));
            if (last < first || last > 8191) {
                return Optional.empty();
            }
            bits.set(first, last + 1);
        }
        return Optional.of(bits);
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw SampanException.invalid(message);
        }
    }
}
