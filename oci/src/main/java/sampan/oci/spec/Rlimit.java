package sampan.oci.spec;

import java.math.BigInteger;

/// A resource limit.
///
/// @param type `RLIMIT_NOFILE` and so on
/// @param hard unsigned 64 bit; 2^64-1 is unlimited
public record Rlimit(String type, BigInteger hard, BigInteger soft) {
    public static final BigInteger INFINITY =
            BigInteger.ONE.shiftLeft(Long.SIZE).subtract(BigInteger.ONE);

    public Rlimit {
        type = Absent.text(type);
        hard = Absent.or(hard, BigInteger.ZERO);
        soft = Absent.or(soft, BigInteger.ZERO);
    }

    /// @param soft -1 for unlimited
    /// @param hard -1 for unlimited
    public static Rlimit of(String type, long soft, long hard) {
        return new Rlimit(type, unsigned(hard), unsigned(soft));
    }

    private static BigInteger unsigned(long value) {
        return value < 0 ? INFINITY : BigInteger.valueOf(value);
    }
}
