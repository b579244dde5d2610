package sampan.engine.build.context;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import sampan.errors.SampanException;

/// Where a repository lies and what of it is wanted, as `ADD` and `docker build` write it:
/// `REMOTE#REF:DIRECTORY`, or `REMOTE?ref=REF&subdir=DIRECTORY`.
///
/// @param remote as git takes it
/// @param ref branch, tag, full name of a ref or a commit; empty: the remote's own choice
/// @param directory below the repository's root; empty: all of it
/// @param commit that it must be, or its beginning; empty: any
/// @param keepGitDir `.git` stays, where the address says so
public record GitAddress(
        String remote,
        String ref,
        String directory,
        String commit,
        Optional<Boolean> keepGitDir,
        boolean submodules) {
    private static final Pattern SCP = Pattern.compile("[\\w.-]+@[\\w.-]+:(?!//).+");
    private static final Pattern HEX = Pattern.compile("[0-9a-f]{40}([0-9a-f]{24})?");

    /// Shorter beginnings of a commit's name are no check.
    private static final int BEGINNING_MIN = 7;

    /// Whether it is something that is fetched: a repository or a file of the web.
    public static boolean isRemote(String address) {
        String lower = address.toLowerCase(Locale.ROOT);
        return lower.startsWith("http://") || lower.startsWith("https://") || isGit(address);
    }

    /// Whether it names a repository.
    public static boolean isGit(String address) {
        String lower = address.toLowerCase(Locale.ROOT);
        if (lower.startsWith("git://") || lower.startsWith("ssh://")) {
            return true;
        }
        if (lower.startsWith("http://") || lower.startsWith("https://")) {
            return path(lower).endsWith(".git");
        }
        return lower.startsWith("github.com/") || SCP.matcher(before(address, '#')).matches();
    }

    private static String before(String text, char mark) {
        int at = text.indexOf(mark);
        return at < 0 ? text : text.substring(0, at);
    }

    private static String after(String text, char mark) {
        int at = text.indexOf(mark);
        return at < 0 ? "" : text.substring(at + 1);
    }

    private static String path(String address) {
        return before(before(address, '#'), '?');
    }

    /// @throws SampanException INVALID for what git could take for something else
    public static GitAddress parse(String address) {
        String whole = address.startsWith("github.com/") ? "https://" + address : address;
        boolean url = whole.contains("://");
        Map<String, String> fields = fields(url ? after(before(whole, '#'), '?') : "", address);
        String remote = url ? path(whole) : before(whole, '#');
        String fragment = after(whole, '#');
        GitAddress parsed =
                new GitAddress(
                        remote,
                        first(before(fragment, ':'), ref(fields)),
                        first(after(fragment, ':'), fields.getOrDefault("subdir", "")),
                        fields.getOrDefault("checksum", fields.getOrDefault("commit", "")),
                        Optional.ofNullable(fields.get("keep-git-dir")).map(GitAddress::truth),
                        truth(fields.getOrDefault("submodules", "true")));
        parsed.check(address);
        return parsed;
    }

    private static Map<String, String> fields(String query, String address) {
        Map<String, String> fields = new LinkedHashMap<>();
        for (String field : query.split("&", -1)) {
            if (field.isEmpty()) {
                continue;
            }
            String name = before(field, '=');
            switch (name) {
                case "ref",
                        "tag",
                        "branch",
                        "subdir",
                        "checksum",
                        "commit",
                        "keep-git-dir",
                        "submodules" ->
                        fields.put(
                                name, URLDecoder.decode(after(field, '='), StandardCharsets.UTF_8));
                default ->
                        throw SampanException.invalid(
                                "unexpected query \"" + name + "\" in " + redacted(address));
            }
        }
        return fields;
    }

    private static String ref(Map<String, String> fields) {
        if (fields.containsKey("tag")) {
            return "refs/tags/" + fields.get("tag");
        } else if (fields.containsKey("branch")) {
            return "refs/heads/" + fields.get("branch");
        }
        return fields.getOrDefault("ref", "");
    }

    private static boolean truth(String text) {
        return text.isEmpty() || text.equals("1") || text.equals("true");
    }

    private static String first(String one, String other) {
        return one.isEmpty() ? other : one;
    }

    // What begins with a dash would be an option of git's.
    private void check(String address) {
        boolean strange =
                remote.startsWith("-")
                        || ref.startsWith("-")
                        || ref.contains("..")
                        || ref.chars().anyMatch(c -> c <= ' ' || "~^:?*[\\".indexOf(c) >= 0)
                        || remote.chars().anyMatch(c -> c < ' ');
        if (strange) {
            throw SampanException.invalid("invalid git address: " + redacted(address));
        }
    }

    /// The ref is itself a commit.
    public boolean isCommit() {
        return HEX.matcher(ref).matches();
    }

    /// @param checksum `--checksum` of an instruction; empty: none
    public GitAddress checked(String checksum) {
        if (checksum.isEmpty()) {
            return this;
        }
        return new GitAddress(remote, ref, directory, checksum, keepGitDir, submodules);
    }

    /// @throws SampanException INVALID where it is another commit than is wanted
    public void verify(String found) {
        if (commit.isEmpty()) {
            return;
        }
        boolean same = commit.length() >= BEGINNING_MIN && found.startsWith(commit);
        if (!same) {
            throw SampanException.invalid(
                    "expected checksum to match " + commit + ", got " + found);
        }
    }

    /// The address without a password.
    public static String redacted(String address) {
        Matcher userinfo = Pattern.compile("://[^/@]*@").matcher(address);
        return userinfo.replaceFirst("://xxxxx@");
    }

    @Override
    public String toString() {
        return redacted(remote) + (ref.isEmpty() ? "" : "#" + ref);
    }
}
