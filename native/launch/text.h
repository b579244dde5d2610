/* Numbers as text, without stdio: that would cost each monitor pages of its own. */
#ifndef SAMPAN_TEXT_H
#define SAMPAN_TEXT_H
#include <stdint.h>

#define TEXT_NUMBER_MAX 21

/* Writes value in decimal with a NUL; returns where the NUL stands. */
char *text_number(char *to, int64_t value);

/* The decimal number at the start of the text that stops at end, -1 where there is none. */
int64_t text_parse(const char *text, const char *end);

#endif
