package sampan.app.cli.files;

import sampan.app.cli.ExitException;

/// Where a copy goes and what it is called there, as cp(1) and Docker have it.
///
/// @param directory that the archive is unpacked in
/// @param name of the archive's first entry; below it is the rest
record CopyRules(String directory, String name) {
    /// What is copied.
    ///
    /// @param name as its own archive would have it; `.` for a directory's content
    record From(String name, boolean directory) {}

    /// What is at the destination, links followed.
    record To(String path, boolean exists, boolean directory) {}

    static CopyRules of(From from, To to) {
        if (to.exists && to.directory) {
            return new CopyRules(to.path, from.name);
        }
        if (to.exists && from.directory) {
            throw new ExitException(1, "cannot copy directory");
        }
        if (!to.exists && !from.directory && PathWords.assertsDirectory(to.path)) {
            throw new ExitException(1, "no such directory");
        }
        return new CopyRules(PathWords.directory(to.path), PathWords.base(to.path));
    }
}
