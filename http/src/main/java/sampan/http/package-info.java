/// One strict, bounded HTTP/1.1 server codec, shared by every listener of the project.
///
/// Words: a *transport* is a connected byte stream; a *connection* serves requests on it, one after
/// the other, on one virtual thread; an *exchange* is one request with its response; a *refusal* is
/// the answer to a request that breaks the framing rules. A *raw stream* is what is left of a
/// connection after an upgrade.
///
/// Life cycle: [sampan.http.HttpServer] accepts, a `Connection` reads a head into its own direct
/// buffer, parses it in place ([sampan.http.RequestHead] is a view of that buffer), hands an
/// [sampan.http.Exchange] to the [sampan.http.Handler], and starts again unless one side wants to
/// close.
///
/// What is refused rather than guessed (RFC 9112): bare CR or LF, folded header lines, blanks
/// around names, Content-Length together with Transfer-Encoding or given twice, transfer codings
/// other than `chunked`, chunk sizes that are not plain hexadecimal, more than one Host, heads
/// beyond [sampan.http.Limits]. Such a connection gets one answer and is closed.
@NullMarked
package sampan.http;

import org.jspecify.annotations.NullMarked;
