#ifndef SAMPAN_JSON_H
#define SAMPAN_JSON_H
#include <stddef.h>
#include <stdint.h>

/* One byte becomes at most this many. */
#define JSON_GROWTH 6
#define JSON_TIME_MAX 36

/*
 * Writes size bytes as the inside of a JSON string, as Go's encoder for Docker's log does: quotes,
 * backslashes, control characters, < > & and U+2028/9 escaped, every byte that is no UTF-8 as
 * \ufffd. Returns the end; to must have room for JSON_GROWTH times size.
 */
char *json_escape(char *to, const char *from, size_t size);

/* CLOCK_REALTIME nanoseconds as RFC 3339 in UTC, the fraction without trailing zeros. Returns the end. */
char *json_time(char *to, int64_t ns);

#endif
