package sampan.linux.seccomp;

import java.util.Optional;
import sampan.errors.SampanException;

/// A condition on one argument of a system call, compared as unsigned 64-bit numbers.
///
/// @param index of the argument, 0..5
/// @param value to compare with; for [Operator#MASKED_EQUAL] the mask
/// @param valueTwo for [Operator#MASKED_EQUAL] what the masked argument has to be; else unused
public record ArgCondition(int index, long value, long valueTwo, Operator operator) {
    private static final int INDEX_MAX = 5;

    public ArgCondition {
        if (index < 0 || index > INDEX_MAX) {
            throw SampanException.invalid(
                    "seccomp argument index " + index + " is not in 0.." + INDEX_MAX);
        }
    }

    /// How to compare; the numbers are libseccomp's.
    public enum Operator {
        NOT_EQUAL(1, "SCMP_CMP_NE"),
        LESS(2, "SCMP_CMP_LT"),
        LESS_OR_EQUAL(3, "SCMP_CMP_LE"),
        EQUAL(4, "SCMP_CMP_EQ"),
        GREATER_OR_EQUAL(5, "SCMP_CMP_GE"),
        GREATER(6, "SCMP_CMP_GT"),
        MASKED_EQUAL(7, "SCMP_CMP_MASKED_EQ");

        private final int code;
        private final String ociName;

        Operator(int code, String ociName) {
            this.code = code;
            this.ociName = ociName;
        }

        int code() {
            return code;
        }

        public String ociName() {
            return ociName;
        }

        /// The operator of that name in the OCI specification.
        public static Optional<Operator> named(String name) {
            for (Operator operator : values()) {
                if (operator.ociName.equals(name)) {
                    return Optional.of(operator);
                }
            }
            return Optional.empty();
        }
    }

    public static ArgCondition equal(int index, long value) {
        return new ArgCondition(index, value, 0, Operator.EQUAL);
    }

    public static ArgCondition masked(int index, long mask, long value) {
        return new ArgCondition(index, mask, value, Operator.MASKED_EQUAL);
    }
}
