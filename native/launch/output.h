/* The process's output on its way into the log and to the clients. */
#ifndef SAMPAN_OUTPUT_H
#define SAMPAN_OUTPUT_H
#include <stdbool.h>

/* The pty's master arrived. */
void output_console(int master);

/* The pty's size, now or when it arrives. */
void output_resize(unsigned rows, unsigned cols);

/* One read of stream 0 or 1, whatever poll said. */
void output_read(int stream);

void output_child_ended(void);
bool output_open(void);

/* Ends what is still open. */
void output_close(void);

#endif
