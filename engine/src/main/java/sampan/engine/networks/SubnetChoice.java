package sampan.engine.networks;

import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// Which subnet a network gets that nobody chose one for.
public final class SubnetChoice {
    private static final int ATTEMPTS_SHOWN = 5;

    /// Private networks (RFC 1918) in the order in which they are tried; Docker starts at the other
    /// end, so that both rarely want the same.
    private static final List<Cidr> CANDIDATES =
            IntStream.iterate(31, i -> i >= 17, i -> i - 1)
                    .mapToObj(i -> Cidr.parse("172." + i + ".0.0/16"))
                    .toList();

    private static final Cidr PREFERRED = Cidr.parse("172.29.0.0/16");

    private SubnetChoice() {}

    /// The first candidate that shares no address with what the host knows already.
    ///
    /// @param known destinations of the host's routes and networks of its addresses
    public static Cidr pick(Collection<Cidr> known) {
        if (isFree(PREFERRED, known)) {
            return PREFERRED;
        }
        return CANDIDATES.stream()
                .filter(candidate -> isFree(candidate, known))
                .findFirst()
                .orElseThrow(() ->
                        new SampanException(
                                ErrorCode.UNAVAILABLE,
                                "no free subnet in 172.17.0.0 to 172.31.255.255, the host"
                                        + " has routes to "
                                        + known.stream()
                                                .limit(ATTEMPTS_SHOWN)
                                                .map(Cidr::toString)
                                                .toList()
                                        + "; choose one with --subnet"));
    }

    private static boolean isFree(Cidr candidate, Collection<Cidr> known) {
        return known.stream().noneMatch(candidate::overlaps);
    }
}
