package sampan.app.cli.namespaces;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import sampan.app.cli.usage.UsageException;
import sampan.linux.namespaces.NamespaceKind;
import sampan.linux.namespaces.NamespaceRow;

/// The columns of lsns(8).
enum NsColumn {
    NS(true),
    TYPE(false),
    PATH(false),
    NPROCS(true),
    PID(true),
    PPID(true),
    COMMAND(false),
    UID(true),
    USER(false),
    NETNSID(true),
    NSFS(false),
    PNS(true),
    ONS(true);

    private final boolean number;

    NsColumn(boolean number) {
        this.number = number;
    }

    /// Whether it is aligned to the right.
    boolean number() {
        return number;
    }

    static List<NsColumn> usual(boolean net) {
        return net
                ? List.of(NS, TYPE, NPROCS, PID, USER, NETNSID, NSFS, COMMAND)
                : List.of(NS, TYPE, NPROCS, PID, USER, COMMAND);
    }

    static List<NsColumn> parse(String list) {
        List<NsColumn> columns = new ArrayList<>();
        for (String word : list.split(",", -1)) {
            columns.add(
                    find(word).orElseThrow(() -> new UsageException("unknown column: " + word)));
        }
        return columns;
    }

    private static Optional<NsColumn> find(String word) {
        for (NsColumn column : values()) {
            if (column.name().equals(word.toUpperCase(Locale.ROOT))) {
                return Optional.of(column);
            }
        }
        return Optional.empty();
    }

    /// As JSON has it.
    @Nullable Object value(NamespaceRow row) {
        return switch (this) {
            case NS -> row.id().inode();
            case NPROCS -> row.processes();
            case PID -> row.pid();
            case PPID -> row.ppid();
            case UID -> row.uid();
            case PNS -> row.parent().orElse(0L);
            case ONS -> row.owner().orElse(0L);
            case NSFS -> row.mountPoints().isEmpty() ? null : text(row);
            case TYPE, PATH, COMMAND, USER, NETNSID -> text(row);
        };
    }

    String text(NamespaceRow row) {
        return switch (this) {
            case TYPE -> row.id().kind().procName();
            case PATH -> "/proc/" + row.pid() + "/ns/" + row.id().kind().procName();
            case COMMAND -> row.command();
            case USER -> row.user();
            case NETNSID ->
                    row.id().kind() == NamespaceKind.NET
                            ? row.netnsId().map(String::valueOf).orElse("unassigned")
                            : "";
            case NSFS -> String.join(",", row.mountPoints());
            case NS, NPROCS, PID, PPID, UID, PNS, ONS -> String.valueOf(value(row));
        };
    }
}
