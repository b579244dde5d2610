package sampan.errors;

/// What kind of failure it is, as a caller has to know it. HTTP statuses and exit codes are mapped
/// from these at the border.
public enum ErrorCode {
    /// The named object does not exist.
    NOT_FOUND,
    /// The object is in a state that forbids the request, or the name is taken.
    CONFLICT,
    /// The request is wrong: a field, a value, a combination.
    INVALID,
    /// The caller may not do this.
    DENIED,
    /// The request asks for nothing: the object is in that state already.
    NOT_MODIFIED,
    /// The kernel or this build does not offer it.
    UNSUPPORTED,
    /// It cannot be done at present: a limit is reached, a peer is away, a wait timed out.
    UNAVAILABLE,
    /// A fault of ours or of the system below.
    INTERNAL
}
