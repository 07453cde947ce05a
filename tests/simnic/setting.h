/* SPDX-License-Identifier: GPL-2.0 */
/* Whole numbers that debugfs shows and sets within bounds. */
#ifndef SIMNIC_SETTING_H
#define SIMNIC_SETTING_H

#include <linux/compiler.h>
#include <linux/types.h>

#define SIMNIC_SETTINGS_MAX 24

struct dentry;

struct simnic_setting {
	const char *name;
	s64 min, max, initial;
};

struct simnic_settings {
	const struct simnic_setting *table;
	unsigned int count;
	/* Process context, after a new value was stored; NULL: nothing to be done. */
	void (*changed)(struct simnic_settings *s, unsigned int index);
	s64 value[SIMNIC_SETTINGS_MAX];
	struct simnic_setting_file {
		struct simnic_settings *settings;
		unsigned int index;
	} file[SIMNIC_SETTINGS_MAX];
};

void simnic_settings_init(struct simnic_settings *s, const struct simnic_setting *table,
			  unsigned int count);

/* A file for each below @dir; *@s lives as long as they do. */
void simnic_settings_create_files(struct simnic_settings *s, struct dentry *dir);

/* Any context. */
static inline s64 simnic_setting(const struct simnic_settings *s, unsigned int index)
{
	return READ_ONCE(s->value[index]);
}

#endif
