package sampan.gateway.routes;

import java.util.Locale;
import sampan.errors.SampanException;

/// How a service picks a target among those that are ready.
public enum Balance {
    ROUND_ROBIN("roundRobin"),
    LEAST_REQUEST("leastRequest"),
    /// The less loaded of two at random: nearly as even as the least, without a herd.
    POWER_OF_TWO("powerOfTwo"),
    /// The same value of an attribute goes to the same target as long as it is ready.
    CONSISTENT_HASH("consistentHash");

    private final String word;

    Balance(String word) {
        this.word = word;
    }

    public static Balance named(String field, String text) {
        for (Balance balance : values()) {
            if (balance.word.toLowerCase(Locale.ROOT).equals(text.toLowerCase(Locale.ROOT))) {
                return balance;
            }
        }
        throw SampanException.invalid(
                field
                        + " \""
                        + text
                        + "\": use roundRobin, leastRequest, powerOfTwo or consistentHash");
    }
}
