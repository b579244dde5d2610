package sampan.gateway.proxy;

import sampan.gateway.routes.FieldEdits;
import sampan.gateway.wire.Field;
import sampan.gateway.wire.Octets;
import sampan.gateway.wire.ResponseHead;
import sampan.linux.net.Memory;

/// The head that a client gets of an upstream's answer.
final class ResponseWriter {
    private static final int MINOR_VERSION_AT = 7;
    private static final byte[] CLOSE = Octets.ascii("Connection: close\r\n");
    private static final byte[] KEEP_ALIVE = Octets.ascii("Connection: keep-alive\r\n");
    private static final byte[] UPGRADE = Octets.ascii("Connection: upgrade\r\nUpgrade: ");
    private static final byte[] LINE_END = Octets.ascii("\r\n");

    /// What a client is told of its connection.
    enum Persistence {
        /// Nothing: it goes on, as is usual.
        SILENT,
        /// That it goes on, as older clients need it.
        KEEP_ALIVE,
        CLOSE,
        UPGRADE
    }

    private ResponseWriter() {}

    /// Writes all but the blank line: more lines may follow.
    static void write(
            HeadWriter writer,
            ResponseHead head,
            FieldEdits edits,
            byte[] via,
            Persistence persistence) {
        edits.drop(head);
        if (head.status() < 200 || head.status() == 204) {
            head.dropAll(Field.CONTENT_LENGTH);
            head.dropAll(Field.TRANSFER_ENCODING);
        }
        // We speak 1.1, whatever the server speaks (RFC 9110 section 2.5).
        Memory.put(head.base() + head.start() + MINOR_VERSION_AT, (byte) '1');
        writer.begin();
        writer.put(head.base() + head.start(), head.base() + head.fieldsAt()).kept(head);
        writer.put(via);
        switch (persistence) {
            case SILENT -> {}
            case KEEP_ALIVE -> writer.put(KEEP_ALIVE);
            case CLOSE -> writer.put(CLOSE);
            case UPGRADE -> {
                int line = head.first(Field.UPGRADE);
                writer.put(UPGRADE).put(head.valueAt(line), head.valueEnd(line)).put(LINE_END);
            }
        }
        writer.added(edits);
    }

    static void end(HeadWriter writer) {
        writer.put(LINE_END);
    }
}
