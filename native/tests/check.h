/* The least that a test in C needs. Every program ends with return check_result(). */
#ifndef SAMPAN_CHECK_H
#define SAMPAN_CHECK_H
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int check_failures;

#define CHECK(condition)                                                        \
    do {                                                                        \
        if (!(condition)) {                                                     \
            check_failures++;                                                   \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);     \
        }                                                                       \
    } while (0)

#define CHECK_TEXT(got, want)                                                                        \
    do {                                                                                             \
        const char *got_ = (got), *want_ = (want);                                                   \
        if (strcmp(got_, want_)) {                                                                   \
            check_failures++;                                                                        \
            fprintf(stderr, "%s:%d: got  %s\n    want %s\n", __FILE__, __LINE__, got_, want_);       \
        }                                                                                            \
    } while (0)

static inline int check_result(void)
{
    return check_failures ? 1 : 0;
}

/* A fresh directory that the process is in; removed, with what is in it, by leave_fresh_directory. */
static char check_directory[] = "/tmp/sampan-native-XXXXXX";

static inline void enter_fresh_directory(void)
{
    if (!mkdtemp(check_directory) || chdir(check_directory))
        abort();
}

static inline void leave_fresh_directory(void)
{
    char command[64];
    snprintf(command, sizeof command, "rm -rf '%s'", check_directory);
    if (chdir("/") || system(command))
        abort();
}

static inline char *read_file(const char *path)
{
    FILE *f = fopen(path, "re");
    if (!f)
        return calloc(1, 1);
    char *text = calloc(1, 1 << 20);
    size_t n = fread(text, 1, (1 << 20) - 1, f);
    text[n] = 0;
    fclose(f);
    return text;
}

#endif
