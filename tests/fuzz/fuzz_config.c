// SPDX-License-Identifier: GPL-2.0-or-later
/* Any text as a configuration: a value that keeps its promises, or a message. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "config/config.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

static void check_source(const struct config_source *s)
{
	int min, max;

	if (!s->name || !*s->name || strlen(s->name) > 253 || !s->port || !s->burst ||
	    s->line < 1 || (s->interface && strlen(s->interface) > 15))
		abort();
	for (int nearby = 0; nearby < 2; nearby++) {
		config_poll_limits(s, nearby, &min, &max);
		if (min < -4 || max > 17 || min > max)
			abort();
	}
	if (!config_source_equal(s, s))
		abort();
}

static void check(const struct config *c)
{
	const struct config_serve_ntp *serve = &c->serve_ntp;

	if (c->nsource > 1024 || serve->nacl > 4096 || c->local_stratum > 15 ||
	    !(c->slew_threshold_ns > 0) || !(c->slew_threshold_ns <= c->max_offset_ns) ||
	    !c->control_socket || strlen(c->control_socket) > 107 || !c->state_dir ||
	    !c->leap_file || (serve->nacl && !serve->enabled) || !serve->port)
		abort();
	for (unsigned int i = 0; i < c->nsource; i++)
		check_source(&c->source[i]);
	for (unsigned int i = 0; i < serve->nacl; i++)
		if (serve->acl[i].prefix > (serve->acl[i].family == AF_INET ? 32 : 128))
			abort();
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	char path[64], err[512] = "";
	int fd = memfd_create("config", 0);
	struct config *c;

	if (fd < 0 || (len && write(fd, data, len) != (ssize_t)len))
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	c = config_load(path, err, sizeof(err));
	if (c) {
		check(c);
	} else {
		/* "file:line: key: what; what would be right" on one line */
		if (strncmp(err, "/proc/self/", 11) && err[0] != '/')
			abort();
		if (!strstr(err, ": "))
			abort();
		for (const char *p = err; *p; p++)
			if ((unsigned char)*p < ' ' || *p == 0x7f)
				abort();
	}
	config_free(c);
	close(fd);
	return 0;
}

/* libconfig 1.5 loses a string when the text ends in a syntax error behind it. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libconfig\n";
}
