package sampan.oci.spec;

/// A range of ids: `size` of them, from `containerID` inside and `hostID` outside. All are 32-bit
/// unsigned.
public record IdMapping(long containerID, long hostID, long size) {}
