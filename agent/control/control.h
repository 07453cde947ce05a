/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control socket: a Unix stream socket, one JSON object per line in each
 * direction. {"version":1,"command":"sources"} -> {"version":1,"sources":[...]}
 * or {"version":1,"error":{"code":"...","message":"..."}}.
 * Schema: Documentation/control-protocol.md.
 */
#ifndef ATS_CONTROL_H
#define ATS_CONTROL_H

#include <event2/event.h>
#include <jansson.h>

#include "types.h"

#define CONTROL_VERSION 1
#define CONTROL_REQUEST_MAX 4096

/*
 * One command of the daemon: builds the members of the answer into @reply, or
 * returns -errno with a sentence in @err. Commands never block.
 */
struct control_command {
	const char *name;
	int (*run)(void *ctx, const json_t *request, json_t *reply, char *err, size_t errlen);
	bool changes_state;	/* refused to peers that may only look */
};

struct control;

/*
 * NULL with a message in @err. Mode 0660, group @group (NULL: own). Root, our
 * own user and the members of @group may change state. Ignores SIGPIPE.
 */
struct control *control_new(struct event_base *base, const char *path, const char *group,
			    const struct control_command *commands, size_t n, void *ctx,
			    char *err, size_t errlen);
void control_free(struct control *c);
/* The pure part, for tests and the fuzzer: one request line to one answer. */
json_t *control_dispatch(const struct control_command *commands, size_t n, void *ctx,
			 bool may_change, const char *line, size_t len);

#endif
