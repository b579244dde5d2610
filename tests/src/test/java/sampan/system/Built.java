package sampan.system;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a build answered.
///
/// @param output all lines for people
/// @param error empty where it succeeded
/// @param id of the image, or empty
record Built(int status, String output, String error, String id) {
    private static final Pattern STREAM = Pattern.compile("\"stream\":\"((?:[^\"\\\\]|\\\\.)*)\"");
    private static final Pattern ERROR =
            Pattern.compile("\"(?:error|message)\":\"((?:[^\"\\\\]|\\\\.)*)\"");
    private static final Pattern ID = Pattern.compile("\"aux\":\\{\"ID\":\"([^\"]*)\"");

    /// Sends a context to POST /build.
    ///
    /// @param query begins with an ampersand, or is empty
    static Built build(PrivateDaemon daemon, byte[] context, String query) {
        UnixHttp.Answer answer =
                daemon.http().request("POST", "/build?v=1" + query, "application/x-tar", context);
        String text = answer.text();
        return new Built(
                answer.status(),
                String.join("", all(STREAM, text)),
                last(ERROR, text),
                last(ID, text));
    }

    static Built dockerfile(PrivateDaemon daemon, String query, String... lines) {
        String text = String.join("\n", lines) + "\n";
        return build(daemon, new Tar().file("Dockerfile", text).end(), query);
    }

    private static String last(Pattern pattern, String text) {
        List<String> found = all(pattern, text);
        return found.isEmpty() ? "" : found.getLast();
    }

    private static List<String> all(Pattern pattern, String text) {
        List<String> found = new ArrayList<>();
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
            found.add(plain(matcher.group(1)));
        }
        return found;
    }

    /// JSON's escapes taken off.
    static String plain(String text) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '\\') {
                out.append(c);
                continue;
            }
            char next = text.charAt(++i);
            switch (next) {
                case 'n' -> out.append('\n');
                case 't' -> out.append('\t');
                case 'r' -> out.append('\r');
                case 'u' -> {
                    out.append((char) Integer.parseInt(text.substring(i + 1, i + 5), 16));
                    i += 4;
                }
                default -> out.append(next);
            }
        }
        return out.toString();
    }
}
