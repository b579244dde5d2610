package sampan.buildkit.session;

import sampan.buildkit.wire.Fields;
import sampan.buildkit.wire.Message;

/// The packets of fsutil's protocol: the sender describes all files (STAT, an empty one at the
/// end), the receiver asks for contents by the number of the description (REQ), which come in
/// pieces (DATA, an empty one at the end); FIN ends each direction.
final class Packet {
    static final int STAT = 0;
    static final int REQUEST = 1;
    static final int DATA = 2;
    static final int FIN = 3;
    static final int ERROR = 4;

    static final int TYPE = 1;
    static final int STAT_FIELD = 2;
    static final int ID = 3;
    static final int BYTES = 4;

    private Packet() {}

    static byte[] request(long id) {
        return new Message().number(TYPE, REQUEST).number(ID, id).bytes();
    }

    static byte[] stat(FileStat stat) {
        return new Message().message(STAT_FIELD, stat.message()).bytes();
    }

    static byte[] endOfStats() {
        return new byte[0];
    }

    static byte[] data(long id, byte[] bytes) {
        return new Message().number(TYPE, DATA).number(ID, id).bytes(BYTES, bytes).bytes();
    }

    static byte[] fin() {
        return new Message().number(TYPE, FIN).bytes();
    }

    static int type(Fields packet) {
        return (int) packet.number(TYPE);
    }
}
