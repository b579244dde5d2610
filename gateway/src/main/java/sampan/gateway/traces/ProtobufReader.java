package sampan.gateway.traces;

import java.util.Arrays;

/// Reads single fields of a message in protobuf's wire format. What is malformed is as if it were
/// not there.
final class ProtobufReader {
    private static final int VARINT = 0;
    private static final int FIXED_64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED_32 = 5;
    private static final int LOW = 0x7F;

    private final byte[] bytes;
    private int at;
    private boolean broken;

    ProtobufReader(byte[] bytes) {
        this.bytes = bytes;
    }

    /// A message's field that is a message; empty where it is not there.
    ProtobufReader message(int field) {
        at = 0;
        while (at < bytes.length && !broken) {
            long tag = varint();
            int length = (int) tag == (field << 3 | BYTES) ? length() : -1;
            if (length >= 0) {
                return new ProtobufReader(Arrays.copyOfRange(bytes, at, at + length));
            }
            skip((int) tag & 7);
        }
        return new ProtobufReader(new byte[0]);
    }

    /// A message's field that is a number; 0 where it is not there.
    long number(int field) {
        at = 0;
        while (at < bytes.length && !broken) {
            long tag = varint();
            if (tag == ((long) field << 3 | VARINT)) {
                long value = varint();
                return broken ? 0 : value;
            }
            skip((int) tag & 7);
        }
        return 0;
    }

    private int length() {
        long length = varint();
        broken |= length < 0 || length > bytes.length - at;
        return broken ? -1 : (int) length;
    }

    private void skip(int type) {
        switch (type) {
            case VARINT -> varint();
            case FIXED_64 -> at += Long.BYTES;
            case FIXED_32 -> at += Integer.BYTES;
            case BYTES -> at += Math.max(length(), 0);
            default -> broken = true;
        }
        broken |= at > bytes.length;
    }

    private long varint() {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE && at < bytes.length; shift += 7) {
            byte next = bytes[at++];
            value |= (long) (next & LOW) << shift;
            if (next >= 0) {
                return value;
            }
        }
        broken = true;
        return 0;
    }
}
