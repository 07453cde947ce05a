// SPDX-License-Identifier: GPL-2.0-or-later
/* reload, online, offline and step: the verbs that change the daemon's state. */
#include <string.h>

#include "ctl.h"
#include "format.h"

static int show_reload(struct ctl *c, const json_t *data)
{
	const json_t *keys = json_object_get(data, "restart_needed"), *k;
	size_t i;

	fprintf(c->out, "Configuration reloaded; sources: %s kept, %s added, %s changed, %s removed\n",
		member_count(data, "kept").s, member_count(data, "added").s,
		member_count(data, "changed").s, member_count(data, "removed").s);
	json_array_foreach(keys, i, k) {
		json_t *holder = json_pack("{s:O}", "key", k);

		fprintf(c->out, "%s%s", i ? ", " : "Changed, but in force only after a restart: ",
			member_text(holder, "key").s);
		json_decref(holder);
	}
	if (json_array_size(keys))
		fputc('\n', c->out);
	return CTL_OK;
}

int ctl_reload(struct ctl *c, const char *arg)
{
	return ctl_show(c, "reload", NULL, show_reload);
}

static json_t *with_source(const char *source)
{
	return source ? json_pack("{s:s}", "source", source) : NULL;
}

static int show_online(struct ctl *c, const json_t *data)
{
	fprintf(c->out, "%s sources are online now, %s of them were not before\n", member_count(data, "sources").s,
		member_count(data, "changed").s);
	return CTL_OK;
}

static int show_offline(struct ctl *c, const json_t *data)
{
	fprintf(c->out, "%s sources are offline now, %s of them were not before\n", member_count(data, "sources").s,
		member_count(data, "changed").s);
	return CTL_OK;
}

int ctl_online(struct ctl *c, const char *arg)
{
	return ctl_show(c, "online", with_source(arg), show_online);
}

int ctl_offline(struct ctl *c, const char *arg)
{
	return ctl_show(c, "offline", with_source(arg), show_offline);
}

static int show_step(struct ctl *c, const json_t *data)
{
	fprintf(c->out, "Clock stepped by %s\n", member_offset(data, "step").s);
	return CTL_OK;
}

int ctl_step(struct ctl *c, const char *arg)
{
	if (!c->yes) {
		fputs("as-timesyncctl: step sets the clock at once, which programs may not expect; "
		      "slewing corrects it without that.\n"
		      "  If that is what you want: as-timesyncctl step --yes\n", c->err);
		return CTL_USAGE;
	}
	return ctl_show(c, "step", json_pack("{s:b}", "confirm", 1), show_step);
}
