package sampan.gateway.routes;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import sampan.gateway.wire.Head;
import sampan.gateway.wire.Octets;
import sampan.linux.net.Memory;

/// Field lines that a head loses and gains on its way through.
public final class FieldEdits {
    /// Octets that one set of edits may add to a head.
    public static final int ADDED_BYTES_MAX = 4 << 10;

    public static final FieldEdits NONE = new FieldEdits(List.of(), List.of());

    /// A field line.
    public record Line(String name, Template value) {}

    private final byte[][] removed;
    private final byte[][] forged;
    private final List<Line> variable;
    private final long added;
    private final int addedLength;

    /// @param removed names whose lines go
    /// @param added lines that come; whose lines shall be replaced is in both
    public FieldEdits(List<String> removed, List<Line> added) {
        this.removed =
                new ArrayList<>(removed)
                        .stream()
                                .map(name -> Octets.ascii(name.toLowerCase(Locale.ROOT)))
                                .toArray(byte[][]::new);
        variable = added.stream().filter(line -> !line.value().isFixed()).toList();
        forged =
                variable.stream()
                        .filter(line -> line.value().isOfIdentity())
                        .map(line -> Head.alike(line.name()))
                        .toArray(byte[][]::new);
        StringBuilder lines = new StringBuilder();
        for (Line line : added) {
            if (line.value().isFixed()) {
                lines.append(line.name()).append(": ").append(line.value().text()).append("\r\n");
            }
        }
        byte[] bytes = Octets.ascii(lines.toString());
        addedLength = bytes.length;
        this.added = addedLength == 0 ? 0 : Memory.allocate(addedLength);
        if (addedLength > 0) {
            Memory.copy(bytes, this.added);
        }
    }

    /// Lines whose values come out of requests: [FieldTemplates] adds them.
    List<Line> variable() {
        return variable;
    }

    /// Marks the lines that go. Where one tells of who a request is from, nobody else may say so.
    public void drop(Head head) {
        for (byte[] name : forged) {
            head.dropAlike(name);
        }
        for (byte[] name : removed) {
            for (int i = head.find(name, 0); i >= 0; i = head.find(name, i + 1)) {
                head.drop(i);
            }
        }
    }

    /// The lines that come, each with its CR LF.
    public long added() {
        return added;
    }

    public int addedLength() {
        return addedLength;
    }
}
