package sampan.app.session;

import java.util.List;
import java.util.Optional;
import sampan.linux.sys.Fd;

/// A step that the thin client takes with its own rights (struct cli_step).
public sealed interface BecomeStep {
    /// @param namespace a pidfd, or a namespace file; @param kinds CLONE_NEW* flags
    record JoinNamespaces(Fd namespace, long kinds) implements BecomeStep {}

    record Unshare(long flags) implements BecomeStep {}

    /// What follows happens in a child; the client waits and ends as it did.
    record Fork() implements BecomeStep {}

    record WriteFile(String path, String text) implements BecomeStep {}

    record ChangeRoot(Fd directory) implements BecomeStep {}

    record ChangeDirectory(String path) implements BecomeStep {}

    record EnterDirectory(Fd directory) implements BecomeStep {}

    record Mount(String source, String target, String type, long flags) implements BecomeStep {}

    record SetGid(int gid) implements BecomeStep {}

    record SetUid(int uid) implements BecomeStep {}

    /// The working directory becomes the root.
    record ChangeRootHere() implements BecomeStep {}

    /// A signal that this process gets when the client ends.
    record DieWithParent(int signal) implements BecomeStep {}

    /// What a new user namespace gave stays across the change of program.
    record KeepCapabilities() implements BecomeStep {}

    /// Unshares while a process that stays outside writes the id maps: `INNER OUTER COUNT`, or
    /// empty for none.
    record UnshareMapped(long flags, String users, String groups) implements BecomeStep {}

    record Execute(List<String> arguments) implements BecomeStep {}

    /// The code of enum cli_step_code.
    default int code() {
        return switch (this) {
            case JoinNamespaces _ -> 1;
            case Unshare _ -> 2;
            case Fork _ -> 3;
            case WriteFile _ -> 4;
            case ChangeRoot _ -> 5;
            case ChangeDirectory _ -> 6;
            case EnterDirectory _ -> 7;
            case Mount _ -> 8;
            case SetGid _ -> 9;
            case SetUid _ -> 10;
            case Execute _ -> 11;
            case ChangeRootHere _ -> 12;
            case DieWithParent _ -> 13;
            case KeepCapabilities _ -> 14;
            case UnshareMapped _ -> 15;
        };
    }

    default long number() {
        return switch (this) {
            case JoinNamespaces(Fd _, long kinds) -> kinds;
            case Unshare(long flags) -> flags;
            case Mount(String _, String _, String _, long flags) -> flags;
            case SetGid(int gid) -> gid;
            case SetUid(int uid) -> uid;
            case DieWithParent(int signal) -> signal;
            case UnshareMapped(long flags, String _, String _) -> flags;
            case Fork _,
                    WriteFile _,
                    ChangeRoot _,
                    ChangeDirectory _,
                    EnterDirectory _,
                    ChangeRootHere _,
                    KeepCapabilities _,
                    Execute _ ->
                    0;
        };
    }

    default Optional<Fd> descriptor() {
        return switch (this) {
            case JoinNamespaces(Fd namespace, long _) -> Optional.of(namespace);
            case ChangeRoot(Fd directory) -> Optional.of(directory);
            case EnterDirectory(Fd directory) -> Optional.of(directory);
            case Unshare _,
                    Fork _,
                    WriteFile _,
                    ChangeDirectory _,
                    Mount _,
                    SetGid _,
                    SetUid _,
                    ChangeRootHere _,
                    DieWithParent _,
                    KeepCapabilities _,
                    UnshareMapped _,
                    Execute _ ->
                    Optional.empty();
        };
    }

    /// NUL-terminated strings.
    default List<String> strings() {
        return switch (this) {
            case WriteFile(String path, String text) -> List.of(path, text);
            case ChangeDirectory(String path) -> List.of(path);
            case Mount(String source, String target, String type, long _) ->
                    List.of(source, target, type);
            case Execute(List<String> arguments) -> arguments;
            case UnshareMapped(long _, String users, String groups) -> List.of(users, groups);
            case JoinNamespaces _,
                    Unshare _,
                    Fork _,
                    ChangeRoot _,
                    EnterDirectory _,
                    SetGid _,
                    SetUid _,
                    ChangeRootHere _,
                    DieWithParent _,
                    KeepCapabilities _ ->
                    List.of();
        };
    }
}
