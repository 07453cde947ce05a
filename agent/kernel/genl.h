/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One generic netlink family: ask and be answered, list, listen. Built on
 * libnl's messages. Nothing here waits: the kernel answers a request while it
 * is being sent, so that an answer that is not there yet is an error.
 *
 * Functions return 0 or -errno; genl_error() then says why in words, those of
 * the kernel when it had any.
 */
#ifndef ATS_GENL_H
#define ATS_GENL_H

#include <netlink/attr.h>
#include <netlink/msg.h>
#include <sys/types.h>

#include "types.h"

/* Larger attribute types are not looked at. */
#define GENL_ATTR_MAX 63

/* Below libnl's messages: a netlink socket, or what a test puts in its place. */
struct genl_calls {
	/* A socket that does not block: its descriptor, or -errno. */
	int (*open)(void *ctx);
	void (*close)(void *ctx);
	/* Octets, or -errno; what does not fit in @len is -EMSGSIZE. */
	ssize_t (*send)(void *ctx, const void *buf, size_t len);
	ssize_t (*receive)(void *ctx, void *buf, size_t len);
	int (*join)(void *ctx, u32 group);
	void *ctx;
};

struct genl;

/* @calls NULL: the real ones. Asks nothing yet. NULL with *error -errno. */
struct genl *genl_open(const struct genl_calls *calls, int *error);
void genl_close(struct genl *g);
/* What the last failure was, without the name of who failed. */
const char *genl_error(const struct genl *g);

/*
 * The family that messages go to from now on. -ENOENT: there is none. @load:
 * the kernel may load a module for it (and the call lasts as long).
 */
int genl_find_family(struct genl *g, const char *name, bool load);
/* A multicast group of the family that was found; -ENOENT: none of that name. */
int genl_join(struct genl *g, const char *group);
/* For poll(): readable when a group that was joined has news. */
int genl_fd(const struct genl *g);

/* A message to the family; @octets of attributes, 0: few. NULL: no memory. */
struct nl_msg *genl_message(struct genl *g, u8 command, size_t octets);

/* A message from the family. Hostile: read it with genl_get_*(). */
struct genl_reply {
	u8 command;
	struct nlattr *attr[GENL_ATTR_MAX + 1];	/* the last of each type */
	struct nlattr *head;			/* all of them, for nla_for_each_attr() */
	int len;
};

/* Less than 0: that is the result. More: enough, no more calls, result 0. */
typedef int genl_each(void *ctx, const struct genl_reply *r);

/*
 * Send @msg, which is consumed (NULL: -ENOMEM), and hand every message that
 * answers it to @each, which may be NULL.
 */
int genl_request(struct genl *g, struct nl_msg *msg, genl_each *each, void *ctx);
/* The same for a request of which the answer is a list. */
int genl_dump(struct genl *g, struct nl_msg *msg, genl_each *each, void *ctx);
/*
 * A long list in pieces, on a socket that does nothing else meanwhile: start,
 * then ask for more until the result is 0, the end, or -errno. 1: there is more.
 */
int genl_list_start(struct genl *g, struct nl_msg *msg);
int genl_list_more(struct genl *g, genl_each *each, void *ctx);
/*
 * On a socket that joined groups of the family, and asks nothing else: hands
 * what is there to @each. -ENOBUFS: some were lost.
 */
int genl_receive(struct genl *g, genl_each *each, void *ctx);

/*
 * Values; false, and *v untouched, when the attribute is missing or of another
 * length. A flag's value is whether it is there.
 */
bool genl_get_u8(const struct genl_reply *r, int type, u8 *v);
bool genl_get_u16(const struct genl_reply *r, int type, u16 *v);
bool genl_get_u32(const struct genl_reply *r, int type, u32 *v);
bool genl_get_u64(const struct genl_reply *r, int type, u64 *v);
bool genl_get_s32(const struct genl_reply *r, int type, s32 *v);
bool genl_get_s64(const struct genl_reply *r, int type, s64 *v);
bool genl_get_flag(const struct genl_reply *r, int type);
/* Cut off to fit @len. */
bool genl_get_string(const struct genl_reply *r, int type, char *buf, size_t len);
/* The attributes inside of one; the command of *out is 0. False: they are none. */
bool genl_get_nested(const struct nlattr *nest, struct genl_reply *out);
/* Exactly @len octets. */
bool genl_get_binary(const struct genl_reply *r, int type, void *buf, size_t len);

/*
 * Families that come and go, on a socket of its own: genl_watch() listens,
 * genl_watch_receive() calls @each for every one that came or went.
 */
int genl_watch(struct genl *g);
typedef void genl_each_family(void *ctx, const char *name, bool came);
int genl_watch_receive(struct genl *g, genl_each_family *each, void *ctx);

#endif
