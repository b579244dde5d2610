/// The `filters` parameter of the Docker API: a map from a filter's name to the values that are
/// accepted, where values of one name are alternatives (labels excepted: all must hold) and
/// different names must all hold. Every listing (containers, volumes, networks, events, prunes)
/// asks the same small vocabulary of questions, which [sampan.engine.filters.Filters] answers.
@NullMarked
package sampan.engine.filters;

import org.jspecify.annotations.NullMarked;
