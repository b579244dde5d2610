/* The process's output on its way into the log and to the clients. */
#ifndef SAMPAN_OUTPUT_H
#define SAMPAN_OUTPUT_H
#include <stdbool.h>

/* The pty's master arrived. */
void output_console(int master);

/* The pty's size, now or when it arrives. */
void output_resize(unsigned rows, unsigned cols);

/* One read of stream 0 or 1, whatever poll said; false when nothing was there. */
bool output_read(int stream);

void output_child_ended(void);
bool output_open(void);

/* Reads what the pipes hold at this moment, logs it and ends both streams. */
void output_finish(void);

#endif
