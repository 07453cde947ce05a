// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Both ends of the control protocol: any line as a request to the daemon, and
 * any object as an answer that as-timesyncctl shows.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/control.h"
#include "ctl/ctl.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

static bool changed;

static int run_echo(void *ctx, const json_t *request, json_t *reply, char *err, size_t errlen)
{
	return json_object_set(reply, "echo", (json_t *)(uintptr_t)request);
}

static int run_change(void *ctx, const json_t *request, json_t *reply, char *err, size_t errlen)
{
	changed = true;
	return json_object_set_new(reply, "change", json_object());
}

static int run_fail(void *ctx, const json_t *request, json_t *reply, char *err, size_t errlen)
{
	const char *text = json_string_value(json_object_get(request, "text"));

	snprintf(err, errlen, "%s", text ? text : "");
	return text ? -EINVAL : -EIO;
}

static const struct control_command commands[] = {
	{ "echo", run_echo, false }, { "change", run_change, true }, { "fail", run_fail, false },
};

/* As what stands in the answer to "status" or "sources". */
static void show(const json_t *answer)
{
	struct ctl c = { .width = 80 };
	char *text = NULL, buf[640];
	const json_t *sources = json_object_get(answer, "sources"), *s;
	size_t len = 0, i;

	c.out = c.err = open_memstream(&text, &len);
	if (!c.out)
		abort();
	fputs(ctl_clock_line(answer, buf, sizeof(buf)), c.out);
	ctl_sources_table(&c, sources);
	json_array_foreach(sources, i, s)
		ctl_source_line(&c, s);
	ctl_status_text(&c, answer);
	fclose(c.out);
	for (i = 0; i < len; i++)
		if ((unsigned char)text[i] < ' ' && text[i] != '\n')
			abort();
	free(text);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	bool may_change = len && data[len - 1] & 1;
	json_t *reply, *answer;
	char *text;

	changed = false;
	reply = control_dispatch(commands, ARRAY_SIZE(commands), NULL, may_change,
				 (const char *)data, len);
	text = json_dumps(reply, JSON_COMPACT);
	if (!text || strchr(text, '\n') || json_object_size(reply) < 2 || (changed && !may_change))
		abort();
	free(text);
	json_decref(reply);
	answer = json_loadb((const char *)data, len, 0, NULL);
	if (answer)
		show(answer);
	json_decref(answer);
	return 0;
}
