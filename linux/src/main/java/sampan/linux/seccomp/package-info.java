/// Filters of system calls (seccomp(2), seccomp_filter of the kernel's documentation).
///
/// A [SeccompProfile] says what happens to which call; it is neutral: no JSON, no Docker. A
/// [ConditionalProfile] is the field's usual form, whose rules depend on capabilities, machine and
/// kernel; [DefaultProfile] is the one that containers get where nothing else is asked for.
/// [SeccompCompiler] makes the kernel's program of a profile, through libseccomp, and keeps the
/// results; the launcher loads the bytes.
///
/// Life: profiles are values. Programs are bytes without a life of their own.
@NullMarked
package sampan.linux.seccomp;

import org.jspecify.annotations.NullMarked;
