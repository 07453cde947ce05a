/* SPDX-License-Identifier: GPL-2.0-or-later */
/* as-timesyncd: everything that main() starts and stops. */
#ifndef ATS_DAEMON_H
#define ATS_DAEMON_H

#include "types.h"

struct daemon_options {
	const char *config_path;
	bool foreground;
	bool no_control;	/* only watch the clock, whatever the file says */
	bool debug;
};

/* Runs until SIGTERM or SIGINT. Returns the exit status. */
int daemon_run(const struct daemon_options *options);

#endif
