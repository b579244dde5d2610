package sampan.gateway.wire;

import java.net.InetAddress;
import sampan.linux.net.InternetAddress;
import sampan.linux.net.Memory;
import sampan.linux.net.NetCalls;

/// The PROXY protocol, versions 1 and 2 (haproxy's proxy-protocol.txt): what stands in front of a
/// connection's bytes and says whose they are.
public final class ProxyHeader {
    /// Longest that is taken, extensions included.
    public static final int BYTES_MAX = 4 << 10;

    /// Longest that is written.
    public static final int WRITTEN_BYTES_MAX = 16 + 36;

    private static final int LINE_BYTES_MAX = 107;
    private static final int FIXED_BYTES = 16;
    private static final int PORT_MAX = 65535;
    private static final byte[] LINE = Octets.ascii("PROXY ");
    private static final byte[] SIGNATURE = Octets.ascii("\r\n\r\n\0\r\nQUIT\n");
    private static final int LOCAL = 0x20;
    private static final int PROXY = 0x21;
    private static final int TCP4 = 0x11;
    private static final int TCP6 = 0x21;
    private static final int FOUR_BYTES = 12;
    private static final int SIX_BYTES = 36;

    private ProxyHeader() {}

    /// How many of the first bytes of a connection belong to the header, as far as it can be told:
    /// more than `have` where more must come; -1 where they are none.
    public static int length(long at, int have) {
        if (have == 0) {
            return 1;
        }
        if (starts(at, have, LINE)) {
            long end = Octets.lineFeed(at, at + have);
            if (end < 0) {
                return have >= LINE_BYTES_MAX ? -1 : have + 1;
            }
            int length = (int) (end + 1 - at);
            return length > LINE_BYTES_MAX ? -1 : length;
        }
        if (!starts(at, have, SIGNATURE)) {
            return -1;
        }
        if (have < FIXED_BYTES) {
            return FIXED_BYTES;
        }
        int length = FIXED_BYTES + number(at + 14);
        return length > BYTES_MAX ? -1 : length;
    }

    private static boolean starts(long at, int have, byte[] wanted) {
        for (int i = 0; i < Math.min(have, wanted.length); i++) {
            if (Memory.get(at + i) != wanted[i]) {
                return false;
            }
        }
        return true;
    }

    private static int number(long at) {
        return (Memory.get(at) & 0xFF) << 8 | Memory.get(at + 1) & 0xFF;
    }

    /// Reads a header that is complete. Where it names nobody (LOCAL, UNKNOWN), nothing is written.
    ///
    /// @param source where the client's sockaddr goes
    /// @param destination where the sockaddr goes that the client came to
    /// @return whether it is well-formed
    public static boolean read(long at, int length, long source, long destination) {
        return Memory.get(at) == 'P'
                ? readLine(Octets.text(at, at + length), source, destination)
                : readBinary(at, length, source, destination);
    }

    private static boolean readLine(String line, long source, long destination) {
        if (!line.endsWith("\r\n")) {
            return false;
        }
        String[] parts = line.substring(0, line.length() - 2).split(" ", -1);
        if (parts[1].equals("UNKNOWN")) {
            return true;
        }
        boolean four = parts[1].equals("TCP4");
        if (parts.length != 6 || !four && !parts[1].equals("TCP6")) {
            return false;
        }
        try {
            InetAddress from = InetAddress.ofLiteral(parts[2]);
            InetAddress to = InetAddress.ofLiteral(parts[3]);
            int fromPort = port(parts[4]);
            int toPort = port(parts[5]);
            boolean dotted = parts[2].indexOf(':') < 0 && parts[3].indexOf(':') < 0;
            if (dotted != four || fromPort < 0 || toPort < 0) {
                return false;
            }
            InternetAddress.write(from, fromPort, source);
            InternetAddress.write(to, toPort, destination);
            return true;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    private static int port(String text) {
        if (text.isEmpty()
                || text.length() > 5
                || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return -1;
        }
        int port = Integer.parseInt(text);
        return port > PORT_MAX ? -1 : port;
    }

    private static boolean readBinary(long at, int length, long source, long destination) {
        int command = Memory.get(at + 12) & 0xFF;
        if (command == LOCAL) {
            return true;
        }
        int body = length - FIXED_BYTES;
        long from = at + FIXED_BYTES;
        if (command != PROXY) {
            return false;
        }
        return switch (Memory.get(at + 13) & 0xFF) {
            case TCP4 -> {
                if (body >= FOUR_BYTES) {
                    four(from, from + 8, source);
                    four(from + 4, from + 10, destination);
                }
                yield body >= FOUR_BYTES;
            }
            case TCP6 -> {
                if (body >= SIX_BYTES) {
                    six(from, from + 32, source);
                    six(from + 16, from + 34, destination);
                }
                yield body >= SIX_BYTES;
            }
            default -> true; // of a family that cannot come in here: nobody is named
        };
    }

    private static void four(long address, long port, long to) {
        Memory.putLong(to, 0);
        Memory.putLong(to + 8, 0);
        Memory.put(to, (byte) NetCalls.FAMILY_INET);
        Memory.copy(port, to + 2, 2);
        Memory.copy(address, to + 4, 4);
    }

    private static void six(long address, long port, long to) {
        Memory.putLong(to, 0);
        Memory.put(to, (byte) NetCalls.FAMILY_INET6);
        Memory.copy(port, to + 2, 2);
        Memory.copy(address, to + 8, 16);
        Memory.putInt(to + 24, 0);
    }

    /// Writes a header of version 2; LOCAL where the addresses are of no one family.
    ///
    /// @return its length
    public static int write(long source, long destination, long to) {
        Memory.copy(SIGNATURE, to);
        int family = Memory.get(source) & 0xFF;
        boolean same = family == (Memory.get(destination) & 0xFF);
        boolean four = family == NetCalls.FAMILY_INET;
        if (!same || !four && family != NetCalls.FAMILY_INET6) {
            Memory.put(to + 12, (byte) LOCAL);
            Memory.put(to + 13, (byte) 0);
            Memory.put(to + 14, (byte) 0);
            Memory.put(to + 15, (byte) 0);
            return FIXED_BYTES;
        }
        int address = four ? 4 : 16;
        int offset = four ? 4 : 8;
        Memory.put(to + 12, (byte) PROXY);
        Memory.put(to + 13, (byte) (four ? TCP4 : TCP6));
        Memory.put(to + 14, (byte) 0);
        Memory.put(to + 15, (byte) (four ? FOUR_BYTES : SIX_BYTES));
        long body = to + FIXED_BYTES;
        Memory.copy(source + offset, body, address);
        Memory.copy(destination + offset, body + address, address);
        Memory.copy(source + 2, body + 2L * address, 2);
        Memory.copy(destination + 2, body + 2L * address + 2, 2);
        return FIXED_BYTES + (four ? FOUR_BYTES : SIX_BYTES);
    }
}
