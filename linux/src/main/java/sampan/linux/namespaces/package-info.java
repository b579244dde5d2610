/// Namespaces of the kernel, all eight kinds (namespaces(7)).
///
/// [NamespaceKind] names the kinds, a [NamespaceId] one namespace by kind and inode. [Namespaces]
/// reads the links under /proc/PID/ns and lists what lsns(8) lists as [NamespaceRow]s. [NetNs]
/// makes network namespaces, [NamespaceThread] runs Java code inside given ones.
///
/// A namespace lives as long as a process, a descriptor or a bind mount of it. Threads: joining
/// happens only on threads that [NamespaceThread] makes and throws away; everything else may be
/// called anywhere.
@NullMarked
package sampan.linux.namespaces;

import org.jspecify.annotations.NullMarked;
