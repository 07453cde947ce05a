/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files of agent/control only. */
#ifndef ATS_CONTROL_INTERNAL_H
#define ATS_CONTROL_INTERNAL_H

#include <sys/types.h>

#include "control.h"

enum {
	CONTROL_CONNECTIONS_MAX = 32,
	CONTROL_RESERVED = 4,		/* of them for those who may change state */
	CONTROL_IDLE_S = 60,		/* without a request */
	CONTROL_STALL_S = 30,		/* without progress in reading an answer */
};

#define CONTROL_NO_GROUP ((gid_t)-1)

/* The answer to a line that is no request at all; new reference. */
json_t *control_error(const char *code, const char *message);

/* control_socket.c: a listening socket at @path, or -errno with a sentence in @err */
int control_listen(const char *path, gid_t gid, dev_t *dev, ino_t *ino, char *err, size_t errlen);
/* Remove it again if it is still the same file. */
void control_unlink(const char *path, dev_t dev, ino_t ino);
/* May the peer of a connection change state? @gid or CONTROL_NO_GROUP. */
bool control_peer_may_change(int fd, gid_t gid);

#endif
