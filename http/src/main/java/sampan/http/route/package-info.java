/// From method and path to a handler. A *pattern* is a path whose segments are literal, `{name}`
/// for one segment, or `{name...}` for one or more; at most one of the latter stands in a pattern,
/// so that names with slashes can have something behind them. Segments are percent-decoded after
/// the path was split: an encoded slash belongs to its segment.
@NullMarked
package sampan.http.route;

import org.jspecify.annotations.NullMarked;
