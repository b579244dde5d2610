package sampan.linux.netlink;

import java.util.OptionalInt;

/// What a virtual cable is to look like: one end here, the other born in another namespace.
///
/// The other end's index is the kernel's choice: it honours a wish only where this end's index is
/// given too, and index 2 is taken where fallback tunnel devices are born with each namespace.
///
/// @param name of the end here, at most 15 bytes
/// @param peerName of the other end, as its namespace shall know it
/// @param peerMac link-layer address of the other end
/// @param bridge index of the bridge whose port the end here becomes
/// @param mtu of both ends, in bytes
public record VethPair(
        String name, String peerName, MacAddress peerMac, OptionalInt bridge, int mtu) {}
