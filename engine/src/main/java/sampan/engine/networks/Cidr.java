package sampan.engine.networks;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import sampan.errors.SampanException;

/// An IPv4 network: all addresses that share the first bits.
///
/// @param base the lowest address as a number, its host bits zero
/// @param prefix how many bits are shared, 0 to 32
public record Cidr(int base, int prefix) {
    private static final Pattern FORM =
            Pattern.compile("(\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3})/(\\d{1,2})");

    public Cidr {
        if (prefix < 0 || prefix > 32 || (base & ~mask(prefix)) != 0) {
            throw new IllegalArgumentException("network " + base + "/" + prefix);
        }
    }

    /// @param text like `172.29.0.0/16`; bits behind the prefix must be zero
    @JsonCreator
    public static Cidr parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (matcher.matches()) {
            int prefix = Integer.parseInt(matcher.group(2));
            int address = number(address(matcher.group(1)));
            if (prefix <= 32 && (address & ~mask(prefix)) == 0) {
                return new Cidr(address, prefix);
            }
        }
        throw SampanException.invalid(
                "subnet '" + text + "' is not an IPv4 network like 172.29.0.0/16");
    }

    /// The network of that length that an address is in.
    public static Cidr around(Inet4Address address, int prefix) {
        return new Cidr(number(address) & mask(prefix), prefix);
    }

    /// @param text four decimal numbers
    public static Inet4Address address(String text) {
        try {
            if (InetAddress.ofLiteral(text) instanceof Inet4Address address
                    && address.getHostAddress().equals(text)) {
                return address;
            }
        } catch (IllegalArgumentException e) {
            // Said below, in our own words.
        }
        throw SampanException.invalid(
                "address '" + text + "' is not an IPv4 address like 10.0.0.2");
    }

    /// The address of that distance from the lowest.
    public Inet4Address at(long offset) {
        return ofNumber((int) (base + offset));
    }

    /// How far an address is from the lowest; negative or beyond [#size] where it is not inside.
    public long offset(Inet4Address address) {
        return Integer.toUnsignedLong(number(address)) - Integer.toUnsignedLong(base);
    }

    /// How many addresses there are.
    public long size() {
        return 1L << (32 - prefix);
    }

    public boolean contains(Inet4Address address) {
        return (number(address) & mask(prefix)) == base;
    }

    public boolean overlaps(Cidr other) {
        int shared = mask(Math.min(prefix, other.prefix));
        return (base & shared) == (other.base & shared);
    }

    public Inet4Address lowest() {
        return at(0);
    }

    @Override
    @JsonValue
    public String toString() {
        return lowest().getHostAddress() + "/" + prefix;
    }

    private static int mask(int prefix) {
        return (int) (-1L << (32 - prefix));
    }

    private static int number(Inet4Address address) {
        return ByteBuffer.wrap(address.getAddress()).getInt();
    }

    private static Inet4Address ofNumber(int number) {
        try {
            return (Inet4Address)
                    InetAddress.getByAddress(ByteBuffer.allocate(4).putInt(number).array());
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}
