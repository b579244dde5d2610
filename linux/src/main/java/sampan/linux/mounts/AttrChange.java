package sampan.linux.mounts;

import java.util.Optional;
import sampan.linux.sys.Fd;

/// What mount_setattr(2) changes (kernel 5.12).
///
/// @param set `MountAttr.*` to switch on
/// @param clear `MountAttr.*` to switch off, done first
/// @param propagation 0 for as it is, or one of `MountFlags.PRIVATE`, `SLAVE`, `SHARED`,
///   `UNBINDABLE`
/// @param userNamespace whose id maps the mount gets ([MountAttr#IDMAP] is added); the caller's.
///   Only on a detached mount that has none yet
public record AttrChange(long set, long clear, long propagation, Optional<Fd> userNamespace) {
    public static AttrChange set(long attributes) {
        return new AttrChange(attributes, 0, 0, Optional.empty());
    }

    public static AttrChange propagation(long propagation) {
        return new AttrChange(0, 0, propagation, Optional.empty());
    }

    public static AttrChange idMapped(Fd userNamespace) {
        return new AttrChange(0, 0, 0, Optional.of(userNamespace));
    }
}
