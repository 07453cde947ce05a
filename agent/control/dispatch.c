// SPDX-License-Identifier: GPL-2.0-or-later
/* One request line to one answer. Pure. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config/printable.h"
#include "control_internal.h"

json_t *control_error(const char *code, const char *message)
{
	char safe[2048];

	printable(safe, sizeof(safe), message, strlen(message));
	return json_pack("{s:i, s:{s:s, s:s}}", "version", CONTROL_VERSION, "error",
			 "code", code, "message", safe);
}

static const char *error_code(int r)
{
	switch (r) {
	case -EINVAL:
		return "invalid";
	case -ENOENT:
		return "not_found";
	case -EAGAIN:
		return "not_ready";
	case -EPERM:
		return "not_permitted";
	default:
		return "failed";
	}
}

static json_t *run(const struct control_command *command, void *ctx, const json_t *request)
{
	json_t *reply = json_pack("{s:i}", "version", CONTROL_VERSION);
	char err[1024] = "";
	int r = reply ? command->run(ctx, request, reply, err, sizeof(err)) : -ENOMEM;

	if (!r)
		return reply;
	json_decref(reply);
	return control_error(error_code(r), err[0] ? err : strerror(-r));
}

json_t *control_dispatch(const struct control_command *commands, size_t n, void *ctx,
			 bool may_change, const char *line, size_t len)
{
	const char *name;
	char text[256];
	json_error_t why;
	json_t *request = json_loadb(line, len, JSON_REJECT_DUPLICATES, &why), *reply = NULL;
	const json_t *version, *command;

	if (!json_is_object(request)) {
		snprintf(text, sizeof(text), "the request is no JSON object%s%s",
			 request ? "" : ": ", request ? "" : why.text);
		json_decref(request);
		return control_error("bad_request", text);
	}
	version = json_object_get(request, "version");
	command = json_object_get(request, "command");
	name = json_string_value(command);
	if (!json_is_integer(version) || json_integer_value(version) != CONTROL_VERSION)
		reply = control_error("unsupported_version", "the request needs \"version\":1");
	else if (!name)
		reply = control_error("bad_request", "the request needs \"command\":\"...\"");
	for (size_t i = 0; !reply && i < n; i++) {
		if (strcmp(commands[i].name, name))
			continue;
		if (commands[i].changes_state && !may_change)
			reply = control_error("not_permitted", "only root, the daemon's user and "
					      "members of control_group may change its state");
		else
			reply = run(&commands[i], ctx, request);
	}
	if (!reply) {
		snprintf(text, sizeof(text), "there is no command \"%.64s\"", name);
		reply = control_error("unknown_command", text);
	}
	json_decref(request);
	return reply;
}
