package sampan.engine.containers;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.security.SecureRandom;
import java.util.HexFormat;
import sampan.errors.SampanException;

/// A container's identity: 64 lower-case hexadecimal digits.
public record ContainerId(@JsonValue String value) {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int DIGITS = 64;

    @JsonCreator
    public ContainerId {
        if (value.length() != DIGITS || !value.chars().allMatch(ContainerId::isDigit)) {
            throw SampanException.invalid("container id must be 64 hexadecimal digits: " + value);
        }
    }

    public static ContainerId random() {
        byte[] bytes = new byte[DIGITS / 2];
        RANDOM.nextBytes(bytes);
        return new ContainerId(HexFormat.of().formatHex(bytes));
    }

    /// The first twelve digits, as people see it.
    public String brief() {
        return value.substring(0, 12);
    }

    private static boolean isDigit(int c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    }

    @Override
    public String toString() {
        return value;
    }
}
