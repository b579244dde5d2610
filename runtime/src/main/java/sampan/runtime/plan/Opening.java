package sampan.runtime.plan;

import sampan.linux.sys.Open;

/// How OPENAT2 opens: flags of open(2), mode of a new file, RESOLVE_* bits.
public record Opening(long flags, int mode, long resolve) {
    /// A directory as a place only.
    public static final Opening DIRECTORY = new Opening(Open.PATH | Open.DIRECTORY, 0, 0);

    /// A directory, reached without a symbolic link and without leaving the root.
    public static final Opening PLAIN_DIRECTORY =
            new Opening(
                    Open.PATH | Open.DIRECTORY, 0, Open.RESOLVE_IN_ROOT | Open.RESOLVE_NO_SYMLINKS);

    /// A file to read, such as a namespace.
    public static final Opening READ = new Opening(Open.RDONLY, 0, 0);
}
