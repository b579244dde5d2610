package sampan.gateway.routes;

import java.util.List;
import java.util.Optional;
import sampan.gateway.wire.Octets;
import sampan.linux.net.Memory;

/// Adds lines whose values come out of the request, to it and to its answer. A line that comes to
/// nothing is left out. Stands last: it tells who the request is from.
public final class FieldTemplates implements Filter {
    private static final int TOO_LARGE = 431;
    private static final int ROOM_BYTES = RequestView.ADDED_BYTES_MAX;
    private static final int ID_BYTES = 32;
    private static final byte[] LINE_END = Octets.ascii("\r\n");

    /// One for each loop's thread, as long as the process lives: lines, and the request's number.
    private static final ThreadLocal<Long> ROOM =
            ThreadLocal.withInitial(() -> Memory.allocate(ROOM_BYTES + ID_BYTES));

    private record Made(byte[] begin, Template value) {
        static Made of(FieldEdits.Line line) {
            return new Made(Octets.ascii(line.name() + ": "), line.value());
        }
    }

    private final Made[] request;
    private final Made[] answer;
    private final boolean numbered;

    private FieldTemplates(List<FieldEdits.Line> request, List<FieldEdits.Line> answer) {
        this.request = request.stream().map(Made::of).toArray(Made[]::new);
        this.answer = answer.stream().map(Made::of).toArray(Made[]::new);
        numbered =
                request.stream().anyMatch(line -> line.value().hasRequestId())
                        || answer.stream().anyMatch(line -> line.value().hasRequestId());
    }

    /// None where no line has a variable.
    public static Optional<FieldTemplates> of(FieldEdits request, FieldEdits answer) {
        return request.variable().isEmpty() && answer.variable().isEmpty()
                ? Optional.empty()
                : Optional.of(new FieldTemplates(request.variable(), answer.variable()));
    }

    @Override
    public int check(RequestView view, long now) {
        long room = ROOM.get();
        if (numbered) {
            Template.newId(room + ROOM_BYTES);
        }
        long end = write(request, view, room);
        if (end == 0 || !view.add(room, end)) {
            return tooLarge(view);
        }
        if (answer.length > 0) {
            end = write(answer, view, room);
            if (end == 0) {
                return tooLarge(view);
            }
            view.tellWithAnswer(Memory.bytes(room, (int) (end - room)));
        }
        return PASS;
    }

    private static int tooLarge(RequestView view) {
        view.reason("what goes into its headers is too long");
        return TOO_LARGE;
    }

    /// Returns where the lines end, 0 where there is no room for them.
    private static long write(Made[] lines, RequestView view, long room) {
        long end = room + ROOM_BYTES;
        long at = room;
        for (Made line : lines) {
            long value = at + line.begin().length;
            int left = (int) (end - value) - LINE_END.length;
            int length =
                    left < 0
                            ? Template.FULL
                            : line.value().write(view, room + ROOM_BYTES, value, left);
            if (length == Template.FULL) {
                return 0;
            }
            if (length > 0) {
                Memory.copy(line.begin(), at);
                Memory.copy(LINE_END, value + length);
                at = value + length + LINE_END.length;
            }
        }
        return at;
    }
}
