/* Numbers as text, without stdio: that would cost each monitor pages of its own. */
#ifndef SAMPAN_TEXT_H
#define SAMPAN_TEXT_H
#include <stdint.h>

#include "plan_read.h"

#define TEXT_NUMBER_MAX 21

/* Writes value in decimal with a NUL; returns where the NUL stands. */
char *text_number(char *to, int64_t value);

/* The decimal number at the start of the text that stops at end, -1 where there is none. */
int64_t text_parse(const char *text, const char *end);

/*
 * A copy of the text in which every "@PID@" is the number; bytes NULL where memory is short. It
 * belongs to the caller: a mapping of length + 1 bytes.
 */
struct plan_str text_with_pid(struct plan_str text, int64_t pid);

#endif
