/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signals without pipes or signalfd: plain handlers set a flag and break the
 * event loop, which whoever runs the loop then looks at.
 */
#ifndef ATS_SIGNALS_H
#define ATS_SIGNALS_H

#include <event2/event.h>

#include "types.h"

void signals_install(struct event_base *base);
/* Any of them came, and whoever runs the loop has not looked yet. */
bool signals_pending(void);
/* SIGTERM or SIGINT came. */
bool signals_stop(void);
/* SIGHUP came since the last call. */
bool signals_reload(void);

#endif
