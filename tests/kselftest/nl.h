/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Talking to the module: one message, its answer. Made on libmnl and nothing of
 * the agent, so that two decoders agree on the contract.
 */
#ifndef NL_H
#define NL_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#define NL_OUT_MAX	(512 * 1024)
#define NL_IN_MAX	(256 * 1024)	/* all rules of an ACL */

struct nl {
	struct mnl_socket *sock;
	__u16 family;
	__u32 seq;
	size_t in_max;			/* octets to read at a time; a dump comes in such parts */
	__u64 out[NL_OUT_MAX / 8];
	__u64 in[NL_IN_MAX / 8];
};

/* What came back for one request. */
struct answer {
	int err;			/* 0, or -errno as the kernel said */
	char msg[256];			/* extended acknowledgment; empty is none */
	unsigned int offset;		/* of the attribute it blames; 0 is none */
	__u32 missing;		/* attribute that it misses; 0 is none */
	unsigned int messages;		/* replies before it */
	bool interrupted;		/* the dump says that something changed */
};

/* Looks at one reply. */
typedef void (*nl_seen)(const struct nlmsghdr *nlh, void *data);

/*
 * In the network namespace of the caller. NULL, with a line on stderr, when there
 * is no family as_timesync.
 */
struct nl *nl_open(void);
struct nl *nl_open_small(size_t in_max);
void nl_close(struct nl *nl);

/* Listens to the multicast group of this name; false when there is none. */
bool nl_join(struct nl *nl, const char *group);

/* Begins a request in nl->out; attributes are added with mnl_attr_put*(). */
struct nlmsghdr *nl_begin(struct nl *nl, __u8 cmd, bool dump);

/* An attribute of any type and length, sound or not. */
void nl_put(struct nlmsghdr *nlh, __u16 type, const void *data, size_t len);

/* Sends it and reads to the end of the answer. */
struct answer nl_ask(struct nl *nl, struct nlmsghdr *nlh, nl_seen seen, void *data);

/* A request without attributes, or with one. */
struct answer nl_ask_plain(struct nl *nl, __u8 cmd, bool dump, nl_seen seen, void *data);
struct answer nl_ask_u32(struct nl *nl, __u8 cmd, __u16 type, __u32 value,
			 nl_seen seen, void *data);

/*
 * The next message of a group, at most so long waited for; NULL when none came.
 * It stays valid until the next call with this nl.
 */
const struct nlmsghdr *nl_next(struct nl *nl, int timeout_ms);

/* The attribute of a reply, NULL when it is not there. */
const struct nlattr *nl_attr(const struct nlmsghdr *nlh, __u16 type);
__u8 nl_cmd(const struct nlmsghdr *nlh);

/* A nl_seen that keeps the first u32 attribute of type ->type. */
struct nl_u32 {
	__u16 type;
	unsigned int seen;
	__u32 value;
};

void nl_keep_u32(const struct nlmsghdr *nlh, void *data);

#endif
