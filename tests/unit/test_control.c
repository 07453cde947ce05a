// SPDX-License-Identifier: GPL-2.0-or-later
/* The control socket: requests, limits, permissions and the file itself. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "control/control_internal.h"

static char dir[] = "/tmp/ats-control-XXXXXX";
static char path[128], err[256];
static struct event_base *base;

static int run_echo(void *ctx, const json_t *request, json_t *reply, char *e, size_t len)
{
	++*(int *)ctx;
	return json_object_set(reply, "echo", json_object_get(request, "text"));
}

static int run_big(void *ctx, const json_t *request, json_t *reply, char *e, size_t len)
{
	char text[65536];

	++*(int *)ctx;
	memset(text, 'x', sizeof(text));
	return json_object_set_new(reply, "big", json_stringn(text, sizeof(text)));
}

static int run_fail(void *ctx, const json_t *request, json_t *reply, char *e, size_t len)
{
	json_object_set_new(reply, "half", json_true());
	if (json_is_string(json_object_get(request, "text")))
		snprintf(e, len, "%s", json_string_value(json_object_get(request, "text")));
	return (int)json_integer_value(json_object_get(request, "errno"));
}

static const struct control_command commands[] = {
	{ "echo", run_echo, false },
	{ "big", run_big, false },
	{ "change", run_echo, true },
	{ "fail", run_fail, false },
};

static int calls;

static void dispatch_is(bool may_change, const char *line, const char *want)
{
	json_t *reply = control_dispatch(commands, ARRAY_SIZE(commands), &calls, may_change, line,
					 strlen(line));
	char *text = json_dumps(reply, JSON_COMPACT);

	assert_non_null(text);
	if (strncmp(text, want, strlen(want)))
		fail_msg("%s\nwanted %s\ngot    %s", line, want, text);
	free(text);
	json_decref(reply);
}

#define ERR(code) "{\"version\":1,\"error\":{\"code\":\"" code "\",\"message\":\""

static void test_dispatch(void **state)
{
	dispatch_is(false, "{\"version\":1,\"command\":\"echo\",\"text\":\"a\"}",
		    "{\"version\":1,\"echo\":\"a\"}");
	dispatch_is(true, "{\"version\":1,\"command\":\"change\",\"text\":1,\"other\":2}\r",
		    "{\"version\":1,\"echo\":1}");
	dispatch_is(false, "{\"version\":1,\"command\":\"change\"}", ERR("not_permitted"));
	dispatch_is(true, "", ERR("bad_request"));
	dispatch_is(true, "[]", ERR("bad_request"));
	dispatch_is(true, "{", ERR("bad_request"));
	dispatch_is(true, "{\"version\":1,\"version\":1}", ERR("bad_request"));
	dispatch_is(true, "{\"version\":1}", ERR("bad_request"));
	dispatch_is(true, "{\"version\":1,\"command\":[]}", ERR("bad_request"));
	dispatch_is(true, "{\"command\":\"echo\"}", ERR("unsupported_version"));
	dispatch_is(true, "{\"version\":2,\"command\":\"echo\"}", ERR("unsupported_version"));
	dispatch_is(true, "{\"version\":\"1\",\"command\":\"echo\"}", ERR("unsupported_version"));
	dispatch_is(true, "{\"version\":1,\"command\":\"ech\"}", ERR("unknown_command"));
	/* control characters do not come back */
	dispatch_is(true, "{\"version\":1,\"command\":\"\\u001b[2J\"}",
		    ERR("unknown_command") "there is no command \\\"\\\\x1b[2J\\\"");
}

static void test_error_codes(void **state)
{
	static const struct {
		int r;
		const char *code;
	} t[] = {
		{ -EINVAL, "invalid" }, { -ENOENT, "not_found" }, { -EAGAIN, "not_ready" },
		{ -EPERM, "not_permitted" }, { -EIO, "failed" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		char line[128], want[128];

		snprintf(line, sizeof(line), "{\"version\":1,\"command\":\"fail\",\"errno\":%d,"
			 "\"text\":\"why\"}", t[i].r);
		snprintf(want, sizeof(want), "{\"version\":1,\"error\":{\"code\":\"%s\",\"message\":"
			 "\"why\"}}", t[i].code);
		dispatch_is(false, line, want);
	}
	dispatch_is(false, "{\"version\":1,\"command\":\"fail\",\"errno\":-5}",
		    ERR("failed") "Input/output error");
}

static struct control *open_control(const char *group)
{
	return control_new(base, path, group, commands, ARRAY_SIZE(commands), &calls, err,
			   sizeof(err));
}

static int connect_to(const char *to)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	strcpy(addr.sun_path, to);
	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr))) {
		close(fd);
		return -errno;
	}
	return fd;
}

/* Let the daemon's side do all that it can do now. */
static void spin(void)
{
	for (int i = 0; i < 20; i++)
		event_base_loop(base, EVLOOP_NONBLOCK);
}

static void say(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
	spin();
}

/* All that is there to read. -1: closed without anything. */
static ssize_t hear(int fd, char *buf, size_t size)
{
	size_t len = 0;
	ssize_t n;

	while ((n = recv(fd, buf + len, size - 1 - len, 0)) > 0) {
		len += (size_t)n;
		spin();
	}
	buf[len] = '\0';
	return n == 0 && !len ? -1 : (ssize_t)len;
}

static void test_talk(void **state)
{
	struct control *c = open_control(NULL);
	struct stat st;
	char buf[4096];
	int fd;

	assert_non_null(c);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode, S_IFSOCK | 0660);
	fd = connect_to(path);
	say(fd, "{\"version\":1,\"command\":\"echo\",\"text\":1}\n{\"version\":1,");
	hear(fd, buf, sizeof(buf));
	assert_string_equal(buf, "{\"version\":1,\"echo\":1}\n");
	say(fd, "\"command\":\"echo\",\"text\":2}\n{\"version\":1,\"command\":\"echo\",\"text\":3}\n");
	hear(fd, buf, sizeof(buf));
	assert_string_equal(buf, "{\"version\":1,\"echo\":2}\n{\"version\":1,\"echo\":3}\n");
	/* we run as the daemon's own user */
	say(fd, "{\"version\":1,\"command\":\"change\",\"text\":4}\n");
	hear(fd, buf, sizeof(buf));
	assert_string_equal(buf, "{\"version\":1,\"echo\":4}\n");
	/* a half closed connection still gets its answers */
	say(fd, "{\"version\":1,\"command\":\"echo\",\"text\":5}\n"
		"{\"version\":1,\"command\":\"echo\",\"text\":6}\npartial");
	shutdown(fd, SHUT_WR);
	spin();
	hear(fd, buf, sizeof(buf));
	assert_string_equal(buf, "{\"version\":1,\"echo\":5}\n{\"version\":1,\"echo\":6}\n");
	assert_int_equal(hear(fd, buf, sizeof(buf)), -1);
	close(fd);
	control_free(c);
	assert_int_equal(access(path, F_OK), -1);
}

static void test_long_line(void **state)
{
	struct control *c = open_control(NULL);
	char line[CONTROL_REQUEST_MAX + 2], buf[8192];
	int fd = connect_to(path);

	/* the longest line that is allowed */
	memset(line, ' ', sizeof(line));
	memcpy(line, "{\"version\":1,\"command\":\"echo\",\"text\":1}", 39);
	line[CONTROL_REQUEST_MAX - 1] = '\n';
	line[CONTROL_REQUEST_MAX] = '\0';
	say(fd, line);
	hear(fd, buf, sizeof(buf));
	assert_string_equal(buf, "{\"version\":1,\"echo\":1}\n");
	/* one more */
	line[CONTROL_REQUEST_MAX - 1] = ' ';
	say(fd, line);
	hear(fd, buf, sizeof(buf));
	assert_string_equal(buf, ERR("bad_request") "the request is too long\"}}\n");
	assert_int_equal(hear(fd, buf, sizeof(buf)), -1);
	close(fd);
	control_free(c);
}

/* Who does not read gets one answer made, not a thousand. */
static void test_slow_reader(void **state)
{
	static char buf[65536 * 80];
	struct control *c = open_control(NULL);
	int fd = connect_to(path), before = calls, size = 4096;
	ssize_t n;

	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	for (int i = 0; i < 50; i++)
		say(fd, "{\"version\":1,\"command\":\"big\"}\n");
	assert_true(calls - before < 10);	/* what the kernel's buffers take, and one */
	n = hear(fd, buf, sizeof(buf));
	for (int i = 0; i < 200 && calls - before < 50; i++) {
		spin();
		n += hear(fd, buf + n, sizeof(buf) - (size_t)n);
	}
	assert_int_equal(calls - before, 50);
	assert_int_equal(n, 50 * (65536 + 23));
	/* it goes away with an answer under way */
	say(fd, "{\"version\":1,\"command\":\"big\"}\n{\"version\":1,\"command\":\"big\"}\n");
	close(fd);
	spin();
	control_free(c);
}

static void test_too_many(void **state)
{
	struct control *c = open_control(NULL);
	int fd[CONTROL_CONNECTIONS_MAX + 1];
	char buf[256];

	for (size_t i = 0; i < ARRAY_SIZE(fd); i++) {
		fd[i] = connect_to(path);
		assert_true(fd[i] >= 0);
		spin();
	}
	assert_int_equal(hear(fd[CONTROL_CONNECTIONS_MAX], buf, sizeof(buf)), -1);
	say(fd[0], "{\"version\":1,\"command\":\"echo\",\"text\":1}\n");
	assert_true(hear(fd[0], buf, sizeof(buf)) > 0);
	close(fd[0]);
	spin();
	fd[0] = connect_to(path);
	say(fd[0], "{\"version\":1,\"command\":\"echo\",\"text\":1}\n");
	assert_true(hear(fd[0], buf, sizeof(buf)) > 0);
	for (size_t i = 0; i < ARRAY_SIZE(fd); i++)
		close(fd[i]);
	control_free(c);	/* with connections open */
}

static void test_stale(void **state)
{
	struct control *c = open_control(NULL), *d;
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd;

	/* somebody answers */
	d = open_control(NULL);
	assert_null(d);
	assert_non_null(strstr(err, "another daemon answers"));
	assert_int_equal(access(path, F_OK), 0);
	control_free(c);
	/* nobody does */
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	strcpy(addr.sun_path, path);
	assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	close(fd);
	c = open_control(NULL);
	assert_non_null(c);
	/* a successor's socket is not removed */
	assert_int_equal(unlink(path), 0);
	d = open_control(NULL);
	assert_non_null(d);
	control_free(c);
	assert_int_equal(access(path, F_OK), 0);
	control_free(d);
	/* no socket at all */
	fd = open(path, O_CREAT | O_WRONLY, 0600);
	close(fd);
	assert_null(open_control(NULL));
	assert_non_null(strstr(err, "is no socket"));
	assert_int_equal(unlink(path), 0);
}

static void test_group(void **state)
{
	const struct group *own = getgrgid(getgid());
	struct control *c;
	struct stat st;

	assert_null(open_control("no-such-group-here"));
	assert_non_null(strstr(err, "there is no group"));
	assert_int_equal(access(path, F_OK), -1);
	if (!own)
		skip();
	c = open_control(own->gr_name);
	assert_non_null(c);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_gid, getgid());
	control_free(c);
}

/* Who may change state, seen from another user; needs root to become one. */
static void test_permission(void **state)
{
	static const struct {
		gid_t gid, extra;
		gid_t control;
		bool may;
	} t[] = {
		{ 65534, 0, CONTROL_NO_GROUP, false },
		{ 65534, 0, 4242, false },
		{ 4242, 0, 4242, true },
		{ 65534, 4242, 4242, true },
		{ 65534, 4242, CONTROL_NO_GROUP, false },
	};

	if (geteuid())
		skip();
	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		int fd[2];

		/* SO_PEERCRED of a pair is who made it */
		assert_int_equal(setgroups(t[i].extra ? 1 : 0, &t[i].extra), 0);
		assert_int_equal(setresgid(t[i].gid, t[i].gid, 0), 0);
		assert_int_equal(setresuid(65534, 65534, 0), 0);
		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
		assert_int_equal(setresuid(0, 0, 0), 0);
		assert_int_equal(setresgid(0, 0, 0), 0);
		assert_int_equal(setgroups(0, NULL), 0);
		assert_int_equal(control_peer_may_change(fd[0], t[i].control), t[i].may);
		close(fd[0]);
		close(fd[1]);
	}
}

static void test_bad_paths(void **state)
{
	char longest[200];

	memset(longest, 'a', sizeof(longest));
	longest[0] = '/';
	longest[108] = '\0';
	assert_null(control_new(base, longest, NULL, commands, 1, NULL, err, sizeof(err)));
	assert_non_null(strstr(err, "1 to 107"));
	assert_null(control_new(base, "", NULL, commands, 1, NULL, err, sizeof(err)));
	assert_null(control_new(base, "/proc/nowhere/x", NULL, commands, 1, NULL, err, sizeof(err)));
	assert_non_null(strstr(err, "cannot make"));
}

static int setup(void **state)
{
	if (!mkdtemp(dir))
		return -1;
	/* the socket's directory is made, too */
	snprintf(path, sizeof(path), "%s/run/control.sock", dir);
	base = event_base_new();
	return base ? 0 : -1;
}

static int teardown(void **state)
{
	char run[128];

	event_base_free(base);
	snprintf(run, sizeof(run), "%s/run", dir);
	return rmdir(run) || rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dispatch),
		cmocka_unit_test(test_error_codes),
		cmocka_unit_test(test_talk),
		cmocka_unit_test(test_long_line),
		cmocka_unit_test(test_slow_reader),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_stale),
		cmocka_unit_test(test_group),
		cmocka_unit_test(test_permission),
		cmocka_unit_test(test_bad_paths),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
