/// TCP sockets, epoll(7) and raw memory for an event loop that allocates nothing.
///
/// [NetCalls] are the calls that a proxy makes on each request, each a downcall of its own with the
/// errno captured in the same transition; [Epoll] waits; [ListenSocket] and [InternetAddress] are
/// for the rare things around it; [Memory] reads and writes at addresses.
///
/// Differs from `sampan.linux.poll` in what it costs: no lambda, no map, no object per event, and
/// descriptors are plain numbers. Who uses it owns the descriptors and must not use a number after
/// [NetCalls#close]. Threads: a [NetCalls] and an [Epoll] belong to the one thread that uses them.
@NullMarked
package sampan.linux.net;

import org.jspecify.annotations.NullMarked;
