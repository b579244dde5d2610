#include "json.h"

#include <stdbool.h>
#include <string.h>

#define ONES 0x0101010101010101ull
#define HIGH 0x8080808080808080ull

static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x80 && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&';
}

/* The high bit of each byte that is zero; bytes above the first hit may be wrong, which only costs time. */
static uint64_t zeros(uint64_t word)
{
    return (word - ONES) & ~word & HIGH;
}

static bool eight_plain(const char *p)
{
    uint64_t w;
    memcpy(&w, p, 8);
    uint64_t special = (w & HIGH) | ((w - ONES * 0x20) & ~w & HIGH);
    special |= zeros(w ^ ONES * '"') | zeros(w ^ ONES * '\\') | zeros(w ^ ONES * '&');
    /* '<' and '>' differ in one bit. */
    special |= zeros((w & ~(ONES * 2)) ^ ONES * '<');
    return !special;
}

static size_t plain_run(const char *p, size_t size)
{
    size_t n = 0;
    while (size - n >= 8 && eight_plain(p + n))
        n += 8;
    while (n < size && is_plain((unsigned char)p[n]))
        n++;
    return n;
}

static bool continues(const unsigned char *p, size_t size, size_t i)
{
    return i < size && (p[i] & 0xc0) == 0x80;
}

/* Length of the UTF-8 sequence at p, 0 where there is none (overlong, surrogate, too high, cut off). */
static size_t sequence(const unsigned char *p, size_t size)
{
    unsigned char a = p[0], b = size > 1 ? p[1] : 0;
    if (a >= 0xc2 && a <= 0xdf)
        return continues(p, size, 1) ? 2 : 0;
    if (a >= 0xe0 && a <= 0xef) {
        if ((a == 0xe0 && b < 0xa0) || (a == 0xed && b > 0x9f))
            return 0;
        return continues(p, size, 1) && continues(p, size, 2) ? 3 : 0;
    }
    if (a >= 0xf0 && a <= 0xf4) {
        if ((a == 0xf0 && b < 0x90) || (a == 0xf4 && b > 0x8f))
            return 0;
        return continues(p, size, 1) && continues(p, size, 2) && continues(p, size, 3) ? 4 : 0;
    }
    return 0;
}

static char *put(char *to, const char *text, size_t length)
{
    memcpy(to, text, length);
    return to + length;
}

static char *escape_ascii(char *to, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";
    *to++ = '\\';
    switch (c) {
    case '"':
    case '\\':
        *to++ = (char)c;
        return to;
    case '\n':
        *to++ = 'n';
        return to;
    case '\r':
        *to++ = 'r';
        return to;
    }
    to = put(to, "u00", 3);
    *to++ = hex[c >> 4];
    *to++ = hex[c & 15];
    return to;
}

char *json_escape(char *to, const char *from, size_t size)
{
    for (size_t i = 0; i < size;) {
        size_t run = plain_run(from + i, size - i);
        to = put(to, from + i, run);
        i += run;
        if (i == size)
            break;
        const unsigned char *p = (const unsigned char *)from + i;
        if (*p < 0x80) {
            to = escape_ascii(to, *p);
            i++;
            continue;
        }
        size_t length = sequence(p, size - i);
        if (!length)
            to = put(to, "\\ufffd", 6);
        else if (length == 3 && p[0] == 0xe2 && p[1] == 0x80 && (p[2] & 0xfe) == 0xa8)
            to = put(to, p[2] & 1 ? "\\u2029" : "\\u2028", 6);
        else
            to = put(to, from + i, length);
        i += length ? length : 1;
    }
    return to;
}

static char *digits(char *to, int64_t value, int width)
{
    for (int i = width - 1; i >= 0; i--, value /= 10)
        to[i] = (char)('0' + value % 10);
    return to + width;
}

char *json_time(char *to, int64_t ns)
{
    int64_t seconds = ns / 1000000000, fraction = ns % 1000000000, days = seconds / 86400;
    int64_t of_day = seconds % 86400;
    /* Days since 1970 to a date, counted in years that begin with March: the leap day comes last. */
    int64_t z = days + 719468, era = z / 146097, doe = z % 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
    int64_t month = mp < 10 ? mp + 3 : mp - 9, year = era * 400 + yoe + (month <= 2);
    to = digits(to, year, 4);
    *to++ = '-';
    to = digits(to, month, 2);
    *to++ = '-';
    to = digits(to, doy - (153 * mp + 2) / 5 + 1, 2);
    *to++ = 'T';
    to = digits(to, of_day / 3600, 2);
    *to++ = ':';
    to = digits(to, of_day / 60 % 60, 2);
    *to++ = ':';
    to = digits(to, of_day % 60, 2);
    if (fraction) {
        *to++ = '.';
        to = digits(to, fraction, 9);
        while (to[-1] == '0')
            to--;
    }
    *to++ = 'Z';
    return to;
}
