/// Tar archives as streams, and what they are compressed with.
///
/// [TarReader] gives one [TarEntry] after the other and the bytes of each; nothing is held but the
/// entry at hand. It reads ustar, the GNU long names and PAX (`path`, `linkpath`, `size`, ids,
/// times with nanoseconds, extended attributes), checks every header's sum, and stops at the bounds
/// of [TarLimits]: what comes in is hostile. [TarWriter] writes ustar, with PAX records where a
/// header cannot hold a value; the same entries always give the same bytes. Names are bytes,
/// carried in strings as [sampan.linux.sys.CString] does.
///
/// [Compression] tells the formats apart by their first bytes; [GzipChannel] decompresses, all
/// members of a file, and reports truncation and garbage.
///
/// Every failure of the format is a [TarException] (INVALID). Sources: POSIX.1-2024 pax, GNU tar
/// manual "Basic Tar Format", RFC 1952.
@NullMarked
package sampan.oci.tar;

import org.jspecify.annotations.NullMarked;
