package sampan.oci.tar;

/// Bounds of what an archive may ask for.
///
/// @param nameBytes longest name and link target; the kernel takes 4095
/// @param paxBytes longest set of PAX records of one entry
/// @param entries most entries
/// @param contentBytes most bytes of all files together, unpacked
public record TarLimits(int nameBytes, int paxBytes, long entries, long contentBytes) {
    public static final TarLimits DEFAULT = new TarLimits(4095, 1 << 20, 2_000_000, 256L << 30);
}
