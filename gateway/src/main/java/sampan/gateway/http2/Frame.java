package sampan.gateway.http2;

import sampan.gateway.wire.Octets;
import sampan.linux.net.Memory;

/// Frames as RFC 9113 section 4 writes them.
public final class Frame {
    public static final int HEAD_BYTES = 9;

    /// Longest payload that is taken, and written: what every peer must take.
    public static final int PAYLOAD_BYTES_MAX = 16 << 10;

    public static final int DATA = 0;
    public static final int HEADERS = 1;
    public static final int PRIORITY = 2;
    public static final int RST_STREAM = 3;
    public static final int SETTINGS = 4;
    public static final int PUSH_PROMISE = 5;
    public static final int PING = 6;
    public static final int GOAWAY = 7;
    public static final int WINDOW_UPDATE = 8;
    public static final int CONTINUATION = 9;

    public static final int END_STREAM = 1;
    public static final int ACK = 1;
    public static final int END_HEADERS = 4;
    public static final int PADDED = 8;
    public static final int PRIORITIZED = 0x20;

    public static final int NO_ERROR = 0;
    public static final int PROTOCOL_ERROR = 1;
    public static final int INTERNAL_ERROR = 2;
    public static final int FLOW_CONTROL_ERROR = 3;
    public static final int STREAM_CLOSED = 5;
    public static final int FRAME_SIZE_ERROR = 6;
    public static final int REFUSED_STREAM = 7;
    public static final int CANCEL = 8;
    public static final int COMPRESSION_ERROR = 9;
    public static final int ENHANCE_YOUR_CALM = 11;

    public static final int SETTING_ENABLE_PUSH = 2;
    public static final int SETTING_STREAMS_MAX = 3;
    public static final int SETTING_WINDOW = 4;
    public static final int SETTING_FRAME_BYTES = 5;
    public static final int SETTING_HEAD_BYTES = 6;

    /// What each stream's and a connection's window is at first.
    public static final int WINDOW = 65535;

    private static final byte[] PREFACE = Octets.ascii("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

    /// Octets that a client says first.
    public static final int PREFACE_BYTES = PREFACE.length;

    private Frame() {}

    /// Whether what is there begins a client's preface, as far as it goes.
    public static boolean isPreface(long at, int have) {
        for (int i = 0; i < Math.min(have, PREFACE.length); i++) {
            if (Memory.get(at + i) != PREFACE[i]) {
                return false;
            }
        }
        return true;
    }

    public static void putPreface(long at) {
        Memory.copy(PREFACE, at);
    }

    public static int length(long at) {
        return (Memory.get(at) & 0xFF) << 16
                | (Memory.get(at + 1) & 0xFF) << 8
                | Memory.get(at + 2) & 0xFF;
    }

    public static int type(long at) {
        return Memory.get(at + 3) & 0xFF;
    }

    public static int flags(long at) {
        return Memory.get(at + 4) & 0xFF;
    }

    public static int stream(long at) {
        return number(at + 5) & Integer.MAX_VALUE;
    }

    public static int number(long at) {
        return Integer.reverseBytes(Memory.getInt(at));
    }

    public static int shortNumber(long at) {
        return (Memory.get(at) & 0xFF) << 8 | Memory.get(at + 1) & 0xFF;
    }

    public static void putNumber(long at, int number) {
        Memory.putInt(at, Integer.reverseBytes(number));
    }

    public static void putHead(long at, int length, int type, int flags, int stream) {
        Memory.put(at, (byte) (length >> 16));
        Memory.put(at + 1, (byte) (length >> 8));
        Memory.put(at + 2, (byte) length);
        Memory.put(at + 3, (byte) type);
        Memory.put(at + 4, (byte) flags);
        putNumber(at + 5, stream);
    }

    /// A setting behind others; returns the address behind it.
    public static long putSetting(long at, int name, int value) {
        Memory.put(at, (byte) 0);
        Memory.put(at + 1, (byte) name);
        putNumber(at + 2, value);
        return at + 6;
    }
}
