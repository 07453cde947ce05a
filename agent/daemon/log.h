/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The daemon's log: few lines, each worth reading. To standard error (with
 * sd-daemon priority prefixes when the journal reads it) or to syslog.
 */
#ifndef ATS_LOG_H
#define ATS_LOG_H

#include <syslog.h>

#include "types.h"

void log_open(bool to_syslog, bool debug);

/* @priority: LOG_ERR, LOG_WARNING, LOG_NOTICE, LOG_INFO or LOG_DEBUG. */
void log_write(int priority, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...) log_write(LOG_ERR, __VA_ARGS__)
#define log_warning(...) log_write(LOG_WARNING, __VA_ARGS__)
#define log_notice(...) log_write(LOG_NOTICE, __VA_ARGS__)
#define log_info(...) log_write(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_write(LOG_DEBUG, __VA_ARGS__)

/*
 * Limits one kind of message that the network or a fault could repeat for
 * ever: @burst lines an hour, of which the first tells how many were left out.
 */
struct log_limit {
	unsigned int burst;	/* set by the owner; 0 counts as 1 */
	unsigned int used;
	u64 left_out;
	s64 window_mono;
};

/* May this line be written now? @left_out: how many were not since the last one. */
bool log_limit_pass(struct log_limit *l, s64 now_mono, u64 *left_out);

#endif
