/// What every route works with: a [sampan.api.call.Call] is one request of the API with its
/// version, its parameters and its answer; [sampan.api.call.Problem] words failures as Docker does.
@NullMarked
package sampan.api.call;

import org.jspecify.annotations.NullMarked;
