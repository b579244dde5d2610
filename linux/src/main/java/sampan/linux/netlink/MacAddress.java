package sampan.linux.netlink;

import java.net.Inet4Address;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;
import sampan.errors.SampanException;

/// A link-layer address of six bytes.
///
/// @param value the bytes, first one highest, in the lower 48 bits
public record MacAddress(long value) {
    private static final Pattern FORM = Pattern.compile("[0-9a-f]{2}([:-][0-9a-f]{2}){5}");
    private static final int BYTES = 6;
    private static final long LOCAL_PREFIX = 0x0242L << 32;

    public MacAddress {
        if (value >>> 48 != 0) {
            throw new IllegalArgumentException("mac address above 48 bits");
        }
    }

    /// @param text six hexadecimal pairs separated by `:` or `-`
    public static MacAddress parse(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        if (!FORM.matcher(lower).matches()) {
            throw SampanException.invalid(
                    "mac address '"
                            + text
                            + "' is not six hexadecimal pairs like 02:42:ac:11:00:02");
        }
        return new MacAddress(HexFormat.fromHexDigitsToLong(lower.replaceAll("[:-]", "")));
    }

    /// The locally administered address 02:42 followed by the four bytes of an IPv4 address: unique
    /// on a network as long as the address is.
    public static MacAddress of(Inet4Address address) {
        long value = LOCAL_PREFIX;
        byte[] bytes = address.getAddress();
        for (int i = 0; i < bytes.length; i++) {
            value |= (bytes[i] & 0xffL) << (24 - 8 * i);
        }
        return new MacAddress(value);
    }

    static MacAddress of(byte[] bytes) {
        long value = 0;
        for (int i = 0; i < BYTES && i < bytes.length; i++) {
            value = (value << 8) | (bytes[i] & 0xff);
        }
        return new MacAddress(value);
    }

    public byte[] bytes() {
        byte[] bytes = new byte[BYTES];
        for (int i = 0; i < BYTES; i++) {
            bytes[i] = (byte) (value >>> (40 - 8 * i));
        }
        return bytes;
    }

    /// Six lower-case pairs separated by colons.
    @Override
    public String toString() {
        return HexFormat.ofDelimiter(":").formatHex(bytes());
    }
}
