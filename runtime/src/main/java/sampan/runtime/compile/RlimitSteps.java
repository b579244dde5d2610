package sampan.runtime.compile;

import java.math.BigInteger;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import sampan.errors.SampanException;
import sampan.oci.spec.Rlimit;
import sampan.runtime.plan.PlanWriter;

/// Resource limits of the process.
final class RlimitSteps {
    // The order is the kernel's numbering (asm-generic/resource.h).
    private static final List<String> NAMES =
            List.of(
                    "RLIMIT_CPU",
                    "RLIMIT_FSIZE",
                    "RLIMIT_DATA",
                    "RLIMIT_STACK",
                    "RLIMIT_CORE",
                    "RLIMIT_RSS",
                    "RLIMIT_NPROC",
                    "RLIMIT_NOFILE",
                    "RLIMIT_MEMLOCK",
                    "RLIMIT_AS",
                    "RLIMIT_LOCKS",
                    "RLIMIT_SIGPENDING",
                    "RLIMIT_MSGQUEUE",
                    "RLIMIT_NICE",
                    "RLIMIT_RTPRIO",
                    "RLIMIT_RTTIME");
    private static final long UNLIMITED = -1;

    private final PlanWriter plan;
    private final LimitCeiling ceiling;

    RlimitSteps(PlanWriter plan, LimitCeiling ceiling) {
        this.plan = plan;
        this.ceiling = ceiling;
    }

    void write(List<Rlimit> limits) {
        Set<String> seen = new HashSet<>();
        for (Rlimit limit : limits) {
            int number = NAMES.indexOf(limit.type());
            if (number < 0) {
                throw SampanException.invalid("wrong rlimit value: " + limit.type());
            }
            if (!seen.add(limit.type())) {
                throw SampanException.invalid("process has two rlimits of type " + limit.type());
            }
            long hard = kernel(limit.hard(), limit.type());
            long soft = kernel(limit.soft(), limit.type());
            if (Long.compareUnsigned(soft, hard) > 0) {
                throw SampanException.invalid(
                        "rlimit " + limit.type() + " has a soft limit above its hard limit");
            }
            long allowed = ceiling(limit.type(), hard);
            plan.rlimit(number, Long.compareUnsigned(soft, allowed) > 0 ? allowed : soft, allowed);
        }
    }

    private static long kernel(BigInteger value, String type) {
        if (value.signum() < 0 || value.bitLength() > Long.SIZE) {
            throw SampanException.invalid("rlimit " + type + " is out of range: " + value);
        }
        return value.longValue();
    }

    // Unsigned comparison makes unlimited (-1) the largest.
    private long ceiling(String type, long hard) {
        long most = ceiling.hard().getOrDefault(type, UNLIMITED);
        if (ceiling.mayRaise() || Long.compareUnsigned(hard, most) <= 0) {
            return hard;
        }
        if (ceiling.clampable().contains(type)) {
            return most;
        }
        throw SampanException.invalid(
                "rlimit "
                        + type
                        + " of "
                        + (hard == UNLIMITED ? "unlimited" : Long.toUnsignedString(hard))
                        + " is above this daemon's own hard limit of "
                        + Long.toUnsignedString(most)
                        + ", which it may not raise without CAP_SYS_RESOURCE");
    }
}
