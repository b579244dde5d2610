#include "../launch/json.h"
#include "check.h"

static const struct {
    const char *from;
    size_t size;
    const char *to;
} golden[] = {
#define G(from, to) {from, sizeof(from) - 1, to}
    G("", ""),
    G("plain text, 1234567890", "plain text, 1234567890"),
    G("say \"hi\"", "say \\\"hi\\\""),
    G("back\\slash", "back\\\\slash"),
    G("a\nb\rc\td", "a\\nb\\rc\\u0009d"),
    G("\x01\x1b[0m\x7f", "\\u0001\\u001b[0m\x7f"),
    G("nul\0inside", "nul\\u0000inside"),
    G("<b>&amp;</b>", "\\u003cb\\u003e\\u0026amp;\\u003c/b\\u003e"),
    G("gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f"),
    G("\xe2\x82\xac \xf0\x9f\x90\xb3", "\xe2\x82\xac \xf0\x9f\x90\xb3"),
    G("a\xe2\x80\xa8" "b\xe2\x80\xa9" "c\xe2\x80\xaa", "a\\u2028b\\u2029c\xe2\x80\xaa"),
    /* Go counts every byte of a broken sequence on its own. */
    G("\xff", "\\ufffd"),
    G("a\x80z", "a\\ufffdz"),
    G("\xc3", "\\ufffd"),
    G("\xe2\x82", "\\ufffd\\ufffd"),
    G("\xf0\x9f\x90", "\\ufffd\\ufffd\\ufffd"),
    G("\xc0\xaf", "\\ufffd\\ufffd"),
    G("\xe0\x80\x80", "\\ufffd\\ufffd\\ufffd"),
    G("\xed\xa0\x80", "\\ufffd\\ufffd\\ufffd"),
    G("\xed\x9f\xbf", "\xed\x9f\xbf"),
    G("\xf4\x90\x80\x80", "\\ufffd\\ufffd\\ufffd\\ufffd"),
    G("\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf"),
    G("\xef\xbf\xbd", "\xef\xbf\xbd"),
    G("12345678\"", "12345678\\\""),
    G("1234567\"", "1234567\\\""),
    G("<\x3d>\x3f", "\\u003c\x3d\\u003e\x3f"),
};

static void escapes(void)
{
    char to[1024];
    for (size_t i = 0; i < sizeof golden / sizeof *golden; i++) {
        *json_escape(to, golden[i].from, golden[i].size) = 0;
        CHECK_TEXT(to, golden[i].to);
    }
}

/* Each byte at each place of a word, against the rule stated plainly. */
static void every_byte_everywhere(void)
{
    for (int c = 0; c < 128; c++)
        for (int at = 0; at < 17; at++) {
            char from[17], to[17 * JSON_GROWTH + 1], want[17 * JSON_GROWTH + 1], one[8];
            memset(from, 'x', sizeof from);
            from[at] = (char)c;
            if (c == '"' || c == '\\')
                snprintf(one, sizeof one, "\\%c", c);
            else if (c == '\n' || c == '\r')
                snprintf(one, sizeof one, "\\%c", c == '\n' ? 'n' : 'r');
            else if (c < 0x20 || c == '<' || c == '>' || c == '&')
                snprintf(one, sizeof one, "\\u00%02x", c);
            else
                snprintf(one, sizeof one, "%c", c);
            snprintf(want, sizeof want, "%.*s%s%.*s", at, from, one, 16 - at, from + at + 1);
            *json_escape(to, from, sizeof from) = 0;
            CHECK_TEXT(to, want);
        }
}

static const struct {
    int64_t ns;
    const char *text;
} times[] = {
    {0, "1970-01-01T00:00:00Z"},
    {1, "1970-01-01T00:00:00.000000001Z"},
    {951782400000000000, "2000-02-29T00:00:00Z"},
    {951868799500000000, "2000-02-29T23:59:59.5Z"},
    {1709164800120000000, "2024-02-29T00:00:00.12Z"},
    {1735689599999999999, "2024-12-31T23:59:59.999999999Z"},
    {1735689600000000000, "2025-01-01T00:00:00Z"},
    {4102444800000100000, "2100-01-01T00:00:00.0001Z"},
    {4107542399000000000, "2100-02-28T23:59:59Z"},
    {4107542400000000000, "2100-03-01T00:00:00Z"},
};

static void tells_time(void)
{
    char to[JSON_TIME_MAX];
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        *json_time(to, times[i].ns) = 0;
        CHECK_TEXT(to, times[i].text);
    }
}

int main(void)
{
    escapes();
    every_byte_everywhere();
    tells_time();
    return check_result();
}
