package sampan.engine.build.syntax;

/// A document that follows an instruction's line.
///
/// @param name what ends it, and the name of the file it becomes in COPY and ADD
/// @param marker as it stands in the line (`<<-"EOF"`)
/// @param stripTabs tabs in front of its lines were taken off (`<<-`)
/// @param expand variables in it are replaced: the name was not quoted
public record Heredoc(
        String name, String marker, boolean stripTabs, boolean expand, String content) {}
