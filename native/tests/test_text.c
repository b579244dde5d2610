#include "../launch/text.h"
#include "check.h"

static void writes(int64_t value, const char *want)
{
    char to[TEXT_NUMBER_MAX];
    char *end = text_number(to, value);
    CHECK_TEXT(to, want);
    CHECK(end == to + strlen(want));
}

static void reads(const char *text, int64_t want)
{
    CHECK(text_parse(text, text + strlen(text)) == want);
}

int main(void)
{
    writes(0, "0");
    writes(-1, "-1");
    writes(1234567890123, "1234567890123");
    writes(INT64_MAX, "9223372036854775807");
    writes(INT64_MIN, "-9223372036854775808");
    reads("", -1);
    reads("x1", -1);
    reads("17\n", 17);
    reads("12345678901234567890123", 123456789012345678);
    CHECK(text_parse("123", "123") == -1);
    return check_result();
}
