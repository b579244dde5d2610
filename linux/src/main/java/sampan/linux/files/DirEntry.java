package sampan.linux.files;

import java.util.Optional;

/// One name in a directory.
///
/// @param type d_type of getdents64(2), as [#fileType] reads it; 0 where the file system does not
///   say
public record DirEntry(long ino, int type, String name) {
    /// The type, empty where the file system does not say: ask [FileOps#statAt] then.
    public Optional<FileType> fileType() {
        return type == 0 ? Optional.empty() : Optional.of(FileType.of(type << 12));
    }
}
