#ifndef SAMPAN_SIGNALS_H
#define SAMPAN_SIGNALS_H

/* Every signal has its default action and none is blocked. */
void signals_default(void);

/* What a monitor must survive is ignored. */
void signals_ignore(void);

#endif
