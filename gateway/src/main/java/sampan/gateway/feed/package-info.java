/// How a gateway is told what to do while it runs: a unix socket, one order a line, one answer a
/// line.
///
/// The protocol, version 1: who connects is greeted by
/// `{"sampanGateway":1,"loops":N,"build":TEXT}`. An order is a word, blanks, and what it takes, up
/// to a line feed; the answer is one JSON object a line, with `error` where the order failed, which
/// then has changed nothing. Descriptors come with the first bytes of their order (SCM_RIGHTS).
///
/// | order | takes | answer |
/// |---|---|---|
/// | `configure` | `{"services": …, "routes": …}` as in the file | `problems`, `listeners` that the file wants |
/// | `targets` | SERVICE `{"targets": …}` | once no new request goes by what was before |
/// | `settle` | MILLIS ADDRESSES of targets that went | once they have no request under way, or MILLIS are over: `settled` |
/// | `socket` | ADDRESS, with its listening sockets | |
/// | `listen` | ADDRESSES: all that are accepted on from now on | |
/// | `sockets` | | one line an address, with its sockets, then `end` |
/// | `show` | routes, services, metrics | what was asked for |
/// | `test` | METHOD URL and `NAME: VALUE` between tabs | what would become of that request |
/// | `tail` | | the access log, line by line, until the caller goes |
/// | `wakes` | | `{"wake": SERVICE}` for each that a request waits for, an empty one when the file has changed |
/// | `drain` | | accepts no more, and ends when the last request has |
@NullMarked
package sampan.gateway.feed;

import org.jspecify.annotations.NullMarked;
