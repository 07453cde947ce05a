// SPDX-License-Identifier: GPL-2.0
#include "nl.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <linux/as_timesync.h>

#ifndef NLMSGERR_ATTR_MISS_TYPE		/* Linux 6.1 */
#define NLMSGERR_ATTR_MISS_TYPE 5
#endif

/* Far more than an answer takes; without an answer the test fails then. */
#define ANSWER_S 20

struct group_search {
	const char *name;
	__u32 id;
};

static void send_message(struct nl *nl, struct nlmsghdr *nlh)
{
	nlh->nlmsg_seq = ++nl->seq;
	if (mnl_socket_sendto(nl->sock, nlh, nlh->nlmsg_len) < 0)
		perror("# cannot send to netlink");
}

/* The attributes after the error, of an acknowledgment or the end of a dump. */
static void read_extack(const struct nlmsghdr *nlh, size_t skip, struct answer *answer)
{
	const struct nlattr *attr;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	mnl_attr_for_each(attr, nlh, skip) {
		switch (mnl_attr_get_type(attr)) {
		case NLMSGERR_ATTR_MSG:
			snprintf(answer->msg, sizeof(answer->msg), "%.*s",
				 mnl_attr_get_payload_len(attr), mnl_attr_get_str(attr));
			break;
		case NLMSGERR_ATTR_OFFS:
			answer->offset = mnl_attr_get_u32(attr);
			break;
		case NLMSGERR_ATTR_MISS_TYPE:
			answer->missing = mnl_attr_get_u32(attr);
			break;
		}
	}
}

/* True when the answer is complete. */
static bool read_message(const struct nlmsghdr *nlh, struct answer *answer, nl_seen seen,
			 void *data)
{
	const struct nlmsgerr *err;
	size_t skip;

	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		answer->interrupted = true;
	switch (nlh->nlmsg_type) {
	case NLMSG_ERROR:
		err = mnl_nlmsg_get_payload(nlh);
		answer->err = err->error;
		skip = sizeof(*err);
		if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
			skip += MNL_ALIGN(err->msg.nlmsg_len - sizeof(err->msg));
		read_extack(nlh, skip, answer);
		return true;
	case NLMSG_DONE:
		if (mnl_nlmsg_get_payload_len(nlh) >= sizeof(int))
			answer->err = *(const int *)mnl_nlmsg_get_payload(nlh);
		read_extack(nlh, sizeof(int), answer);
		return true;
	default:
		answer->messages++;
		if (seen)
			seen(nlh, data);
		return false;
	}
}

struct answer nl_ask(struct nl *nl, struct nlmsghdr *nlh, nl_seen seen, void *data)
{
	struct answer answer = { 0 };
	const struct nlmsghdr *in;
	ssize_t got;
	int left;

	send_message(nl, nlh);
	for (;;) {
		got = mnl_socket_recvfrom(nl->sock, nl->in, nl->in_max);
		if (got < 0) {
			answer.err = -errno;
			snprintf(answer.msg, sizeof(answer.msg), "no answer");
			return answer;
		}
		in = (const struct nlmsghdr *)nl->in;
		for (left = got; mnl_nlmsg_ok(in, left); in = mnl_nlmsg_next(in, &left)) {
			if (in->nlmsg_seq != nl->seq)
				continue;
			if (read_message(in, &answer, seen, data))
				return answer;
		}
	}
}

struct nlmsghdr *nl_begin(struct nl *nl, __u8 cmd, bool dump)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(nl->out);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = nl->family;
	nlh->nlmsg_flags = NLM_F_REQUEST | (dump ? NLM_F_DUMP : NLM_F_ACK);
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = ATS_GENL_VERSION;
	return nlh;
}

void nl_put(struct nlmsghdr *nlh, __u16 type, const void *data, size_t len)
{
	mnl_attr_put(nlh, type, len, data);
}

struct answer nl_ask_plain(struct nl *nl, __u8 cmd, bool dump, nl_seen seen, void *data)
{
	return nl_ask(nl, nl_begin(nl, cmd, dump), seen, data);
}

struct answer nl_ask_u32(struct nl *nl, __u8 cmd, __u16 type, __u32 value,
			 nl_seen seen, void *data)
{
	struct nlmsghdr *nlh = nl_begin(nl, cmd, false);

	mnl_attr_put_u32(nlh, type, value);
	return nl_ask(nl, nlh, seen, data);
}

const struct nlattr *nl_attr(const struct nlmsghdr *nlh, __u16 type)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == type)
			return attr;
	return NULL;
}

__u8 nl_cmd(const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);

	return genl->cmd;
}

void nl_keep_u32(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr;
	struct nl_u32 *keep = data;

	attr = nl_attr(nlh, keep->type);
	if (attr && !keep->seen++)
		keep->value = mnl_attr_get_u32(attr);
}

const struct nlmsghdr *nl_next(struct nl *nl, int timeout_ms)
{
	struct pollfd fd = { .fd = mnl_socket_get_fd(nl->sock), .events = POLLIN };

	if (poll(&fd, 1, timeout_ms) != 1)
		return NULL;
	if (mnl_socket_recvfrom(nl->sock, nl->in, nl->in_max) < 0)
		return NULL;
	return (const struct nlmsghdr *)nl->in;
}

static struct nlmsghdr *begin_family(struct nl *nl)
{
	struct nlmsghdr *nlh = nl_begin(nl, CTRL_CMD_GETFAMILY, false);

	nlh->nlmsg_type = GENL_ID_CTRL;
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, ATS_GENL_NAME);
	return nlh;
}

static void keep_family(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr = nl_attr(nlh, CTRL_ATTR_FAMILY_ID);

	if (attr)
		*(__u16 *)data = mnl_attr_get_u16(attr);
}

static void look_at_group(const struct nlattr *group, struct group_search *search)
{
	const struct nlattr *attr;
	const char *name = "";
	__u32 id = 0;

	mnl_attr_for_each_nested(attr, group) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_NAME)
			name = mnl_attr_get_str(attr);
		else if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_ID)
			id = mnl_attr_get_u32(attr);
	}
	if (!strcmp(name, search->name))
		search->id = id;
}

static void find_group(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *groups = nl_attr(nlh, CTRL_ATTR_MCAST_GROUPS), *group;

	if (groups)
		mnl_attr_for_each_nested(group, groups)
			look_at_group(group, data);
}

bool nl_join(struct nl *nl, const char *group)
{
	struct group_search search = { .name = group };

	nl_ask(nl, begin_family(nl), find_group, &search);
	return search.id && mnl_socket_setsockopt(nl->sock, NETLINK_ADD_MEMBERSHIP, &search.id,
						  sizeof(search.id)) == 0;
}

static bool prepare_socket(struct nl *nl)
{
	const struct timeval limit = { .tv_sec = ANSWER_S };
	int on = 1, room = 4 * NL_OUT_MAX;
	int fd;

	nl->sock = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!nl->sock || mnl_socket_bind(nl->sock, 0, MNL_SOCKET_AUTOPID))
		return false;
	fd = mnl_socket_get_fd(nl->sock);
	/* without the right to it the room stays as it is */
	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	return !setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) &&
	       !mnl_socket_setsockopt(nl->sock, NETLINK_EXT_ACK, &on, sizeof(on)) &&
	       !mnl_socket_setsockopt(nl->sock, NETLINK_CAP_ACK, &on, sizeof(on));
}

struct nl *nl_open_small(size_t in_max)
{
	struct nl *nl = calloc(1, sizeof(*nl));

	if (!nl || !prepare_socket(nl)) {
		perror("# cannot open a netlink socket");
		nl_close(nl);
		return NULL;
	}
	nl->in_max = in_max;
	nl_ask(nl, begin_family(nl), keep_family, &nl->family);
	if (nl->family)
		return nl;
	fprintf(stderr, "# there is no generic netlink family " ATS_GENL_NAME "\n");
	nl_close(nl);
	return NULL;
}

struct nl *nl_open(void)
{
	return nl_open_small(NL_IN_MAX);
}

void nl_close(struct nl *nl)
{
	if (nl && nl->sock)
		mnl_socket_close(nl->sock);
	free(nl);
}
