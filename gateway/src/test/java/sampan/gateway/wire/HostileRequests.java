package sampan.gateway.wire;

import java.util.ArrayList;
import java.util.List;

/// Requests that two servers could read in two ways, or that nobody should have to read, with what
/// each is answered; among them look-alikes that are well-formed.
public final class HostileRequests {
    /// @param status 0 where the request is taken
    public record Case(String name, String raw, int status) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final String HOST = "Host: a.example\r\n";
    private static final String CHUNKED = HOST + "Transfer-Encoding: chunked\r\n\r\n";

    private HostileRequests() {}

    public static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        startLines(cases);
        targets(cases);
        hosts(cases);
        lines(cases);
        lengths(cases);
        codings(cases);
        options(cases);
        chunks(cases);
        trailers(cases);
        return cases;
    }

    private static void add(List<Case> cases, String name, int status, String raw) {
        cases.add(new Case(name, raw, status));
    }

    private static String get(String fields) {
        return "GET / HTTP/1.1\r\n" + HOST + fields + "\r\n";
    }

    private static String post(String body) {
        return "POST / HTTP/1.1\r\n" + CHUNKED + body;
    }

    private static void startLines(List<Case> c) {
        String rest = "\r\n" + HOST + "\r\n";
        add(c, "plain", 0, "GET / HTTP/1.1" + rest);
        add(c, "a method of its own", 0, "PURGE / HTTP/1.1" + rest);
        add(c, "no method", 400, " / HTTP/1.1" + rest);
        add(c, "two spaces before the target", 400, "GET  / HTTP/1.1" + rest);
        add(c, "two spaces behind the target", 400, "GET /  HTTP/1.1" + rest);
        add(c, "tab for a space", 400, "GET\t/ HTTP/1.1" + rest);
        add(c, "space at the end", 400, "GET / HTTP/1.1 " + rest);
        add(c, "no version", 400, "GET /" + rest);
        add(c, "version 0.9", 505, "GET / HTTP/0.9" + rest);
        add(c, "version 1.2", 505, "GET / HTTP/1.2" + rest);
        add(c, "version 2.0", 505, "GET / HTTP/2.0" + rest);
        add(c, "version 1.10", 400, "GET / HTTP/1.10" + rest);
        add(c, "version 1", 400, "GET / HTTP/1" + rest);
        add(c, "version in lower case", 400, "GET / http/1.1" + rest);
        add(c, "version with a letter", 400, "GET / HTTP/1.x" + rest);
        add(c, "method with a colon", 400, "GE:T / HTTP/1.1" + rest);
        add(c, "method with a control", 400, "GE\u0001T / HTTP/1.1" + rest);
        add(c, "endless method", 501, "G".repeat(25) + " / HTTP/1.1" + rest);
        add(c, "CONNECT", 501, "CONNECT a.example:443 HTTP/1.1" + rest);
        add(c, "preface of HTTP/2", 505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        add(c, "bare LF behind the start line", 400, "GET / HTTP/1.1\n" + HOST + "\r\n");
        add(c, "CR in the start line", 400, "GET /\r HTTP/1.1" + rest);
        add(c, "NUL in the start line", 400, "GET /\0 HTTP/1.1" + rest);
    }

    private static void targets(List<Case> c) {
        String rest = " HTTP/1.1\r\n" + HOST + "\r\n";
        add(c, "absolute, same host", 0, "GET http://a.example/x" + rest);
        add(c, "absolute, same host in capitals", 0, "GET HTTP://A.Example/x" + rest);
        add(c, "absolute, other host", 400, "GET http://b.example/x" + rest);
        add(c, "absolute with user", 400, "GET http://u@a.example/x" + rest);
        add(c, "absolute without host", 400, "GET http:///x" + rest);
        add(c, "other scheme", 400, "GET ftp://a.example/x" + rest);
        add(c, "asterisk", 0, "OPTIONS *" + rest);
        add(c, "asterisk of GET", 400, "GET *" + rest);
        add(c, "path without slash", 400, "GET x" + rest);
        add(c, "authority form", 400, "GET a.example:80" + rest);
        add(c, "fragment", 400, "GET /x#y" + rest);
        add(c, "octets above 127", 400, "GET /\u00e9" + rest);
        add(c, "quote", 400, "GET /\"" + rest);
        add(c, "backslash", 400, "GET /..\\x" + rest);
        add(c, "dot segments", 400, "GET /a/../b" + rest);
        add(c, "dot segments at the end", 400, "GET /a/.." + rest);
        add(c, "dot segment alone", 400, "GET /./a" + rest);
        add(c, "encoded dot segments", 400, "GET /a/%2e%2E/b" + rest);
        add(c, "half-encoded dot segments", 400, "GET /a/.%2e/b" + rest);
        add(c, "dot segment behind an encoded slash", 400, "GET /a%2f..%2fb" + rest);
        add(c, "dot segment with parameters", 400, "GET /a/..;x/b" + rest);
        add(c, "three dots are a name", 0, "GET /a/.../b" + rest);
        add(c, "hidden file is a name", 0, "GET /.well-known/x..y" + rest);
        add(c, "dots in a query", 0, "GET /a?b=/../c" + rest);
        add(c, "encoded NUL", 400, "GET /a%00" + rest);
        add(c, "percent without digits", 400, "GET /a%zz" + rest);
        add(c, "percent at the end", 400, "GET /a%2" + rest);
        add(c, "endless target", 414, "GET /" + "a".repeat(8 << 10) + rest);
    }

    private static void hosts(List<Case> c) {
        String line = "GET / HTTP/1.1\r\n";
        add(c, "no host", 400, line + "\r\n");
        add(c, "no host in 1.0", 0, "GET / HTTP/1.0\r\n\r\n");
        add(c, "two hosts", 400, line + HOST + HOST + "\r\n");
        add(c, "two hosts, one of other case", 400, line + HOST + "hOST: b\r\n\r\n");
        add(c, "empty host", 400, line + "Host:\r\n\r\n");
        add(c, "tab before a host", 400, line + "Host:\ta.example\r\n\r\n");
        add(c, "host with user", 400, line + "Host: u@a.example\r\n\r\n");
        add(c, "host with path", 400, line + "Host: a.example/x\r\n\r\n");
        add(c, "host with space", 400, line + "Host: a b\r\n\r\n");
        add(c, "host list", 400, line + "Host: a, b\r\n\r\n");
        add(c, "port with letters", 400, line + "Host: a:8x\r\n\r\n");
        add(c, "port of six digits", 400, line + "Host: a:123456\r\n\r\n");
        add(c, "IPv6", 0, line + "Host: [::1]:80\r\n\r\n");
        add(c, "open bracket", 400, line + "Host: [::1\r\n\r\n");
        add(c, "IPv6 without brackets", 400, line + "Host: ::1\r\n\r\n");
    }

    private static void lines(List<Case> c) {
        add(c, "folded field", 400, get("A: b\r\n c\r\n"));
        add(c, "folded with a tab", 400, get("A: b\r\n\tc\r\n"));
        add(c, "first field folded", 400, "GET / HTTP/1.1\r\n " + HOST + "\r\n");
        add(c, "bare LF behind a field", 400, get("A: b\n"));
        add(c, "bare CR in a value", 400, get("A: b\rC: d\r\n"));
        add(c, "bare LF for the blank line", 400, "GET / HTTP/1.1\r\n" + HOST + "\n");
        add(c, "CR CR LF", 400, get("A: b\r\r\n"));
        add(c, "NUL in a value", 400, get("A: b\0c\r\n"));
        add(c, "control in a value", 400, get("A: b\u0008\r\n"));
        add(c, "DEL in a value", 400, get("A: b\u007f\r\n"));
        add(c, "latin in a value", 0, get("A: \u00e9\r\n"));
        add(c, "tab in a value", 0, get("A: b\tc\r\n"));
        add(c, "space before the colon", 400, get("A : b\r\n"));
        add(c, "no colon", 400, get("A\r\n"));
        add(c, "no name", 400, get(": b\r\n"));
        add(c, "bracket in a name", 400, get("A(: b\r\n"));
        add(c, "NUL in a name", 400, get("A\0: b\r\n"));
        add(c, "latin in a name", 400, get("\u00c4: b\r\n"));
        add(c, "too many fields", 431, get("A: b\r\n".repeat(128)));
    }

    private static void lengths(List<Case> c) {
        add(c, "length", 0, get("Content-Length: 0\r\n"));
        for (String bad :
                List.of("", "-1", "+1", "0x1", "1e1", "1 1", "1,1", "1, 1", "1.0", "\u00b9")) {
            add(c, "length \"" + bad + "\"", 400, get("Content-Length: " + bad + "\r\n"));
        }
        add(c, "tab before a length", 400, get("Content-Length:\t0\r\n"));
        add(c, "tab behind a length", 400, get("Content-Length: 0 \t\r\n"));
        add(c, "length of 19 digits", 400, get("Content-Length: 1000000000000000000\r\n"));
        add(c, "the same length twice", 400, get("Content-Length: 0\r\n".repeat(2)));
        add(c, "two lengths", 400, get("Content-Length: 0\r\ncontent-length: 5\r\n"));
        add(c, "length behind an underscore", 0, get("Content_Length: 5\r\n"));
    }

    private static void codings(List<Case> c) {
        String chunked = "Transfer-Encoding: chunked\r\n";
        String none = "0\r\n\r\n";
        add(c, "chunked", 0, get(chunked) + none);
        add(c, "chunked in capitals", 0, get("Transfer-Encoding: CHUNKED\r\n") + none);
        add(c, "length and chunked", 400, get("Content-Length: 5\r\n" + chunked) + none);
        add(c, "chunked and length", 400, get(chunked + "Content-Length: 5\r\n") + none);
        add(c, "chunked twice", 400, get(chunked + chunked) + none);
        for (String bad :
                List.of(
                        "identity",
                        "gzip, chunked",
                        "chunked, identity",
                        "chunked,",
                        "chunked;q=1",
                        "xchunked",
                        "chunk",
                        "chunked chunked",
                        "\"chunked\"",
                        "\u000bchunked")) {
            int status = bad.startsWith("\u000b") ? 400 : 501;
            add(c, "coding " + bad.strip(), status, get("Transfer-Encoding: " + bad + "\r\n"));
        }
        add(c, "tab before a coding", 400, get("Transfer-Encoding: \tchunked\r\n") + none);
        add(c, "tab behind a coding", 400, get("Transfer-Encoding: chunked\t\r\n") + none);
        add(c, "empty coding", 501, get("Transfer-Encoding:\r\n"));
        add(c, "space before the colon of a coding", 400, get("Transfer-Encoding : chunked\r\n"));
        add(c, "coding in 1.0", 400, "POST / HTTP/1.0\r\n" + HOST + chunked + "\r\n" + none);
    }

    private static void options(List<Case> c) {
        add(c, "hop-by-hop fields", 0, get("Connection: close, X-A\r\nX-A: b\r\n"));
        add(c, "option names the host", 400, get("Connection: Host\r\n"));
        add(c, "option names the length", 400, get("Connection: x,content-length\r\n"));
        add(c, "option names the coding", 400, get("Connection: Transfer-Encoding\r\n"));
        add(c, "option drops the credential", 400, get("Connection: close, authorization\r\n"));
        add(c, "other expectation", 417, get("Expect: 200-ok\r\n"));
        add(c, "expectation", 0, get("Expect: 100-Continue\r\n"));
    }

    private static void chunks(List<Case> c) {
        String end = "0\r\n\r\n";
        add(c, "chunks", 0, post("3\r\nabc\r\nA\r\n0123456789\r\n" + end));
        add(c, "leading zeros", 0, post("003\r\nabc\r\n" + end));
        add(c, "extension", 0, post("3;a=b;c=\"d\"\r\nabc\r\n" + end));
        add(c, "no size", 400, post("\r\nabc\r\n" + end));
        add(c, "size with prefix", 400, post("0x3\r\nabc\r\n" + end));
        add(c, "negative size", 400, post("-3\r\nabc\r\n" + end));
        add(c, "size with plus", 400, post("+3\r\nabc\r\n" + end));
        add(c, "space before a size", 400, post(" 3\r\nabc\r\n" + end));
        add(c, "space behind a size", 400, post("3 \r\nabc\r\n" + end));
        add(c, "space before an extension", 400, post("3 ;a\r\nabc\r\n" + end));
        add(c, "size of 16 digits", 400, post("0000000000000003\r\nabc\r\n" + end));
        add(c, "size that wraps", 400, post("FFFFFFFFFFFFFFFF\r\nabc\r\n" + end));
        add(c, "size behind a bare LF", 400, post("3\nabc\r\n" + end));
        add(c, "size behind a bare CR", 400, post("3\rabc\r\n" + end));
        add(c, "chunk longer than told", 400, post("3\r\nabcd\r\n" + end));
        add(c, "chunk ends with a bare LF", 400, post("3\r\nabc\n" + end));
        add(c, "LF in an extension", 400, post("3;a\nb\r\nabc\r\n" + end));
        add(c, "CR in an extension", 400, post("3;a\rb\r\nabc\r\n" + end));
        add(c, "NUL in an extension", 400, post("3;\0\r\nabc\r\n" + end));
        add(c, "long extension", 400, post("3;" + "a".repeat(257) + "\r\nabc\r\n" + end));
        add(
                c,
                "many extensions",
                400,
                post(("1;" + "a".repeat(200) + "\r\nx\r\n").repeat(90) + end));
    }

    private static void trailers(List<Case> c) {
        add(c, "trailer", 0, post("0\r\nX-Sum: 1\r\n\r\n"));
        add(c, "length as trailer", 400, post("0\r\nContent-Length: 5\r\n\r\n"));
        add(c, "coding as trailer", 400, post("0\r\ntransfer-encoding: chunked\r\n\r\n"));
        add(c, "host as trailer", 400, post("0\r\nHost: b\r\n\r\n"));
        add(c, "credential as trailer", 400, post("0\r\nAuthorization: x\r\n\r\n"));
        add(c, "folded trailer", 400, post("0\r\nX: 1\r\n y\r\n\r\n"));
        add(c, "trailer without colon", 400, post("0\r\nX\r\n\r\n"));
        add(c, "trailer behind a bare LF", 400, post("0\r\nX: 1\nY: 2\r\n\r\n"));
        add(c, "bare LF for the last line", 400, post("0\r\n\n"));
        add(c, "NUL in a trailer", 400, post("0\r\nX: \0\r\n\r\n"));
        add(c, "endless trailers", 400, post("0\r\n" + "X-Y: 1234567890\r\n".repeat(600) + "\r\n"));
    }
}
