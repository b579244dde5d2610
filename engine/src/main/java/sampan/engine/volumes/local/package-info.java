/// Volumes on this host: `ROOT/volumes/NAME/_data`, described by `ROOT/volumes/NAME/volume.json`.
///
/// A volume with options is a mount: `type=none,o=bind,device=DIR` is that directory itself,
/// `type=tmpfs,device=tmpfs` memory. Other types would mount block or network devices in the
/// daemon's own namespace; they are refused.
@NullMarked
package sampan.engine.volumes.local;

import org.jspecify.annotations.NullMarked;
