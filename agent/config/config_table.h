/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a group of the configuration may hold, as a table; and its walker. */
#ifndef ATS_CONFIG_TABLE_H
#define ATS_CONFIG_TABLE_H

#include "config_internal.h"

enum config_kind {
	KEY_BOOL,
	KEY_INT,	/* a member of 1, 2, 4 or 8 octets */
	KEY_REAL,	/* a double; integers are welcome too */
	KEY_CHOICE,	/* a string out of @choice; its index goes to a bool or int */
	KEY_CUSTOM,	/* by @set */
};

struct config_key {
	const char *name;
	enum config_kind kind;
	size_t offset, size;		/* of the member in the object */
	double min, max;		/* in the file's unit */
	double scale;			/* KEY_REAL: from the file's unit to the member's */
	const char *const *choice;	/* ends with NULL */
	int (*set)(struct config_loader *l, const config_setting_t *s, void *obj);
};

#define KEY_MEMBER(type, m) .offset = offsetof(type, m), .size = sizeof(((type *)0)->m)

/* Every member of @group to @obj as @keys say; 0, or -errno with the message written. */
int config_walk(struct config_loader *l, const config_setting_t *group,
		const struct config_key *keys, size_t n, void *obj);
/* One member before its turn, because others need it. */
int config_set_early(struct config_loader *l, const config_setting_t *group, const char *name,
		     const struct config_key *keys, size_t n, void *obj);
/* A string, or the message. */
const char *config_string(struct config_loader *l, const config_setting_t *s, const char *want);
/*
 * A string or a list or array of strings: @each is called for every one, at
 * most @max in all; @s is then the string itself.
 */
int config_strings(struct config_loader *l, const config_setting_t *s, unsigned int max,
		   const char *want,
		   int (*each)(struct config_loader *l, const config_setting_t *s,
			       const char *text, void *obj), void *obj);
/* Its path for messages: "sources[2].port". */
const char *config_setting_path(const config_setting_t *s, char *buf, size_t len);
int config_setting_line(const struct config_loader *l, const config_setting_t *s);

#endif
