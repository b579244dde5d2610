/// From words to a command: the table of all commands, usage, completion, and running one.
///
/// [Cli] finds the command by its words and only then builds its option model: reflection over all
/// commands at each call would cost more than the call.
@NullMarked
package sampan.app.dispatch;

import org.jspecify.annotations.NullMarked;
