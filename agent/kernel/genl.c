// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/genl.h"

#include <errno.h>
#include <netlink/genl/genl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/genl_private.h"

/* Of an answer that is no list. */
#define DATAGRAMS_MAX 16

int genl_fail(struct genl *g, int error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(g->error, sizeof(g->error), format, args);
	va_end(args);
	return error;
}

static int fail_errno(struct genl *g, int error)
{
	return genl_fail(g, error, "%s", strerror(-error));
}

const char *genl_error(const struct genl *g)
{
	return g->error;
}

struct genl *genl_open(const struct genl_calls *calls, int *error)
{
	struct genl *g = calloc(1, sizeof(*g));

	*error = -ENOMEM;
	if (!g)
		return NULL;
	if (calls) {
		g->calls = *calls;
	} else {
		*error = genl_socket_calls(&g->calls);
		if (*error)
			goto fail;
		g->socket = g->calls.ctx;
	}
	g->fd = g->calls.open(g->calls.ctx);
	if (g->fd >= 0) {
		*error = 0;
		return g;
	}
	*error = g->fd;
fail:
	genl_socket_free(g->socket);
	free(g);
	return NULL;
}

void genl_close(struct genl *g)
{
	if (!g)
		return;
	if (g->fd >= 0)
		g->calls.close(g->calls.ctx);
	genl_socket_free(g->socket);
	free(g);
}

int genl_fd(const struct genl *g)
{
	return g->fd;
}

struct nl_msg *genl_message(struct genl *g, u8 command, size_t octets)
{
	struct nl_msg *msg = octets ? nlmsg_alloc_size(NLMSG_HDRLEN + GENL_HDRLEN + octets) :
		nlmsg_alloc();

	if (!msg)
		return NULL;
	if (genlmsg_put(msg, 0, 0, g->family, 0, 0, command, g->version))
		return msg;
	nlmsg_free(msg);
	return NULL;
}

bool genl_parse(struct nlattr *head, int len, struct genl_reply *out)
{
	out->head = head;
	out->len = len;
	return !nla_parse(out->attr, GENL_ATTR_MAX, head, len, NULL);
}

/* The kernel's sentence in the attributes behind a refusal. */
static const char *refusal_text(struct nlattr *head, int len, char *buf, size_t size)
{
	struct nlattr *attr[NLMSGERR_ATTR_MAX + 1];

	if (len <= 0 || nla_parse(attr, NLMSGERR_ATTR_MAX, head, len, NULL) ||
	    !attr[NLMSGERR_ATTR_MSG])
		return NULL;
	snprintf(buf, size, "%.*s", nla_len(attr[NLMSGERR_ATTR_MSG]),
		 (const char *)nla_data(attr[NLMSGERR_ATTR_MSG]));
	return buf;
}

/* An error code and, behind @skip octets of payload, attributes. */
static int outcome(struct genl *g, const struct nlmsghdr *h, size_t skip)
{
	int len = (int)(h->nlmsg_len - NLMSG_HDRLEN), error;
	u8 *payload = (u8 *)h + NLMSG_HDRLEN;
	char text[sizeof(g->error)];
	const char *said = NULL;

	memcpy(&error, payload, sizeof(error));
	if (!error)
		return 0;
	if (error > 0 || error < -4095)
		return genl_fail(g, -EBADMSG, "the kernel's answer makes no sense");
	if (h->nlmsg_flags & NLM_F_ACK_TLVS && len > (int)skip)
		said = refusal_text((struct nlattr *)(payload + skip), len - (int)skip, text,
				    sizeof(text));
	return said && *said ? genl_fail(g, error, "%s", said) : fail_errno(g, error);
}

static int on_ack(struct genl *g, const struct nlmsghdr *h)
{
	const struct nlmsgerr *e = (const void *)((const u8 *)h + NLMSG_HDRLEN);
	size_t skip = sizeof(*e);

	if (h->nlmsg_len < NLMSG_HDRLEN + sizeof(*e))
		return genl_fail(g, -EBADMSG, "the kernel's answer is too short");
	/* without NLM_F_CAPPED the whole request comes back before the attributes */
	if (!(h->nlmsg_flags & NLM_F_CAPPED) && e->error && e->msg.nlmsg_len > NLMSG_HDRLEN) {
		if (e->msg.nlmsg_len > h->nlmsg_len)
			return genl_fail(g, -EBADMSG, "the kernel's answer is too short");
		skip += NLMSG_ALIGN(e->msg.nlmsg_len) - NLMSG_HDRLEN;
	}
	return outcome(g, h, skip);
}

static int on_done(struct genl *g, const struct nlmsghdr *h)
{
	if (h->nlmsg_len < NLMSG_HDRLEN + sizeof(int))
		return genl_fail(g, -EBADMSG, "the kernel's answer is too short");
	return outcome(g, h, NLMSG_ALIGN(sizeof(int)));
}

struct exchange {
	u32 seq;		/* 0: events */
	u16 family;
	bool dump;
	genl_each *each;
	void *ctx;
	bool enough, done;
	int result;
};

static int on_data(struct genl *g, struct exchange *x, struct nlmsghdr *h)
{
	const struct genlmsghdr *gh = (const void *)((const u8 *)h + NLMSG_HDRLEN);
	struct genl_reply r;
	int len;

	if (h->nlmsg_len < NLMSG_HDRLEN + GENL_HDRLEN)
		return genl_fail(g, -EBADMSG, "the kernel's answer is too short");
	r.command = gh->cmd;
	len = (int)(h->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN);
	if (!genl_parse((struct nlattr *)((u8 *)h + NLMSG_HDRLEN + GENL_HDRLEN), len, &r))
		return genl_fail(g, -EBADMSG, "the kernel's answer is malformed");
	if (!x->each || x->enough)
		return 0;
	len = x->each(x->ctx, &r);
	if (len > 0)
		x->enough = true;
	return len < 0 ? fail_errno(g, len) : 0;
}

static void on_message(struct genl *g, struct exchange *x, struct nlmsghdr *h)
{
	if (x->seq && h->nlmsg_seq != x->seq)
		return;		/* late answer to something that was given up */
	switch (h->nlmsg_type) {
	case NLMSG_NOOP:
		return;
	case NLMSG_OVERRUN:
		x->result = genl_fail(g, -ENOBUFS, "the kernel's answer was lost");
		break;
	case NLMSG_ERROR:
		x->result = on_ack(g, h);
		break;
	case NLMSG_DONE:
		x->result = on_done(g, h);
		break;
	default:
		if (h->nlmsg_type == x->family)
			x->result = on_data(g, x, h);
		if (!x->result)
			return;
	}
	x->done = true;
}

/* One datagram; 0 or -errno when there is none. */
static int receive(struct genl *g, struct exchange *x)
{
	ssize_t n = g->calls.receive(g->calls.ctx, g->buffer, sizeof(g->buffer));
	struct nlmsghdr *h = (struct nlmsghdr *)g->buffer;
	int left = (int)n;

	if (n < 0)
		return (int)n;
	for (; !x->done && nlmsg_ok(h, left); h = nlmsg_next(h, &left))
		on_message(g, x, h);
	return 0;
}

/* What is still to come of a list that nobody wants goes with the socket. */
static int reopen(struct genl *g)
{
	g->calls.close(g->calls.ctx);
	g->fd = g->calls.open(g->calls.ctx);
	return g->fd < 0 ? g->fd : 0;
}

static int read_answer(struct genl *g, struct exchange *x)
{
	unsigned int i;
	int r;

	for (i = 0; !x->done && (x->dump || i < DATAGRAMS_MAX); i++) {
		r = receive(g, x);
		if (r == -EAGAIN)
			return genl_fail(g, -EIO, "the kernel does not answer");
		if (r)
			return fail_errno(g, r);
		if (x->dump && x->enough) {
			r = reopen(g);
			return r ? fail_errno(g, r) : 0;
		}
	}
	if (!x->done)
		return genl_fail(g, -EIO, "the kernel's answer does not end");
	return x->result;
}

/* Consumes @msg; 0 with its number in g->seq. */
static int send_message(struct genl *g, struct nl_msg *msg, bool dump)
{
	struct nlmsghdr *h;
	ssize_t n;

	if (!msg)
		return fail_errno(g, -ENOMEM);
	if (g->fd < 0)
		g->fd = g->calls.open(g->calls.ctx);
	if (g->fd < 0) {
		nlmsg_free(msg);
		return fail_errno(g, g->fd);
	}
	if (!++g->seq)
		g->seq++;
	h = nlmsg_hdr(msg);
	h->nlmsg_seq = g->seq;
	h->nlmsg_flags = (u16)(NLM_F_REQUEST | (dump ? NLM_F_DUMP : NLM_F_ACK));
	n = g->calls.send(g->calls.ctx, h, h->nlmsg_len);
	nlmsg_free(msg);
	return n < 0 ? fail_errno(g, (int)n) : 0;
}

int genl_exchange(struct genl *g, u16 family, struct nl_msg *msg, bool dump, genl_each *each,
		  void *ctx)
{
	struct exchange x = { .family = family, .dump = dump, .each = each, .ctx = ctx };
	int r = send_message(g, msg, dump);

	if (r)
		return r;
	x.seq = g->seq;
	r = read_answer(g, &x);
	/* what it still has to say is for nobody */
	if (r && dump)
		reopen(g);
	return r;
}

int genl_list_start(struct genl *g, struct nl_msg *msg)
{
	if (g->family)
		return send_message(g, msg, true);
	if (msg)
		nlmsg_free(msg);
	return fail_errno(g, -ENOENT);
}

int genl_list_more(struct genl *g, genl_each *each, void *ctx)
{
	struct exchange x = {
		.seq = g->seq, .family = g->family, .dump = true, .each = each, .ctx = ctx,
	};
	int r = receive(g, &x);

	if (r)
		return fail_errno(g, r == -EAGAIN ? -EIO : r);
	return x.done ? x.result : 1;
}

static int ask(struct genl *g, struct nl_msg *msg, bool dump, genl_each *each, void *ctx)
{
	if (g->family)
		return genl_exchange(g, g->family, msg, dump, each, ctx);
	if (msg)
		nlmsg_free(msg);
	return fail_errno(g, -ENOENT);
}

int genl_request(struct genl *g, struct nl_msg *msg, genl_each *each, void *ctx)
{
	return ask(g, msg, false, each, ctx);
}

int genl_dump(struct genl *g, struct nl_msg *msg, genl_each *each, void *ctx)
{
	return ask(g, msg, true, each, ctx);
}

int genl_events(struct genl *g, u16 family, genl_each *each, void *ctx)
{
	struct exchange x = { .family = family, .each = each, .ctx = ctx };
	int r = 0;

	while (!r && !x.done)
		r = receive(g, &x);
	if (x.done)
		return x.result;
	return r == -EAGAIN ? 0 : fail_errno(g, r);
}

int genl_receive(struct genl *g, genl_each *each, void *ctx)
{
	return g->family ? genl_events(g, g->family, each, ctx) : fail_errno(g, -ENOENT);
}
