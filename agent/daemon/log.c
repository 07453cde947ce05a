// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/printable.h"

#define LIMIT_WINDOW_NS (3600 * NSEC_PER_SEC)
#define LINE_MAX_LEN 1000

static bool use_syslog, journal, show_debug;

void log_open(bool to_syslog, bool debug)
{
	use_syslog = to_syslog;
	show_debug = debug;
	journal = getenv("JOURNAL_STREAM") != NULL;
	if (use_syslog)
		openlog("as-timesyncd", LOG_PID, LOG_DAEMON);
}

void log_write(int priority, const char *format, ...)
{
	static const char * const word[] = {
		[LOG_ERR] = "error: ", [LOG_WARNING] = "warning: ", [LOG_DEBUG] = "debug: ",
	};
	char raw[LINE_MAX_LEN], line[LINE_MAX_LEN];
	va_list ap;

	if (priority == LOG_DEBUG && !show_debug)
		return;
	va_start(ap, format);
	vsnprintf(raw, sizeof(raw), format, ap);
	va_end(ap);
	/* What servers and files say is quoted in messages. */
	printable(line, sizeof(line), raw, strlen(raw));
	if (use_syslog)
		syslog(priority, "%s", line);
	else if (journal)
		fprintf(stderr, "<%d>%s\n", priority, line);
	else
		fprintf(stderr, "as-timesyncd: %s%s\n", word[priority] ? word[priority] : "", line);
}

bool log_limit_pass(struct log_limit *l, s64 now_mono, u64 *left_out)
{
	if (l->used && now_mono - l->window_mono >= LIMIT_WINDOW_NS)
		l->used = 0;
	if (l->used >= (l->burst ? l->burst : 1)) {
		l->left_out++;
		return false;
	}
	if (!l->used)
		l->window_mono = now_mono;
	l->used++;
	*left_out = l->left_out;
	l->left_out = 0;
	return true;
}
