// SPDX-License-Identifier: GPL-2.0-or-later
/* "smpte" of "serve_ptp": what a grandmaster for media tells besides the time. */
#include <errno.h>
#include <stdio.h>

#include "config_ptp.h"
#include "config_value.h"

static int set_frame_rate(struct config_loader *l, const config_setting_t *s, void *obj)
{
	const char *v = config_string(l, s, "frames per second as in \"25\" or \"30000/1001\"");

	if (!v)
		return -EINVAL;
	if (ptp_smpte_rate_parse(v, obj))
		return config_fail(l, s, NULL, "\"%.64s\" is no frame rate of 1 to 1000; write "
				   "\"25\" or \"30000/1001\"", v);
	return 0;
}

static int set_daily_jam(struct config_loader *l, const config_setting_t *s, void *obj)
{
	const char *v = config_string(l, s, "a local time of day as in \"02:00:00\"");
	struct ptp_smpte_config *c = obj;
	unsigned int h, m, sec;
	char end;

	if (!v)
		return -EINVAL;
	if (sscanf(v, "%2u:%2u:%2u%c", &h, &m, &sec, &end) != 3 || h > 23 || m > 59 || sec > 59)
		return config_fail(l, s, NULL, "\"%.64s\" is no time of day; write one from "
				   "\"00:00:00\" to \"23:59:59\"", v);
	c->jam_s = (int)(h * 3600 + m * 60 + sec);
	return 0;
}

#define SMPTE(m) KEY_MEMBER(struct ptp_smpte_config, m)

static const struct config_key keys[] = {
	{ "frame_rate", KEY_CUSTOM, .set = set_frame_rate },
	{ "drop_frame", KEY_BOOL, SMPTE(drop_frame) },
	{ "color_frame", KEY_BOOL, SMPTE(color_frame) },
	{ "daily_jam", KEY_CUSTOM, .set = set_daily_jam },
};

int config_smpte(struct config_loader *l, const config_setting_t *s, struct ptp_smpte_config *c)
{
	int r;

	*c = (struct ptp_smpte_config){ .jam_s = PTP_SMPTE_NO_JAM };
	r = config_walk(l, s, keys, ARRAY_SIZE(keys), c);
	if (!r && !c->frame_rate)
		return config_fail(l, s, NULL, "has no frame rate; add frame_rate = \"25\"");
	return r;
}
