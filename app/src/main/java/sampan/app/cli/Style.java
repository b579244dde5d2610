package sampan.app.cli;

import sampan.app.session.Caller;

/// Colour on a terminal, plain text in a pipe, and plain where NO_COLOR or TERM=dumb say so.
public record Style(boolean coloured) {
    public static Style of(Caller caller) {
        boolean wanted =
                caller.environment().getOrDefault("NO_COLOR", "").isEmpty()
                        && !"dumb".equals(caller.environment().getOrDefault("TERM", "dumb"));
        return new Style(wanted && caller.stdoutIsTerminal());
    }

    public String bold(String text) {
        return paint("1", text);
    }

    public String green(String text) {
        return paint("32", text);
    }

    public String yellow(String text) {
        return paint("33", text);
    }

    public String red(String text) {
        return paint("31", text);
    }

    public String dim(String text) {
        return paint("2", text);
    }

    private String paint(String code, String text) {
        return coloured && !text.isEmpty() ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }
}
