// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/signals.h"

#include <signal.h>
#include <string.h>

static volatile sig_atomic_t stop, reload;
static struct event_base *loop;

/*
 * Without threads event_base_loopbreak() does no more than set a flag of the
 * base, so that a handler may call it; a signal that comes outside of the loop
 * is found by the tick.
 */
static void on_signal(int number)
{
	if (number == SIGHUP)
		reload = 1;
	else
		stop = 1;
	event_base_loopbreak(loop);
}

void signals_install(struct event_base *base)
{
	struct sigaction sa;

	loop = base;
	memset(&sa, 0, sizeof(sa));
	sigemptyset(&sa.sa_mask);
	sa.sa_handler = on_signal;
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
	sa.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &sa, NULL);
}

bool signals_pending(void)
{
	return stop || reload;
}

bool signals_stop(void)
{
	return stop;
}

bool signals_reload(void)
{
	bool was = reload;

	reload = 0;
	return was;
}
