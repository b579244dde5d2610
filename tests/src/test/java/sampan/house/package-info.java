/// The rules of the house, as tests over the source tree and the compiled classes. There is no list
/// of exceptions: what breaks a rule is changed, or the rule is, with an ADR.
@NullMarked
package sampan.house;

import org.jspecify.annotations.NullMarked;
