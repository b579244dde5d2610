package sampan.app.dispatch;

import java.util.ArrayList;
import java.util.List;

/// How many arguments a command takes, read off its usage line: words in brackets may be left out,
/// dots mean more of them.
///
/// @param max negative: any number
record Arity(int min, int max) {
    static Arity of(String usage) {
        int min = 0;
        int max = 0;
        for (String word : words(usage)) {
            boolean optional = word.startsWith("[");
            if (word.equals("[OPTIONS]")) {
                continue;
            }
            if (word.contains("...") || word.contains(" ")) {
                return new Arity(optional ? min : min + 1, -1);
            }
            min += optional ? 0 : 1;
            max++;
        }
        return new Arity(min, max);
    }

    private static List<String> words(String usage) {
        List<String> words = new ArrayList<>();
        int depth = 0;
        StringBuilder word = new StringBuilder();
        for (char c : (usage + " ").toCharArray()) {
            depth += c == '[' ? 1 : c == ']' ? -1 : 0;
            if (c == ' ' && depth == 0) {
                if (!word.isEmpty()) {
                    words.add(word.toString());
                }
                word.setLength(0);
            } else {
                word.append(c);
            }
        }
        return words;
    }

    /// What it asks for, in Docker's words: `requires at least 1 argument`.
    String demand() {
        if (max == 0) {
            return "accepts no arguments";
        }
        if (max < 0) {
            return "requires at least " + plural(min);
        }
        return min == max ? "requires " + plural(min) : "requires at most " + plural(max);
    }

    private static String plural(int count) {
        return count + (count == 1 ? " argument" : " arguments");
    }

    /// Docker's way to point to help differs by the kind of demand.
    String hint(String command) {
        return (max < 0 ? "See '" : "Run '") + command + " --help' for more information";
    }
}
