package sampan.linux.net;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import sampan.errors.SampanException;

/// An address and a port as the kernel writes them (sockaddr_in, sockaddr_in6).
///
/// @param host numeric or a name to look up, without brackets
public record InternetAddress(String host, int port) {
    /// Room for any address at the places that the calls take.
    public static final int BYTES_MAX = 128;

    private static final int PORT_MAX = 65535;
    private static final int INET_BYTES = 16;
    private static final int INET6_BYTES = 28;

    /// Reads `host:port` or `[v6]:port`.
    ///
    /// @param field for the message
    public static InternetAddress parse(String field, String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            host = "";
        }
        int port = -1;
        try {
            port = Integer.parseInt(text, colon + 1, text.length(), 10);
        } catch (NumberFormatException _) {
            // told below
        }
        if (host.isEmpty() || port < 0 || port > PORT_MAX) {
            throw SampanException.invalid(
                    field + " \"" + text + "\": write HOST:PORT, with [ ] around an IPv6 address");
        }
        return new InternetAddress(host, port);
    }

    /// The address that the host is or resolves to; asks DNS where it is a name, so it may block.
    public InetAddress resolve() {
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            throw new SampanException(
                    sampan.errors.ErrorCode.UNAVAILABLE,
                    "host \"" + host + "\" does not resolve: check the name or write an address",
                    e);
        }
    }

    /// Writes the sockaddr; returns its length. The family is [#family] of the same address.
    public static int write(InetAddress address, int port, long to) {
        boolean four = address instanceof Inet4Address;
        byte[] bytes = address.getAddress();
        for (int i = 0; i < (four ? INET_BYTES : INET6_BYTES); i++) {
            Memory.put(to + i, (byte) 0);
        }
        // The family is in the machine's order, which is little-endian on all that we build for.
        Memory.put(to, (byte) family(address));
        Memory.put(to + 2, (byte) (port >> 8));
        Memory.put(to + 3, (byte) port);
        Memory.copy(bytes, to + (four ? 4 : 8));
        return four ? INET_BYTES : INET6_BYTES;
    }

    public static int family(InetAddress address) {
        return address instanceof Inet4Address ? NetCalls.FAMILY_INET : NetCalls.FAMILY_INET6;
    }

    /// Writes the numeric host of a sockaddr in ASCII and returns the count of bytes, at most 45; 0
    /// for other families. An IPv4 address in IPv6 clothes is written as the IPv4 address it is.
    /// Allocates nothing.
    public static int writeHost(long sockaddr, long to) {
        int family = Memory.get(sockaddr) & 0xFF;
        if (family == NetCalls.FAMILY_INET) {
            return writeFour(sockaddr + 4, to);
        }
        if (family != NetCalls.FAMILY_INET6) {
            return 0;
        }
        long at = sockaddr + 8;
        if (Memory.getLong(at) == 0 && (Memory.getLong(at + 4) >>> 32) == 0xFFFF0000L) {
            return writeFour(at + 12, to);
        }
        return writeSix(at, to);
    }

    private static int writeFour(long at, long to) {
        long p = to;
        for (int i = 0; i < 4; i++) {
            if (i > 0) {
                Memory.put(p++, (byte) '.');
            }
            int v = Memory.get(at + i) & 0xFF;
            if (v >= 100) {
                Memory.put(p++, (byte) ('0' + v / 100));
            }
            if (v >= 10) {
                Memory.put(p++, (byte) ('0' + v / 10 % 10));
            }
            Memory.put(p++, (byte) ('0' + v % 10));
        }
        return (int) (p - to);
    }

    private static int group(long at, int i) {
        return (Memory.get(at + 2L * i) & 0xFF) << 8 | Memory.get(at + 2L * i + 1) & 0xFF;
    }

    /// RFC 5952: the longest run of two or more zero groups is shortened, the first of equals.
    private static int writeSix(long at, long to) {
        int best = -1;
        int bestLength = 1;
        for (int i = 0; i < 8; i++) {
            int j = i;
            while (j < 8 && group(at, j) == 0) {
                j++;
            }
            if (j - i > bestLength) {
                best = i;
                bestLength = j - i;
            }
            i = Math.max(i, j - 1);
        }
        long p = to;
        for (int i = 0; i < 8; i++) {
            if (i == best) {
                Memory.put(p++, (byte) ':');
                Memory.put(p++, (byte) ':');
                i += bestLength - 1;
                continue;
            }
            if (i > 0 && (best < 0 || i != best + bestLength)) {
                Memory.put(p++, (byte) ':');
            }
            p = writeHex(group(at, i), p);
        }
        return (int) (p - to);
    }

    private static long writeHex(int value, long to) {
        long p = to;
        boolean begun = false;
        for (int shift = 12; shift >= 0; shift -= 4) {
            int digit = value >> shift & 15;
            if (digit != 0 || begun || shift == 0) {
                begun = true;
                Memory.put(p++, (byte) (digit < 10 ? '0' + digit : 'a' + digit - 10));
            }
        }
        return p;
    }

    @Override
    public String toString() {
        return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
    }
}
