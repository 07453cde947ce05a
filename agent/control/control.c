// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Connections of the control socket. The next request of a connection is
 * looked at when its last answer has been read, so that a slow reader costs
 * the memory of one answer, and time never waits for any of them.
 */
#define _GNU_SOURCE
#include "control.h"

#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>

#include "control_internal.h"

struct connection {
	struct control *control;
	struct connection *next, **prev;
	struct bufferevent *bev;
	bool may_change;
	bool ending;		/* nothing more is read; close when all is written */
};

struct control {
	struct event_base *base;
	struct evconnlistener *listener;
	struct event *again;	/* accept again after running out of descriptors */
	const struct control_command *commands;
	size_t ncommands;
	void *ctx;
	gid_t gid;
	struct connection *connections;
	unsigned int nconnections;
	char *path;
	dev_t dev;
	ino_t ino;
};

static void connection_free(struct connection *n)
{
	*n->prev = n->next;
	if (n->next)
		n->next->prev = n->prev;
	n->control->nconnections--;
	bufferevent_free(n->bev);
	free(n);
}

/* Takes @reply over. false: the connection is of no more use. */
static bool send_answer(struct connection *n, json_t *reply)
{
	char *text = reply ? json_dumps(reply, JSON_COMPACT) : NULL;
	bool ok;

	json_decref(reply);
	if (!text)
		return false;
	ok = !bufferevent_write(n->bev, text, strlen(text)) && !bufferevent_write(n->bev, "\n", 1);
	free(text);
	return ok;
}

static bool answer_line(struct connection *n, const char *line, size_t len)
{
	struct control *c = n->control;

	return send_answer(n, control_dispatch(c->commands, c->ncommands, c->ctx, n->may_change,
					       line, len));
}

/* Answer one request at most, when nothing is left to write. */
static void connection_work(struct connection *n)
{
	struct evbuffer *in = bufferevent_get_input(n->bev);
	struct evbuffer *out = bufferevent_get_output(n->bev);
	bool ok = true;
	size_t len;
	char *line;

	if (evbuffer_get_length(out))
		return;
	line = evbuffer_readln(in, &len, EVBUFFER_EOL_LF);
	if (line && len < CONTROL_REQUEST_MAX) {
		ok = answer_line(n, line, len);
	} else if (line || evbuffer_get_length(in) >= CONTROL_REQUEST_MAX) {
		evbuffer_drain(in, evbuffer_get_length(in));
		n->ending = true;
		ok = send_answer(n, control_error("bad_request", "the request is too long"));
	}
	free(line);
	if (!ok || (n->ending && !evbuffer_get_length(out))) {
		connection_free(n);
		return;
	}
	/* while an answer is under way only its progress is watched */
	if (n->ending || evbuffer_get_length(out))
		bufferevent_disable(n->bev, EV_READ);
	else
		bufferevent_enable(n->bev, EV_READ);
}

static void on_data(struct bufferevent *bev, void *arg)
{
	connection_work(arg);
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
	struct connection *n = arg;

	if (!(what & BEV_EVENT_EOF)) {
		connection_free(n);
		return;
	}
	/* half closed: what was asked before is still answered */
	n->ending = true;
	connection_work(n);
}

static void on_accept(struct evconnlistener *l, evutil_socket_t fd, struct sockaddr *addr, int len,
		      void *arg)
{
	static const struct timeval idle = { CONTROL_IDLE_S, 0 }, stall = { CONTROL_STALL_S, 0 };
	struct control *c = arg;
	bool may_change = control_peer_may_change(fd, c->gid);
	unsigned int most = CONTROL_CONNECTIONS_MAX - (may_change ? 0 : CONTROL_RESERVED);
	struct connection *n = c->nconnections < most ? calloc(1, sizeof(*n)) : NULL;

	if (n)
		n->bev = bufferevent_socket_new(c->base, fd, BEV_OPT_CLOSE_ON_FREE);
	if (!n || !n->bev) {
		free(n);
		close(fd);
		return;
	}
	n->control = c;
	n->may_change = may_change;
	n->next = c->connections;
	n->prev = &c->connections;
	if (n->next)
		n->next->prev = &n->next;
	c->connections = n;
	c->nconnections++;
	bufferevent_setcb(n->bev, on_data, on_data, on_event, n);
	bufferevent_setwatermark(n->bev, EV_READ, 0, CONTROL_REQUEST_MAX);
	bufferevent_set_timeouts(n->bev, &idle, &stall);
	bufferevent_enable(n->bev, EV_READ | EV_WRITE);
}

/* Out of descriptors or memory: the listener would be ready for ever. */
static void on_accept_error(struct evconnlistener *l, void *arg)
{
	static const struct timeval pause = { 1, 0 };
	struct control *c = arg;

	evconnlistener_disable(l);
	event_add(c->again, &pause);
}

static void on_again(evutil_socket_t fd, short what, void *arg)
{
	struct control *c = arg;

	evconnlistener_enable(c->listener);
}

static int find_group(const char *name, gid_t *gid, char *err, size_t errlen)
{
	const struct group *g;

	*gid = CONTROL_NO_GROUP;
	if (!name)
		return 0;
	g = getgrnam(name);
	if (!g) {
		snprintf(err, errlen, "there is no group \"%s\"; make it or change control_group",
			 name);
		return -ENOENT;
	}
	*gid = g->gr_gid;
	return 0;
}

static int start(struct control *c, const char *path, const char *group, char *err, size_t errlen)
{
	int fd, r = find_group(group, &c->gid, err, errlen);

	if (r)
		return r;
	fd = control_listen(path, c->gid, &c->dev, &c->ino, err, errlen);
	if (fd < 0)
		return fd;
	c->path = strdup(path);
	c->again = evtimer_new(c->base, on_again, c);
	c->listener = evconnlistener_new(c->base, on_accept, c,
					 LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
	if (!c->listener)
		close(fd);
	if (!c->path || !c->again || !c->listener) {
		control_unlink(path, c->dev, c->ino);
		snprintf(err, errlen, "there is no memory left for the control socket");
		return -ENOMEM;
	}
	evconnlistener_set_error_cb(c->listener, on_accept_error);
	return 0;
}

struct control *control_new(struct event_base *base, const char *path, const char *group,
			    const struct control_command *commands, size_t n, void *ctx,
			    char *err, size_t errlen)
{
	struct control *c = calloc(1, sizeof(*c));

	if (!c) {
		snprintf(err, errlen, "there is no memory left for the control socket");
		return NULL;
	}
	c->base = base;
	c->commands = commands;
	c->ncommands = n;
	c->ctx = ctx;
	signal(SIGPIPE, SIG_IGN);	/* a reader that goes away is an error, not the end */
	if (start(c, path, group, err, errlen)) {
		control_free(c);
		return NULL;
	}
	return c;
}

void control_free(struct control *c)
{
	if (!c)
		return;
	while (c->connections)
		connection_free(c->connections);
	if (c->listener) {
		evconnlistener_free(c->listener);
		control_unlink(c->path, c->dev, c->ino);
	}
	if (c->again)
		event_free(c->again);
	free(c->path);
	free(c);
}
