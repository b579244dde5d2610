/// Files of containers: copied in and out, compared, exported, committed. Paths are those the
/// container sees.
///
/// The containers' side supplies [ContainerRoots]. A running container is read through its own root
/// (`/proc/PID/root`), so that its tmpfs and volumes are where it has them; a stopped one through a
/// detached overlay mount, with its volumes and binds reached by path prefix. Either way every path
/// is opened by the kernel below that root; a link that a container sets while we look cannot lead
/// out.
@NullMarked
package sampan.engine.archives;

import org.jspecify.annotations.NullMarked;
