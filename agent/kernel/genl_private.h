/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by genl.c, genl_ctrl.c and genl_socket.c, nobody else. */
#ifndef ATS_GENL_PRIVATE_H
#define ATS_GENL_PRIVATE_H

#include "kernel/genl.h"

enum {
	GENL_BUFFER = 32768,	/* the kernel makes no larger ones */
	GENL_GROUPS_MAX = 8,
	GENL_NAME_MAX = 16,
};

struct genl {
	struct genl_calls calls;
	void *socket;		/* of the real calls */
	int fd;
	u32 seq;
	u16 family;		/* 0: none found */
	u8 version;
	unsigned int ngroup;
	struct genl_group {
		char name[GENL_NAME_MAX];
		u32 id;
	} group[GENL_GROUPS_MAX];
	char error[256];
	_Alignas(8) u8 buffer[GENL_BUFFER];
};

/* genl_socket.c: the real calls on a socket of their own; 0 or -errno. */
int genl_socket_calls(struct genl_calls *out);
void genl_socket_free(void *ctx);

/* -errno with words for genl_error(). */
int genl_fail(struct genl *g, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* As genl_request() and genl_dump(), to any family. */
int genl_exchange(struct genl *g, u16 family, struct nl_msg *msg, bool dump, genl_each *each,
		  void *ctx);
/* As genl_receive(), for messages of one family. */
int genl_events(struct genl *g, u16 family, genl_each *each, void *ctx);
/* False: not attributes at all. */
bool genl_parse(struct nlattr *head, int len, struct genl_reply *out);

#endif
