/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For tests of as-timesyncctl as a whole, with _GNU_SOURCE: against the daemon's own control
 * socket code with canned answers (tests/data/control/answers.json).
 */
#ifndef ATS_TEST_CTL_LAB_H
#define ATS_TEST_CTL_LAB_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <errno.h>
#include <grp.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "control/control.h"
#include "ctl/ctl.h"
#include "ctl/format.h"
#include "ctl/table.h"

static char dir[] = "/tmp/ats-ctl-XXXXXX";
static char path[128], raw_path[128];
static pid_t server;
static char *out, *err;
static size_t outlen, errlen;

/* The fake daemon */

static inline int canned(void *ctx, const json_t *request, json_t *reply, char *e, size_t len)
{
	const char *name = json_string_value(json_object_get(request, "command"));
	const char *source = json_string_value(json_object_get(request, "source"));

	if (source && strcmp(source, "time.example")) {
		snprintf(e, len, "there is no source \"%s\"", source);
		return -ENOENT;
	}
	if (!strcmp(name, "step") && !json_is_true(json_object_get(request, "confirm")))
		return -EINVAL;
	return json_object_set(reply, name, json_object_get(ctx, name));
}

/* Two clients, one a page. */
static inline int paged(void *ctx, const json_t *request, json_t *reply, char *e, size_t len)
{
	const json_t *all = json_object_get(json_object_get(ctx, "clients"), "clients");
	json_int_t start = json_integer_value(json_object_get(request, "start"));

	return json_object_set_new(reply, "clients", json_pack("{s:i, s:o, s:[O]}", "total", 2,
				   "next", start ? json_null() : json_integer(1), "clients",
				   json_array_get(all, (size_t)start)));
}

static char asked[400];

/* PTP management: what was read, or the request itself as an error's message */
static inline int managed(void *ctx, const json_t *request, json_t *reply, char *e, size_t len)
{
	const char *name = json_string_value(json_object_get(request, "command"));
	const char *id = json_string_value(json_object_get(request, "id"));
	char *text;

	if (!strcmp(name, "ptp_ask")) {
		text = json_dumps(request, JSON_COMPACT | JSON_SORT_KEYS);
		snprintf(asked, sizeof(asked), "%s", text);
		free(text);
		return json_object_set_new(reply, name, json_pack("{s:i}", "ticket", 7));
	}
	if (!strcmp(name, "ptp_answers") &&
	    json_integer_value(json_object_get(request, "ticket")) == 7)
		return json_object_set_new(reply, name, json_pack(
			"[{s:i, s:s, s:s, s:s, s:s}]", "domain", 0, "port_identity", "y-2", "id", "Y",
			"error", "WRONG_VALUE", "message", asked));
	if (!strcmp(name, "ptp_get") && id && !strcmp(id, "PORT_DATA_SET"))
		return json_object_set_new(reply, name, json_pack(
			"[{s:i, s:s, s:s, s:{s:i, s:f, s:i, s:[ss], s:s, s:n}}]", "domain", 24,
			"port_identity", "001b21.fffe.7451a2-1", "id", id, "data", "portState", 6,
			"meanLinkDelay", 12.5, "versionNumber", 18, "list", "a", "b\x1b", "text\x1b",
			"evil\x1b[2J", "odd"));
	text = json_dumps(request, JSON_COMPACT | JSON_SORT_KEYS);
	json_object_set_new(reply, name, json_pack("[{s:i, s:s, s:s, s:s, s:s}]", "domain", 0,
			    "port_identity", "x-1", "id", "X", "error", "WRONG_VALUE", "message",
			    text));
	free(text);
	return 0;
}

static const struct control_command commands[] = {
	{ "status", canned, false }, { "tracking", canned, false }, { "sources", canned, false },
	{ "peers", canned, false }, { "clients", paged, false }, { "serverstats", canned, false },
	{ "reload", canned, true }, { "online", canned, true }, { "offline", canned, true },
	{ "step", canned, true }, { "ptp", canned, false }, { "ptp_get", managed, false }, { "ptp_set", managed, true },
	{ "ptp_command", managed, true }, { "ptp_ask", managed, true },
	{ "ptp_answers", managed, false },
};

/* Says @text to whoever connects, and hangs up. */
static inline void serve_raw(int listener, const char *text)
{
	char request[4096];

	for (;;) {
		int fd = accept(listener, NULL, NULL);

		(void)!read(fd, request, sizeof(request));
		(void)!write(fd, text, strlen(text));
		close(fd);
	}
}

static inline int listen_at(const char *where)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strcpy(addr.sun_path, where);
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) || listen(fd, 8))
		return -1;
	return fd;
}

static inline pid_t start_raw(const char *text)
{
	int fd = listen_at(raw_path);
	pid_t pid;

	assert_true(fd >= 0);
	pid = fork();
	if (!pid)
		serve_raw(fd, text);
	close(fd);
	return pid;
}

static inline void stop(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* The program under test */

static inline int run_at(const char *socket_path, const char *const *args)
{
	char *argv[12] = { (char *)"as-timesyncctl", (char *)"-s", (char *)socket_path };
	int argc = 3, r;
	FILE *o, *e;

	free(out);
	free(err);
	o = open_memstream(&out, &outlen);
	e = open_memstream(&err, &errlen);
	while (*args)
		argv[argc++] = (char *)*args++;
	r = ctl_main(argc, argv, o, e);
	fclose(o);
	fclose(e);
	for (const char *p = out; *p; p++)
		assert_true(((unsigned char)*p >= ' ' && *p != 0x7f) || *p == '\n');
	return r;
}

#define RUN(...) run_at(path, (const char *const[]){ __VA_ARGS__, NULL })
#define RUN_RAW(...) run_at(raw_path, (const char *const[]){ __VA_ARGS__, NULL })

static inline void has(const char *text, const char *want)
{
	if (!strstr(text, want))
		fail_msg("no \"%s\" in:\n%s", want, text);
}

/* The line that begins with @start, one space for several */
static inline void line_of(const char *start, char line[256])
{
	const char *at = strstr(out, start);
	size_t n = 0;

	assert_non_null(at);
	for (; *at && *at != '\n' && n < 255; at++)
		if (*at != ' ' || (n && line[n - 1] != ' '))
			line[n++] = *at;
	line[n] = '\0';
}

static inline int setup(void **state)
{
	struct event_base *base;
	json_t *answers = json_load_file("tests/data/control/answers.json", 0, NULL);
	char why[256];
	int ready[2];
	char byte;

	if (!answers || !mkdtemp(dir) || pipe(ready))
		return -1;
	snprintf(path, sizeof(path), "%s/control.sock", dir);
	snprintf(raw_path, sizeof(raw_path), "%s/raw.sock", dir);
	server = fork();
	if (!server) {
		base = event_base_new();
		if (!control_new(base, path, NULL, commands, ARRAY_SIZE(commands), answers, why,
				 sizeof(why)))
			_exit(1);
		close(ready[0]);
		close(ready[1]);	/* that it is ready */
		event_base_dispatch(base);
		_exit(0);
	}
	json_decref(answers);
	close(ready[1]);
	(void)!read(ready[0], &byte, 1);
	close(ready[0]);
	unsetenv("TERM");
	return 0;
}

static inline int teardown(void **state)
{
	stop(server);
	unlink(path);
	free(out);
	free(err);
	return rmdir(dir);
}

#endif
