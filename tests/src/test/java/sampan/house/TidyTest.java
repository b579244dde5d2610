package sampan.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Sizes, words and marks that a reader notices before a compiler does.
class TidyTest {
    private static final int FILE_LINES_MAX = 500;
    private static final int METHOD_LINES_MAX = 60;
    private static final int PARAMETERS_MAX = 6;

    // A method as the formatter lays it: a member at four, eight ... spaces that opens a block.
    private static final Pattern METHOD =
            Pattern.compile(
                    "^( {4}| {8}| {12})(?! |return|else|new |throw|if |for |while |switch|try|do |case|synchronized \\()"
                            + "(?:@\\w+(?:\\([^)]*\\))? )*(?:(?:[\\w<>\\[\\],.?@&]+ )+(?=\\w+\\()|(?=[A-Z]\\w*\\())(\\w+)\\(.*");
    private static final Pattern MARK = Pattern.compile("\\b(TODO|FIXME|XXX)\\b(?!\\(#\\d+\\))");
    private static final Pattern POOR_NAME =
            Pattern.compile("(Manager|Util|Utils|Helper|Helpers|Info|Data|Impl)(Test)?\\.java$");

    @Test
    void filesStayShort() {
        List<String> found = new ArrayList<>();
        for (Path file : SourceTree.files(".java", ".c", ".h")) {
            int lines = SourceTree.lines(file).size();
            // Tables of hostile inputs, one case a few lines, are read case by case.
            boolean table = file.endsWith("HostileArchivesTest.java");
            if (lines > FILE_LINES_MAX && !table) {
                found.add(SourceTree.brief(file) + ": " + lines + " lines");
            }
        }
        assertThat(found).as("files over " + FILE_LINES_MAX + " lines: split by concept").isEmpty();
    }

    @Test
    void methodsStayShort() {
        List<String> found = new ArrayList<>();
        for (Path file : SourceTree.files(".java")) {
            // A test's table of cases is one method, however many cases it has.
            if (file.toString().contains("/src/main/")) {
                methods(file, found);
            }
        }
        assertThat(found).as("methods over " + METHOD_LINES_MAX + " lines").isEmpty();
    }

    private static void methods(Path file, List<String> found) {
        List<String> lines = SourceTree.lines(file);
        for (int i = 0; i < lines.size(); i++) {
            Matcher matcher = METHOD.matcher(lines.get(i));
            if (!matcher.matches()) {
                continue;
            }
            int open = i;
            while (open < lines.size()
                    && !lines.get(open).endsWith("{")
                    && !lines.get(open).endsWith(";")
                    && !lines.get(open).endsWith("}")) {
                open++;
            }
            if (open == lines.size() || !lines.get(open).endsWith("{")) {
                continue;
            }
            String close = matcher.group(1) + "}";
            int end = open;
            while (end < lines.size() && !lines.get(end).equals(close)) {
                end++;
            }
            if (end < lines.size() && end - i + 1 > METHOD_LINES_MAX) {
                found.add(
                        SourceTree.brief(file)
                                + ":"
                                + (i + 1)
                                + " "
                                + matcher.group(2)
                                + ": "
                                + (end - i + 1));
            }
        }
    }

    @Test
    void parameterListsStayShort() {
        Pattern declaration =
                Pattern.compile(
                        "(?m)^ {4,8}(?:public |private |protected |static |final |abstract |synchronized )*"
                                + "[\\w<>\\[\\],.?@ ]+ (\\w+)\\(([^)]*)\\)\\s*(?:throws [\\w, .]+)?\\s*\\{");
        List<String> found = new ArrayList<>();
        for (Path file : SourceTree.files(".java")) {
            if (file.toString().contains("/linux/sys/")) {
                continue; // a system call has the six arguments that the kernel gave it
            }
            Matcher matcher =
                    declaration.matcher(
                            String.join("\n", SourceTree.lines(file)).replaceAll("<[^<>]*>", ""));
            while (matcher.find()) {
                String before = matcher.group();
                if (before.contains(" record ") || before.strip().startsWith("new ")) {
                    continue;
                }
                int count = matcher.group(2).isBlank() ? 0 : matcher.group(2).split(",").length;
                if (count > PARAMETERS_MAX) {
                    found.add(SourceTree.brief(file) + " " + matcher.group(1) + ": " + count);
                }
            }
        }
        assertThat(found).as("methods with over " + PARAMETERS_MAX + " parameters").isEmpty();
    }

    @Test
    void marksNameAnIssue() {
        List<String> found = new ArrayList<>();
        for (Path file : SourceTree.files(".java", ".c", ".h", ".sh", ".xml")) {
            if (file.endsWith("TidyTest.java")) {
                continue;
            }
            List<String> lines = SourceTree.lines(file);
            for (int i = 0; i < lines.size(); i++) {
                if (MARK.matcher(lines.get(i)).find()) {
                    found.add(SourceTree.brief(file) + ":" + (i + 1));
                }
            }
        }
        assertThat(found).as("marks without an issue number").isEmpty();
    }

    @Test
    void namesSayWhatThingsAre() {
        assertThat(SourceTree.files(".java").stream().map(SourceTree::brief))
                .noneMatch(name -> POOR_NAME.matcher(name).find());
    }

    @Test
    void everyPackageSaysItsPurpose() {
        List<String> found = new ArrayList<>();
        for (Path file : SourceTree.files(".java")) {
            Path folder = file.getParent();
            boolean main = file.toString().contains("/src/main/java/");
            if (main && folder != null && !Files.exists(folder.resolve("package-info.java"))) {
                found.add(SourceTree.brief(folder));
            }
        }
        assertThat(found.stream().distinct()).as("packages without package-info").isEmpty();
    }

    @Test
    void everyPackageIsNullMarked() {
        assertThat(SourceTree.files("package-info.java"))
                .allMatch(
                        file -> String.join("\n", SourceTree.lines(file)).contains("@NullMarked"));
    }

    @Test
    void textsHaveOneTitle() {
        List<String> found = new ArrayList<>();
        for (Path file : SourceTree.files(".md")) {
            boolean fenced = false;
            int titles = 0;
            for (String line : SourceTree.lines(file)) {
                fenced ^= line.startsWith("```");
                if (!fenced && line.startsWith("# ")) {
                    titles++;
                }
            }
            if (titles != 1) {
                found.add(SourceTree.brief(file) + ": " + titles);
            }
        }
        assertThat(found).as("texts with other than one title").isEmpty();
    }
}
