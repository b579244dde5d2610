#include "text.h"

#include <string.h>
#include <sys/mman.h>

#define MARK "@PID@"
#define MARK_SIZE (sizeof MARK - 1)

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

struct plan_str text_with_pid(struct plan_str text, int64_t pid)
{
    char number[TEXT_NUMBER_MAX];
    size_t digits = (size_t)(text_number(number, pid) - number), marks = 0;
    const char *end = text.bytes + text.length, *mark;
    for (const char *at = text.bytes; (mark = memmem(at, (size_t)(end - at), MARK, MARK_SIZE)); at = mark + MARK_SIZE)
        marks++;
    size_t length = text.length - marks * MARK_SIZE + marks * digits;
    char *copy = mmap(NULL, length + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *to = copy;
    if (copy == MAP_FAILED)
        return (struct plan_str){0};
    for (const char *at = text.bytes;; at = mark + MARK_SIZE) {
        mark = memmem(at, (size_t)(end - at), MARK, MARK_SIZE);
        to = mempcpy(to, at, (size_t)((mark ? mark : end) - at));
        if (!mark)
            return (struct plan_str){copy, (uint32_t)length};
        to = mempcpy(to, number, digits);
    }
}
