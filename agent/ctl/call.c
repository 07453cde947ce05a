// SPDX-License-Identifier: GPL-2.0-or-later
/* One question to the daemon, one answer, and what to do when there is none. */
#define _GNU_SOURCE
#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "config/printable.h"
#include "control/control.h"
#include "ctl.h"
#include "format.h"

enum {
	ANSWER_MAX = 64 << 20,
	PATIENCE_S = 5,			/* the daemon answers within milliseconds */
};

static void say_permission(struct ctl *c)
{
	const struct group *g;
	struct stat st;

	fprintf(c->err, "as-timesyncctl: permission denied at %s; run it with sudo", c->socket);
	if (!stat(c->socket, &st) && (g = getgrgid(st.st_gid)) && st.st_gid)
		fprintf(c->err, " or become a member of the group %s", g->gr_name);
	fputs("\n", c->err);
}

static int say_unreachable(struct ctl *c, int e)
{
	switch (e) {
	case ENOENT:
	case ECONNREFUSED:
		fprintf(c->err, "as-timesyncctl: the daemon is not running (nobody answers at %s)\n"
			"  start it:     sudo systemctl start as-timesync\n"
			"  see why not:  journalctl -u as-timesync\n"
			"  if its control_socket is elsewhere: as-timesyncctl --socket PATH\n",
			c->socket);
		break;
	case EACCES:
	case EPERM:
		say_permission(c);
		break;
	case ETIMEDOUT:
		fprintf(c->err, "as-timesyncctl: the daemon at %s does not answer within %d s; see "
			"journalctl -u as-timesync\n", c->socket, PATIENCE_S);
		break;
	case EPROTO:
		fprintf(c->err, "as-timesyncctl: what answers at %s does not speak the control "
			"protocol, version %d; is it as-timesyncd %s?\n", c->socket, CONTROL_VERSION,
			ATS_VERSION);
		break;
	case ECONNRESET:
		fprintf(c->err, "as-timesyncctl: the daemon at %s hung up; too many connections, or "
			"it is stopping; try again\n", c->socket);
		break;
	default:
		fprintf(c->err, "as-timesyncctl: cannot talk to the daemon at %s: %s\n", c->socket,
			strerror(e));
	}
	return CTL_UNREACHABLE;
}

static int connect_daemon(const char *path)
{
	static const struct timeval patience = { PATIENCE_S, 0 };
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd, e;

	if (strlen(path) >= sizeof(addr.sun_path))
		return -ENAMETOOLONG;
	strcpy(addr.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (!setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) &&
	    !connect(fd, (struct sockaddr *)&addr, sizeof(addr)))
		return fd;
	e = errno == EAGAIN ? ETIMEDOUT : errno;
	close(fd);
	return -e;
}

static int send_line(int fd, const json_t *request)
{
	char *text = json_dumps(request, JSON_COMPACT);
	size_t len, done = 0;
	int r = 0;

	if (!text)
		return -ENOMEM;
	len = strlen(text);
	text[len++] = '\n';		/* takes the place of the NUL */
	while (done < len) {
		ssize_t n = send(fd, text + done, len - done, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			r = errno == EAGAIN ? -ETIMEDOUT : errno == EPIPE ? -ECONNRESET : -errno;
			break;
		}
		done += (size_t)n;
	}
	free(text);
	return r;
}

static s64 now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (s64)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Wait for more of the answer; 0 or -errno. */
static int wait_readable(int fd, s64 until_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	for (;;) {
		s64 left = until_ms - now_ms();
		int n = poll(&p, 1, left > 0 ? (int)left : 0);

		if (n > 0)
			return 0;
		if (!n)
			return -ETIMEDOUT;
		if (errno != EINTR)
			return -errno;
	}
}

/* One line in fresh memory, without its end. */
static int receive_line(int fd, char **line, size_t *len)
{
	s64 until = now_ms() + PATIENCE_S * 1000;
	size_t size = 0;
	int r = 0;

	*line = NULL;
	*len = 0;
	while (!r) {
		ssize_t n;

		if (*len == size) {
			char *p = size < ANSWER_MAX ? realloc(*line, size ? 2 * size : 65536) : NULL;

			if (!p)
				return -EMSGSIZE;
			*line = p;
			size = size ? 2 * size : 65536;
		}
		r = wait_readable(fd, until);
		if (r)
			break;
		n = recv(fd, *line + *len, size - *len, 0);
		if (n < 0 && errno != EINTR)
			r = -errno;
		if (!n)
			r = -ECONNRESET;
		if (n > 0) {
			char *end = memchr(*line + *len, '\n', (size_t)n);

			*len = end ? (size_t)(end - *line) : *len + (size_t)n;
			if (end)
				break;
		}
	}
	return r;
}

static int ask(const char *path, const json_t *request, json_t **answer)
{
	int fd = connect_daemon(path), r;
	char *line = NULL;
	size_t len;

	if (fd < 0)
		return fd;
	r = send_line(fd, request);
	if (!r)
		r = receive_line(fd, &line, &len);
	close(fd);
	if (!r) {
		*answer = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);
		if (!json_is_object(*answer) ||
		    json_integer_value(json_object_get(*answer, "version")) != CONTROL_VERSION) {
			json_decref(*answer);
			*answer = NULL;
			r = -EPROTO;
		}
	}
	free(line);
	return r;
}

static int say_refused(struct ctl *c, const json_t *error)
{
	const char *code = json_string_value(json_object_get(error, "code"));
	const json_t *message = json_object_get(error, "message");
	char text[2048] = "the daemon refuses and does not say why";

	if (json_is_string(message))	/* longer than member_text() takes */
		printable(text, sizeof(text), json_string_value(message),
			  json_string_length(message));
	fprintf(c->err, "as-timesyncctl: %s\n", text);
	if (code && !strcmp(code, "not_permitted") && geteuid())
		fputs("  run it with sudo\n", c->err);
	return CTL_REFUSED;
}

int ctl_call(struct ctl *c, const char *command, json_t *request, json_t **answer)
{
	const json_t *error;
	int r = -ENOMEM;

	*answer = NULL;
	if (!request)
		request = json_object();
	if (!json_object_set_new(request, "version", json_integer(CONTROL_VERSION)) &&
	    !json_object_set_new(request, "command", json_string(command)))
		r = ask(c->socket, request, answer);
	json_decref(request);
	if (r)
		return say_unreachable(c, -r);
	error = json_object_get(*answer, "error");
	if (error) {
		if (!ctl_print_json(c, *answer))
			say_refused(c, error);
		r = CTL_REFUSED;
	} else if (!json_object_get(*answer, command)) {
		r = say_unreachable(c, EPROTO);
	}
	if (r) {
		json_decref(*answer);
		*answer = NULL;
	}
	return r;
}

bool ctl_print_json(struct ctl *c, const json_t *answer)
{
	if (!c->json)
		return false;
	json_dumpf(answer, c->out, JSON_COMPACT | JSON_ENSURE_ASCII);
	fputc('\n', c->out);
	return true;
}

int ctl_show(struct ctl *c, const char *command, json_t *request,
	     int (*show)(struct ctl *c, const json_t *data))
{
	json_t *answer;
	int r = ctl_call(c, command, request, &answer);

	if (r)
		return r;
	if (!ctl_print_json(c, answer))
		r = show(c, json_object_get(answer, command));
	json_decref(answer);
	return r;
}
