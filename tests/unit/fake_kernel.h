/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel for tests, below struct genl_calls: the controller of generic netlink
 * and a module that can be loaded, unloaded, told to refuse, and to answer rubbish.
 */
#ifndef FAKE_KERNEL_H
#define FAKE_KERNEL_H

#include <errno.h>
#include <linux/as_timesync.h>
#include <linux/genetlink.h>
#include <netlink/genl/genl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kernel/genl.h"

enum { FAKE_FAMILY = 40, FAKE_SOCKETS = 16, FAKE_DATAGRAMS = 32, FAKE_PLACES = 16,
       FAKE_GROUP_NOTIFY = 16, FAKE_GROUP_REPLY = 20 };

struct fake_socket {
	bool used;
	int fd[2];		/* ours is readable when an event waits */
	u32 groups[4];
	unsigned int ngroup;
	struct {
		size_t len;
		bool event;
		u8 octets[8192];
	} queue[FAKE_DATAGRAMS];
	unsigned int first, n;
};

struct fake_place {
	u32 id, ifindex;
	int fd;			/* -1: ingress */
	u16 port;
	u64 requests, passed;
};

struct fake_ptp {
	u32 id, clients_max, duties, valid_ms;
	int event_fd;
	unsigned int sets, grants;	/* messages */
	u64 syncs;
};

static struct {
	bool loaded;
	bool no_netlink;
	u32 api_version, features;
	int refuse[64];		/* by command: -errno */
	const char *refuse_text;
	unsigned int calls[64];	/* by command */
	struct fake_socket socket[FAKE_SOCKETS];
	struct fake_place place[FAKE_PLACES];
	unsigned int nplace, next_id;
	/* what server-set and state-set said last */
	unsigned int rules;
	u8 stratum;
	s64 correction;
	bool valid, stepped;
	u32 clients;
	/* ports, as they are now, if it knows of them at all */
	bool does_ptp;
	struct fake_ptp ptp[FAKE_PLACES];
	unsigned int nptp;
	/* instead of the answer of the module */
	const void *raw;
	size_t raw_len;
	bool mute;
} fk;

static inline void fake_queue(struct fake_socket *s, const void *octets, size_t len, bool event)
{
	unsigned int at = (s->first + s->n) % FAKE_DATAGRAMS;

	if (s->n == FAKE_DATAGRAMS || len > sizeof(s->queue[0].octets))
		abort();
	s->n++;
	s->queue[at].len = len;
	s->queue[at].event = event;
	memcpy(s->queue[at].octets, octets, len);
	if (event && write(s->fd[1], "", 1) != 1)
		abort();
}

static inline int fake_open(void *ctx)
{
	struct fake_socket *s = ctx;

	if (fk.no_netlink)
		return -EINVAL;
	memset(s, 0, sizeof(*s));
	s->used = true;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, s->fd))
		abort();
	return s->fd[0];
}

static inline void fake_close(void *ctx)
{
	struct fake_socket *s = ctx;

	close(s->fd[0]);
	close(s->fd[1]);
	s->used = false;
}

static inline ssize_t fake_receive(void *ctx, void *buf, size_t len)
{
	struct fake_socket *s = ctx;
	ssize_t n;
	char c;

	if (!s->n)
		return -EAGAIN;
	if (s->queue[s->first].event && read(s->fd[0], &c, 1) != 1)
		abort();
	n = (ssize_t)s->queue[s->first].len;
	if ((size_t)n > len)
		return -EMSGSIZE;
	memcpy(buf, s->queue[s->first].octets, (size_t)n);
	s->first = (s->first + 1) % FAKE_DATAGRAMS;
	s->n--;
	return n;
}

static inline int fake_join(void *ctx, u32 group)
{
	struct fake_socket *s = ctx;

	s->groups[s->ngroup++] = group;
	return 0;
}

static inline struct nl_msg *fake_message(u16 family, u32 seq, u8 command, u16 flags)
{
	struct nl_msg *msg = nlmsg_alloc_size(4096);

	genlmsg_put(msg, 0, seq, family, 0, flags, command, 1);
	return msg;
}

static inline void fake_send_message(struct fake_socket *s, struct nl_msg *msg, bool event)
{
	fake_queue(s, nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len, event);
	nlmsg_free(msg);
}

/* As the kernel with NETLINK_CAP_ACK and NETLINK_EXT_ACK. */
static inline void fake_ack(struct fake_socket *s, u32 seq, int error, const char *text)
{
	u8 buf[512] = { 0 };
	struct nlmsghdr *h = (struct nlmsghdr *)buf;
	struct nlmsgerr *e = (struct nlmsgerr *)(h + 1);
	size_t len = sizeof(*h) + sizeof(*e);

	h->nlmsg_type = NLMSG_ERROR;
	h->nlmsg_seq = seq;
	e->error = error;
	e->msg.nlmsg_len = 500;		/* the request was longer than what comes back */
	h->nlmsg_flags = NLM_F_CAPPED;
	if (text) {
		struct nlattr *a = (struct nlattr *)(buf + len);

		a->nla_type = NLMSGERR_ATTR_MSG;
		a->nla_len = (u16)(NLA_HDRLEN + strlen(text) + 1);
		strcpy((char *)(a + 1), text);
		len += (size_t)NLA_ALIGN(a->nla_len);
		h->nlmsg_flags |= NLM_F_ACK_TLVS;
	}
	h->nlmsg_len = (u32)len;
	fake_queue(s, buf, len, false);
}

static inline void fake_done(struct fake_socket *s, u32 seq)
{
	struct {
		struct nlmsghdr h;
		int error;
	} done = { { sizeof(done), NLMSG_DONE, NLM_F_MULTI, seq, 0 }, 0 };

	fake_queue(s, &done, sizeof(done), false);
}

static inline void fake_put_family(struct nl_msg *msg, const char *name, u16 id, const char *group,
				   u32 group_id)
{
	struct nlattr *groups, *entry;

	nla_put_u16(msg, CTRL_ATTR_FAMILY_ID, id);
	nla_put_string(msg, CTRL_ATTR_FAMILY_NAME, name);
	nla_put_u32(msg, CTRL_ATTR_VERSION, 1);
	groups = nla_nest_start(msg, CTRL_ATTR_MCAST_GROUPS);
	entry = nla_nest_start(msg, 1);
	nla_put_u32(msg, CTRL_ATTR_MCAST_GRP_ID, group_id);
	nla_put_string(msg, CTRL_ATTR_MCAST_GRP_NAME, group);
	nla_nest_end(msg, entry);
	nla_nest_end(msg, groups);
}

static inline void fake_controller(struct fake_socket *s, const struct nlmsghdr *h)
{
	bool dump = (h->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
	struct nlattr *name = nlmsg_find_attr((struct nlmsghdr *)h, GENL_HDRLEN,
					      CTRL_ATTR_FAMILY_NAME);
	struct nl_msg *msg;

	if (dump || !strcmp(nla_get_string(name), "nlctrl")) {
		msg = fake_message(GENL_ID_CTRL, h->nlmsg_seq, CTRL_CMD_NEWFAMILY, 0);
		fake_put_family(msg, "nlctrl", GENL_ID_CTRL, "notify", FAKE_GROUP_NOTIFY);
		fake_send_message(s, msg, false);
	}
	if (fk.loaded && (dump || !strcmp(nla_get_string(name), ATS_GENL_NAME))) {
		msg = fake_message(GENL_ID_CTRL, h->nlmsg_seq, CTRL_CMD_NEWFAMILY, 0);
		fake_put_family(msg, ATS_GENL_NAME, FAKE_FAMILY, "reply", FAKE_GROUP_REPLY);
		fake_send_message(s, msg, false);
	} else if (!dump && strcmp(nla_get_string(name), "nlctrl")) {
		fake_ack(s, h->nlmsg_seq, -ENOENT, NULL);
		return;
	}
	if (dump)
		fake_done(s, h->nlmsg_seq);
	else
		fake_ack(s, h->nlmsg_seq, 0, NULL);
}

static inline struct fake_place *fake_find(u32 id)
{
	unsigned int i;

	for (i = 0; i < fk.nplace; i++)
		if (fk.place[i].id == id)
			return &fk.place[i];
	return NULL;
}

static inline void fake_put_place(struct nl_msg *msg, const struct fake_place *p)
{
	nla_put_u32(msg, ATS_A_REPLY_ID, p->id);
	nla_put_u32(msg, ATS_A_REPLY_MODE, p->fd < 0 ? ATS_REPLY_INGRESS : ATS_REPLY_SOCKET);
	nla_put_u64(msg, ATS_A_REPLY_REQUESTS, p->requests);
	nla_put_u64(msg, ATS_A_REPLY_BASIC, p->requests - p->passed);
	nla_put_u64(msg, ATS_A_REPLY_PASSED, p->passed);
}

static inline int fake_attach(struct nlattr **a, u32 *id)
{
	struct fake_place *p = &fk.place[fk.nplace];

	*p = (struct fake_place){ .id = ++fk.next_id, .fd = -1 };
	if (a[ATS_A_REPLY_FD])
		p->fd = nla_get_s32(a[ATS_A_REPLY_FD]);
	else
		p->ifindex = nla_get_u32(a[ATS_A_REPLY_IFINDEX]);
	if (a[ATS_A_REPLY_PORT])
		p->port = nla_get_u16(a[ATS_A_REPLY_PORT]);
	fk.nplace++;
	*id = p->id;
	return 0;
}

static inline void fake_take_server(const struct nlmsghdr *h)
{
	struct nlattr *a;
	int left;

	fk.rules = 0;
	nlmsg_for_each_attr(a, (struct nlmsghdr *)h, GENL_HDRLEN, left)
		fk.rules += nla_type(a) == ATS_A_SERVER_ACL;
}

static inline void fake_put_client(struct nl_msg *msg, u32 n)
{
	u8 addr[16] = { [10] = 0xff, [11] = 0xff, [12] = 192, [14] = 2 };

	addr[15] = (u8)n;
	nla_put(msg, ATS_A_CLIENT_ADDRESS, sizeof(addr), addr);
	nla_put_u32(msg, ATS_A_CLIENT_REQUESTS, 100 + n);
	nla_put_s64(msg, ATS_A_CLIENT_AGE, 1000000 * (s64)n);
}

static inline void fake_dump(struct fake_socket *s, const struct nlmsghdr *h, u8 command)
{
	unsigned int i, n = command == ATS_CMD_REPLY_GET ? fk.nplace :
		command == ATS_CMD_CLIENT_GET ? fk.clients : 0;

	/* one datagram each, so that a list has pieces */
	for (i = 0; i < n; i++) {
		struct nl_msg *msg = fake_message(FAKE_FAMILY, h->nlmsg_seq, command, NLM_F_MULTI);

		if (command == ATS_CMD_REPLY_GET)
			fake_put_place(msg, &fk.place[i]);
		else
			fake_put_client(msg, i);
		fake_send_message(s, msg, false);
	}
	fake_done(s, h->nlmsg_seq);
}

static inline struct fake_ptp *fake_find_ptp(struct nlattr **a)
{
	unsigned int i;

	for (i = 0; i < fk.nptp; i++)
		if (fk.ptp[i].id == nla_get_u32(a[ATS_A_PTP_ID]))
			return &fk.ptp[i];
	return NULL;
}

static inline int fake_do_ptp(u8 command, struct nlattr **a, struct nl_msg *answer)
{
	struct fake_ptp *p;

	if (command == ATS_CMD_PTP_ATTACH) {
		p = &fk.ptp[fk.nptp++];
		*p = (struct fake_ptp){
			.id = ++fk.next_id, .event_fd = nla_get_s32(a[ATS_A_PTP_EVENT_FD]),
			.clients_max = nla_get_u32(a[ATS_A_PTP_CLIENTS_MAX]),
		};
		nla_put_u32(answer, ATS_A_PTP_ID, p->id);
		return 1;
	}
	p = fake_find_ptp(a);
	if (!p)
		return -ENOENT;
	switch (command) {
	case ATS_CMD_PTP_SET:
		p->duties = nla_get_u32(a[ATS_A_PTP_DUTIES]);
		p->valid_ms = nla_get_u32(a[ATS_A_PTP_VALID_MS]);
		p->sets++;
		return 0;
	case ATS_CMD_PTP_CLIENT_SET:
		p->grants++;
		return 0;
	case ATS_CMD_PTP_GET:
		nla_put_u32(answer, ATS_A_PTP_ID, p->id);
		nla_put_u64(answer, ATS_A_PTP_SYNCS, p->syncs);
		return 1;
	case ATS_CMD_PTP_DETACH:
		*p = fk.ptp[--fk.nptp];
		return 0;
	}
	return 0;
}

static inline int fake_do(const struct nlmsghdr *h, u8 command, struct nl_msg *answer)
{
	struct nlattr *a[64];
	struct fake_place *p;
	u32 id;

	if (nlmsg_parse((struct nlmsghdr *)h, GENL_HDRLEN, a, 63, NULL))
		abort();
	switch (command) {
	case ATS_CMD_CAPS_GET:
		nla_put_u32(answer, ATS_A_CAPS_API_VERSION, fk.api_version);
		nla_put_u32(answer, ATS_A_CAPS_FEATURES, fk.features);
		nla_put_string(answer, ATS_A_CAPS_RELEASE, "9.9");
		return 1;
	case ATS_CMD_SERVER_SET:
		fake_take_server(h);
		return 0;
	case ATS_CMD_STATE_SET:
		fk.stratum = nla_get_u8(a[ATS_A_SERVER_STRATUM]);
		fk.correction = nla_get_s64(a[ATS_A_SERVER_CORRECTION]);
		fk.valid = true;
		fk.stepped |= a[ATS_A_SERVER_STEPPED] != NULL;
		return 0;
	case ATS_CMD_STATE_DEL:
		fk.valid = false;
		fk.stepped |= a[ATS_A_SERVER_STEPPED] != NULL;
		return 0;
	case ATS_CMD_REPLY_ATTACH:
		fake_attach(a, &id);
		nla_put_u32(answer, ATS_A_REPLY_ID, id);
		return 1;
	case ATS_CMD_REPLY_DETACH:
		p = fake_find(nla_get_u32(a[ATS_A_REPLY_ID]));
		if (!p)
			return -ENOENT;
		*p = fk.place[--fk.nplace];
		return 0;
	case ATS_CMD_SERVER_GET:
		nla_put_u32(answer, ATS_A_SERVER_CLIENTS, fk.clients);
		return 1;
	case ATS_CMD_CLIENT_GET:
		return -ENOENT;
	case ATS_CMD_PTP_ATTACH:
	case ATS_CMD_PTP_DETACH:
	case ATS_CMD_PTP_SET:
	case ATS_CMD_PTP_GET:
	case ATS_CMD_PTP_CLIENT_SET:
		return fk.does_ptp ? fake_do_ptp(command, a, answer) : 0;
	}
	return 0;
}

/* With the number of the request, so that it is taken for its answer. */
static inline void fake_raw(struct fake_socket *s, u32 seq)
{
	u8 octets[4096];

	memcpy(octets, fk.raw, fk.raw_len);
	if (fk.raw_len >= sizeof(struct nlmsghdr))
		((struct nlmsghdr *)octets)->nlmsg_seq = seq;
	fake_queue(s, octets, fk.raw_len, false);
}

static inline void fake_module(struct fake_socket *s, const struct nlmsghdr *h)
{
	u8 command = ((const struct genlmsghdr *)(h + 1))->cmd;
	struct nl_msg *answer;
	int r;

	fk.calls[command]++;
	if (fk.raw) {
		fake_raw(s, h->nlmsg_seq);
		return;
	}
	if (!fk.loaded || fk.refuse[command]) {
		fake_ack(s, h->nlmsg_seq, fk.loaded ? fk.refuse[command] : -ENOENT,
			 fk.loaded ? fk.refuse_text : NULL);
		return;
	}
	if ((h->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP) {
		fake_dump(s, h, command);
		return;
	}
	answer = fake_message(FAKE_FAMILY, h->nlmsg_seq, command, 0);
	r = fake_do(h, command, answer);
	if (r > 0)
		fake_queue(s, nlmsg_hdr(answer), nlmsg_hdr(answer)->nlmsg_len, false);
	nlmsg_free(answer);
	fake_ack(s, h->nlmsg_seq, r < 0 ? r : 0, NULL);
}

static inline ssize_t fake_send(void *ctx, const void *buf, size_t len)
{
	const struct nlmsghdr *h = buf;

	if (fk.mute)
		return (ssize_t)len;
	if (h->nlmsg_type == GENL_ID_CTRL)
		fake_controller(ctx, h);
	else
		fake_module(ctx, h);
	return (ssize_t)len;
}

/* For kernel_ops.open and the like. */
static inline struct genl *fake_genl(void *ctx, int *error)
{
	struct genl_calls calls = {
		.open = fake_open, .close = fake_close, .send = fake_send,
		.receive = fake_receive, .join = fake_join,
	};
	unsigned int i;

	for (i = 0; i < FAKE_SOCKETS; i++) {
		if (fk.socket[i].used)
			continue;
		calls.ctx = &fk.socket[i];
		return genl_open(&calls, error);
	}
	abort();
}

static inline void fake_multicast(u32 group, struct nl_msg *msg)
{
	unsigned int i, k;

	for (i = 0; i < FAKE_SOCKETS; i++)
		for (k = 0; fk.socket[i].used && k < fk.socket[i].ngroup; k++)
			if (fk.socket[i].groups[k] == group)
				fake_queue(&fk.socket[i], nlmsg_hdr(msg),
					   nlmsg_hdr(msg)->nlmsg_len, true);
	nlmsg_free(msg);
}

/* insmod, rmmod */
static inline void fake_load(bool loaded)
{
	struct nl_msg *msg = fake_message(GENL_ID_CTRL, 0,
					  loaded ? CTRL_CMD_NEWFAMILY : CTRL_CMD_DELFAMILY, 0);

	fk.loaded = loaded;
	fk.valid = false;
	fk.nplace = 0;
	fake_put_family(msg, ATS_GENL_NAME, FAKE_FAMILY, "reply", FAKE_GROUP_REPLY);
	fake_multicast(FAKE_GROUP_NOTIFY, msg);
}

static inline void fake_kernel_reset(void)
{
	memset(&fk, 0, sizeof(fk));
	fk.api_version = AS_TIMESYNC_API_VERSION;
	fk.features = ATS_FEATURE_REPLY_SOCKET | ATS_FEATURE_REPLY_INGRESS;
}

static inline unsigned int fake_sockets_open(void)
{
	unsigned int i, n = 0;

	for (i = 0; i < FAKE_SOCKETS; i++)
		n += fk.socket[i].used;
	return n;
}

#endif
