/// What should run. A [Container] is data: its spec, its name, where it stands in its life. Its
/// running processes are a task, in `sampan.engine.tasks`.
///
/// Inside, a container is a [ContainerRecord] (what is kept) in a [ContainerHandle] (who may change
/// it, who waits for it); [Containers] finds them, [ContainerFiles] keeps them on disk. A request
/// to make one is judged by [SpecCheck] after the image's settings were merged in, and [MountTable]
/// settles what it mounts. Life cycle: [ContainerState].
@NullMarked
package sampan.engine.containers;

import org.jspecify.annotations.NullMarked;
