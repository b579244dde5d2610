package sampan.app.cli.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sampan.app.cli.template.Lexer.Token;
import sampan.app.cli.template.Node.Command;
import sampan.app.cli.template.Node.Operand;
import sampan.app.cli.template.Node.Pipeline;
import sampan.app.cli.usage.UsageException;

/// Builds nodes from tokens.
final class Parser {
    private static final int DEPTH_MAX = 100;
    private static final Token END = new Token("end", "");

    private final List<Token> tokens;
    private int at;
    private int depth;

    private Parser(List<Token> tokens) {
        this.tokens = tokens;
    }

    static List<Node> parse(String source) {
        Parser parser = new Parser(Lexer.tokens(source));
        List<Node> nodes = parser.nodes();
        if (parser.at < parser.tokens.size()) {
            throw unexpected("{{" + parser.keyword() + "}}");
        }
        return nodes;
    }

    /// Nodes up to an `else`, an `end`, or the end of the template.
    private List<Node> nodes() {
        if (++depth > DEPTH_MAX) {
            throw unexpected("nesting deeper than " + DEPTH_MAX);
        }
        List<Node> nodes = new ArrayList<>();
        while (at < tokens.size()) {
            if (peek().kind().equals("text")) {
                nodes.add(new Node.Text(next().text()));
                continue;
            }
            String word = keyword();
            if (word.equals("else") || word.equals("end")) {
                break;
            }
            next(); // the opening braces
            skipSpace();
            nodes.add(node(word));
        }
        depth--;
        return List.copyOf(nodes);
    }

    private Node node(String word) {
        return switch (word) {
            case "if", "with", "range" -> {
                next();
                yield block(word);
            }
            case "break", "continue" -> {
                next();
                close();
                yield word.equals("break") ? new Node.Break() : new Node.Continue();
            }
            default -> {
                Pipeline pipeline = pipeline();
                close();
                yield new Node.Action(pipeline);
            }
        };
    }

    private Node block(String word) {
        Pipeline subject = pipeline();
        close();
        List<Node> body = nodes();
        List<Node> otherwise = List.of();
        if (keyword().equals("else")) {
            next();
            skipSpace();
            next();
            skipSpace();
            if (peek().kind().equals("word")) {
                String chained = next().text();
                otherwise = List.of(block(chained));
                return made(word, subject, body, otherwise);
            }
            close();
            otherwise = nodes();
        }
        if (!keyword().equals("end")) {
            throw unexpected("EOF");
        }
        next();
        skipSpace();
        next();
        close();
        return made(word, subject, body, otherwise);
    }

    private static Node made(String word, Pipeline subject, List<Node> body, List<Node> otherwise) {
        return switch (word) {
            case "if" -> new Node.If(subject, body, otherwise);
            case "with" -> new Node.With(subject, body, otherwise);
            case "range" -> new Node.Range(subject, body, otherwise);
            default -> throw unexpected("else " + word);
        };
    }

    private Pipeline pipeline() {
        skipSpace();
        List<String> variables = new ArrayList<>();
        boolean declares = false;
        int start = at;
        while (peek().kind().equals("variable")) {
            variables.add(next().text());
            skipSpace();
            if (peek().is(",")) {
                next();
                skipSpace();
            }
        }
        if (!variables.isEmpty() && (peek().is(":=") || peek().is("="))) {
            declares = next().is(":=");
        } else {
            variables.clear();
            at = start;
        }
        List<Command> commands = new ArrayList<>();
        do {
            commands.add(command());
        } while (takePipe());
        return new Pipeline(List.copyOf(variables), declares, List.copyOf(commands));
    }

    private boolean takePipe() {
        if (peek().is("|")) {
            next();
            return true;
        }
        return false;
    }

    private Command command() {
        List<Operand> operands = new ArrayList<>();
        while (true) {
            skipSpace();
            Token token = peek();
            if (token.kind().equals("close")
                    || token.is("|")
                    || token.is(")")
                    || token.kind().equals("end")) {
                break;
            }
            operands.add(operand());
        }
        if (operands.isEmpty()) {
            throw new UsageException(
                    "template parsing error: template: :1: missing value for command");
        }
        return new Command(List.copyOf(operands));
    }

    private Operand operand() {
        Token token = next();
        return switch (token.kind()) {
            case "string" -> new Operand.Literal(Optional.of(token.text()));
            case "number" -> new Operand.Literal(Optional.of(number(token.text())));
            case "field" -> {
                at--;
                yield new Operand.Field(names());
            }
            case "variable" -> new Operand.Variable(token.text(), names());
            case "word" ->
                    switch (token.text()) {
                        case "true" -> new Operand.Literal(Optional.of(true));
                        case "false" -> new Operand.Literal(Optional.of(false));
                        case "nil" -> new Operand.Literal(Optional.empty());
                        default -> new Operand.Function(token.text());
                    };
            case "symbol" -> {
                if (token.is(".")) {
                    yield new Operand.Field(List.of());
                }
                if (!token.is("(")) {
                    throw unexpected(token.text());
                }
                Pipeline inner = pipeline();
                if (!next().is(")")) {
                    throw new UsageException(
                            "template parsing error: template: :1: unclosed left paren");
                }
                yield new Operand.Group(inner, names());
            }
            default -> throw unexpected(token.text().isEmpty() ? "EOF" : token.text());
        };
    }

    private static Object number(String text) {
        try {
            return text.contains(".")
                    ? (Object) Double.parseDouble(text)
                    : (Object) Long.decode(text);
        } catch (NumberFormatException e) {
            throw new UsageException(
                    "template parsing error: template: :1: bad number syntax: " + text);
        }
    }

    private List<String> names() {
        List<String> names = new ArrayList<>();
        while (peek().kind().equals("field")) {
            names.add(next().text());
        }
        return List.copyOf(names);
    }

    /// The word that the action at this place begins with, or empty.
    private String keyword() {
        int look = at;
        if (look < tokens.size() && tokens.get(look).kind().equals("open")) {
            look++;
            while (look < tokens.size() && tokens.get(look).kind().equals("space")) {
                look++;
            }
            if (look < tokens.size() && tokens.get(look).kind().equals("word")) {
                return tokens.get(look).text();
            }
        }
        return "";
    }

    private void close() {
        skipSpace();
        Token token = next();
        if (!token.kind().equals("close")) {
            throw unexpected(token.text());
        }
    }

    private void skipSpace() {
        while (peek().kind().equals("space")) {
            at++;
        }
    }

    private Token peek() {
        return at < tokens.size() ? tokens.get(at) : END;
    }

    private Token next() {
        return at < tokens.size() ? tokens.get(at++) : END;
    }

    private static UsageException unexpected(String what) {
        return new UsageException("template parsing error: template: :1: unexpected " + what);
    }
}
