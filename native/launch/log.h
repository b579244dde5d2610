/*
 * The container's log in Docker's json-file format. Lines longer than LOG_LINE_MAX are split as
 * Docker splits them: only the last part's "log" ends with a newline, and all parts carry the time
 * of the first. The file is rotated by renaming before the line that finds it full, so that who
 * follows by inode loses nothing.
 */
#ifndef SAMPAN_LOG_H
#define SAMPAN_LOG_H
#include <stddef.h>
#include <stdint.h>

/* 0 or a negative errno. max_bytes -1 for no limit; max_files counts the file itself. */
int log_open(const char *path, const char *attrs, int64_t max_bytes, int max_files);
int log_reopen(void);
void log_close(void);

/* Takes output of stream 0 (stdout) or 1 (stderr) that was read at now; written by log_flush. */
void log_feed(int stream, const char *bytes, size_t size, int64_t now);

/* The stream is over: what it holds of a line is written without a newline. */
void log_end(int stream);
void log_flush(void);

/* Bytes of begun lines that wait for their end. */
const unsigned *log_carried(void);

#endif
