// SPDX-License-Identifier: GPL-2.0-or-later
/* watch: the table of sources, again and again. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <time.h>

#include "ctl.h"
#include "format.h"

static volatile sig_atomic_t interrupted;

static void on_interrupt(int sig)
{
	interrupted = 1;
}

static void show(struct ctl *c, const json_t *status)
{
	const json_t *t = json_object_get(status, "tracking");
	char text[2 * FORMAT_LEN];

	ctl_look_at_terminal(c);	/* may have another width now */
	if (c->terminal)
		fputs("\033[H\033[J", c->out);
	fprintf(c->out, "%s  %s\n", member_text(json_object_get(status, "daemon"), "now").s,
		ctl_clock_line(t, text, sizeof(text)));
	fprintf(c->out, "offset left %s, maximum error %s, frequency %s\n\n",
		member_offset(t, "offset").s, member_time(t, "max_error").s,
		member_ratio(t, "frequency").s);
	ctl_sources_table(c, json_object_get(status, "sources"));
	fputs(c->terminal ? "\nCtrl-C ends this\n" : "\n", c->out);
}

static void sleep_for(double s)
{
	struct timespec ts = { .tv_sec = (time_t)s };

	ts.tv_nsec = (long)((s - (double)ts.tv_sec) * 1e9);
	nanosleep(&ts, NULL);		/* ended early by Ctrl-C: that is what it is for */
}

static int once(struct ctl *c)
{
	json_t *answer;
	int r = ctl_call(c, "status", NULL, &answer);

	if (r)
		return r;
	if (!ctl_print_json(c, answer))
		show(c, json_object_get(answer, "status"));
	json_decref(answer);
	return CTL_OK;
}

int ctl_watch(struct ctl *c, const char *arg)
{
	struct sigaction sa = { .sa_handler = on_interrupt }, old;
	int r = CTL_OK;

	interrupted = 0;
	sigaction(SIGINT, &sa, &old);
	for (unsigned long n = 0; !interrupted && (!c->count || n < c->count); n++) {
		if (n)
			sleep_for(c->interval_s);
		if (interrupted)
			break;
		r = once(c);
		/* a daemon that is being restarted comes back */
		if (r == CTL_REFUSED || (r && !n))
			break;
		fflush(c->out);
	}
	sigaction(SIGINT, &old, NULL);
	return interrupted ? CTL_OK : r;
}
