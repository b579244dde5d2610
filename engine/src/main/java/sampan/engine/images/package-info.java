/// Images by digest, their references, and what is read from them.
///
/// An image is a manifest, a config and layers, all in the content store; its id is the digest of
/// its config. [ImageStore] keeps an [ImageRecord] for each in `ROOT/images/ids` and the references
/// that people give them in `ROOT/images/refs`; [Image] is what callers see. An image is there as
/// long as its record is; [Collector] then takes blobs and layers that no image, no container and
/// no lease refers to. [ImageRemoval] has the rules of `rmi`. [HostImage] is built in: the
/// machine's own root filesystem.
@NullMarked
package sampan.engine.images;

import org.jspecify.annotations.NullMarked;
