#include "text.h"

char *text_number(char *to, int64_t value)
{
    char digits[TEXT_NUMBER_MAX];
    int n = 0;
    uint64_t v = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do
        digits[n++] = (char)('0' + v % 10);
    while (v /= 10);
    if (value < 0)
        *to++ = '-';
    while (n)
        *to++ = digits[--n];
    *to = 0;
    return to;
}

int64_t text_parse(const char *text, const char *end)
{
    int64_t value = 0;
    int digits = 0;
    for (; text < end && *text >= '0' && *text <= '9' && digits < 18; text++, digits++)
        value = value * 10 + (*text - '0');
    return digits ? value : -1;
}
