package sampan.app.cli.containers;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sampan.app.cli.Words;
import sampan.app.cli.usage.UsageException;
import sampan.engine.containers.ResourceSpec;
import sampan.engine.containers.ResourceSpec.Device;
import sampan.engine.containers.ResourceSpec.DeviceRate;
import sampan.engine.containers.ResourceSpec.DeviceWeight;
import sampan.engine.containers.ResourceSpec.Ulimit;

/// Reads [LimitOptions].
final class LimitSpec {
    private LimitSpec() {}

    static ResourceSpec of(LimitOptions o) {
        if (!o.kernelMemory.isEmpty()) {
            throw new UsageException(
                    "--kernel-memory "
                            + o.kernelMemory
                            + ": the kernel dropped this limit in 5.4; leave it out");
        }
        return new ResourceSpec(
                bytes("--memory", o.memory),
                bytes("--memory-reservation", o.memoryReservation),
                bytes("--memory-swap", o.memorySwap),
                o.memorySwappiness,
                o.oomKillDisable,
                o.cpuShares,
                nanoCpus(o.cpus),
                o.cpuPeriod,
                o.cpuQuota,
                o.cpuRtPeriod,
                o.cpuRtRuntime,
                o.cpusetCpus,
                o.cpusetMems,
                o.pidsLimit.isEmpty()
                        ? Optional.empty()
                        : Optional.of(number("--pids-limit", o.pidsLimit)),
                o.blkioWeight,
                o.blkioWeightDevice.stream().map(LimitSpec::weight).toList(),
                rates("--device-read-bps", o.deviceReadBps, true),
                rates("--device-write-bps", o.deviceWriteBps, true),
                rates("--device-read-iops", o.deviceReadIops, false),
                rates("--device-write-iops", o.deviceWriteIops, false),
                o.devices.stream().map(LimitSpec::device).toList(),
                List.copyOf(o.deviceCgroupRules),
                o.ulimits.stream().map(LimitSpec::ulimit).toList(),
                o.cgroupParent,
                o.oomScoreAdj);
    }

    private static long bytes(String option, String text) {
        return text.isEmpty() ? 0 : Words.bytes(option, text);
    }

    private static long number(String option, String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw UsageException.ofFlag(option, text, "parsing \"" + text + "\": invalid syntax");
        }
    }

    private static long nanoCpus(String text) {
        if (text.isEmpty()) {
            return 0;
        }
        try {
            return new BigDecimal(text).movePointRight(9).longValueExact();
        } catch (NumberFormatException | ArithmeticException e) {
            throw UsageException.ofFlag(
                    "--cpus", text, "failed to parse " + text + " as a rational number");
        }
    }

    private static DeviceWeight weight(String text) {
        int colon = text.lastIndexOf(':');
        if (colon <= 0) {
            throw new UsageException("bad format for --blkio-weight-device: " + text);
        }
        return new DeviceWeight(
                text.substring(0, colon),
                (int) number("--blkio-weight-device", text.substring(colon + 1)));
    }

    private static List<DeviceRate> rates(String option, List<String> texts, boolean bytes) {
        List<DeviceRate> rates = new ArrayList<>();
        for (String text : texts) {
            int colon = text.lastIndexOf(':');
            if (colon <= 0) {
                throw new UsageException("bad format for " + option + ": " + text);
            }
            String rate = text.substring(colon + 1);
            rates.add(
                    new DeviceRate(
                            text.substring(0, colon),
                            bytes ? Words.bytes(option, rate) : number(option, rate)));
        }
        return rates;
    }

    private static Device device(String text) {
        String[] parts = text.split(":", -1);
        String host = parts[0];
        String target = host;
        String permissions = "rwm";
        if (parts.length == 2 && parts[1].matches("[rwm]{1,3}")) {
            permissions = parts[1];
        } else if (parts.length >= 2) {
            target = parts[1];
        }
        if (parts.length == 3) {
            permissions = parts[2];
        }
        if (parts.length > 3
                || !permissions.matches("[rwm]{1,3}")
                || host.isEmpty()
                || target.isEmpty()) {
            throw new UsageException("invalid device specification: " + text);
        }
        return new Device(host, target, permissions);
    }

    private static Ulimit ulimit(String text) {
        int equals = text.indexOf('=');
        if (equals <= 0) {
            throw UsageException.ofFlag("--ulimit", text, "invalid ulimit argument: " + text);
        }
        String[] limits = text.substring(equals + 1).split(":", -1);
        long soft = limit(text, limits[0]);
        return new Ulimit(
                text.substring(0, equals), soft, limits.length > 1 ? limit(text, limits[1]) : soft);
    }

    private static long limit(String whole, String text) {
        if (text.equals("unlimited")) {
            return -1;
        }
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw UsageException.ofFlag("--ulimit", whole, "invalid ulimit argument: " + whole);
        }
    }
}
