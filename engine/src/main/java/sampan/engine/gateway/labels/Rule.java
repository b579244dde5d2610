package sampan.engine.gateway.labels;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import sampan.errors.SampanException;

/// A rule of Traefik's language: matchers with `&&`, `||`, `!` and parentheses, as the sum of
/// products that routes are made of.
final class Rule {
    /// Products of one rule.
    static final int TERMS_MAX = 64;

    private static final int RULE_CHARS_MAX = 8 << 10;
    private static final int DEPTH_MAX = 32;

    /// One matcher.
    ///
    /// @param name in lower case
    record Atom(String name, List<String> values, boolean negated) {
        Atom not() {
            return new Atom(name, values, !negated);
        }
    }

    private final String text;
    private int at;
    private int depth;

    private Rule(String text) {
        this.text = text;
    }

    /// The products, any of which is enough.
    static List<List<Atom>> parse(String text) {
        if (text.length() > RULE_CHARS_MAX) {
            throw SampanException.invalid("rule: over " + RULE_CHARS_MAX + " characters: split it");
        }
        Rule rule = new Rule(text);
        List<List<Atom>> terms = rule.sum(false);
        rule.blanks();
        if (rule.at < text.length()) {
            throw rule.wrong("expected && or ||");
        }
        return terms;
    }

    private SampanException wrong(String words) {
        return SampanException.invalid(
                "rule \"" + text + "\", at character " + (at + 1) + ": " + words);
    }

    private void blanks() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private boolean takes(String word) {
        blanks();
        if (text.startsWith(word, at)) {
            at += word.length();
            return true;
        }
        return false;
    }

    // Under a negation sums are products and products sums.
    private List<List<Atom>> sum(boolean negated) {
        List<List<Atom>> terms = product(negated);
        while (takes("||")) {
            List<List<Atom>> next = product(negated);
            terms = negated ? times(terms, next) : plus(terms, next);
        }
        return terms;
    }

    private List<List<Atom>> product(boolean negated) {
        List<List<Atom>> terms = factor(negated);
        while (takes("&&")) {
            List<List<Atom>> next = factor(negated);
            terms = negated ? plus(terms, next) : times(terms, next);
        }
        return terms;
    }

    private List<List<Atom>> factor(boolean negated) {
        if (++depth > DEPTH_MAX) {
            throw wrong("too deep: use fewer parentheses");
        }
        try {
            if (takes("!")) {
                return factor(!negated);
            }
            if (takes("(")) {
                List<List<Atom>> inner = sum(negated);
                if (!takes(")")) {
                    throw wrong("expected )");
                }
                return inner;
            }
            Atom atom = atom();
            return List.of(List.of(negated ? atom.not() : atom));
        } finally {
            depth--;
        }
    }

    private Atom atom() {
        blanks();
        int from = at;
        while (at < text.length() && Character.isLetter(text.charAt(at))) {
            at++;
        }
        String name = text.substring(from, at);
        if (name.isEmpty() || !takes("(")) {
            throw wrong("expected a matcher such as Host(`example.com`)");
        }
        List<String> values = new ArrayList<>();
        do {
            values.add(value());
        } while (takes(","));
        if (!takes(")")) {
            throw wrong("expected )");
        }
        return new Atom(name.toLowerCase(Locale.ROOT), values, false);
    }

    private String value() {
        blanks();
        char quote = at < text.length() ? text.charAt(at) : ' ';
        int end = quote == '`' || quote == '"' || quote == '\'' ? text.indexOf(quote, at + 1) : -1;
        if (end < 0) {
            throw wrong("expected a text between ` and `");
        }
        String value = text.substring(at + 1, end);
        at = end + 1;
        return value;
    }

    private List<List<Atom>> plus(List<List<Atom>> one, List<List<Atom>> other) {
        List<List<Atom>> terms = new ArrayList<>(one);
        terms.addAll(other);
        return bounded(terms);
    }

    private List<List<Atom>> times(List<List<Atom>> one, List<List<Atom>> other) {
        List<List<Atom>> terms = new ArrayList<>();
        for (List<Atom> left : one) {
            for (List<Atom> right : other) {
                List<Atom> both = new ArrayList<>(left);
                both.addAll(right);
                terms.add(both);
            }
            bounded(terms);
        }
        return terms;
    }

    private List<List<Atom>> bounded(List<List<Atom>> terms) {
        if (terms.size() > TERMS_MAX) {
            throw wrong("more than " + TERMS_MAX + " alternatives: split the route");
        }
        return terms;
    }
}
