// SPDX-License-Identifier: GPL-2.0-or-later
/* "ptp_management": what the network may do to PTP instances. */
#include <errno.h>
#include <string.h>

#include "config_ptp.h"
#include "config_value.h"

enum { DESCRIPTION_MAX = 128 };	/* octets, IEEE 1588-2019 clause 8.2.5.3 */

static int set_description(struct config_loader *l, const config_setting_t *s, void *obj)
{
	struct config_ptp_management *m = obj;
	const char *v = config_string(l, s, "a text in quotes");

	if (!v)
		return -EINVAL;
	if (strlen(v) > DESCRIPTION_MAX)
		return config_fail(l, s, NULL, "is too long; use at most %d octets", DESCRIPTION_MAX);
	for (const char *p = v; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return config_fail(l, s, NULL,
					   "has a control character; write one line of text");
	return config_set_string(l, s, v, &m->description);
}

#define MANAGEMENT(m) KEY_MEMBER(struct config_ptp_management, m)

static const struct config_key keys[] = {
	{ "get", KEY_BOOL, MANAGEMENT(get) },
	{ "set", KEY_BOOL, MANAGEMENT(set) },
	{ "command", KEY_BOOL, MANAGEMENT(command) },
	{ "description", KEY_CUSTOM, .set = set_description },
};

int config_ptp_manage(struct config_loader *l, const config_setting_t *s, void *obj)
{
	return config_walk(l, s, keys, ARRAY_SIZE(keys), &l->cfg.ptp_management);
}
