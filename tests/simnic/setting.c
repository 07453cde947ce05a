// SPDX-License-Identifier: GPL-2.0
#include "setting.h"

#include <linux/bug.h>
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/module.h>

void simnic_settings_init(struct simnic_settings *s, const struct simnic_setting *table,
			  unsigned int count)
{
	unsigned int i;

	if (WARN_ON(count > SIMNIC_SETTINGS_MAX))
		count = SIMNIC_SETTINGS_MAX;
	s->table = table;
	s->count = count;
	for (i = 0; i < count; i++)
		s->value[i] = table[i].initial;
}

static ssize_t setting_read(struct file *file, char __user *to, size_t len, loff_t *pos)
{
	const struct simnic_setting_file *f = file->private_data;
	char text[24];
	int n = scnprintf(text, sizeof(text), "%lld\n", simnic_setting(f->settings, f->index));

	return simple_read_from_buffer(to, len, pos, text, n);
}

static ssize_t setting_write(struct file *file, const char __user *from, size_t len, loff_t *pos)
{
	const struct simnic_setting_file *f = file->private_data;
	struct simnic_settings *s = f->settings;
	const struct simnic_setting *entry = &s->table[f->index];
	s64 value;
	int err = kstrtos64_from_user(from, len, 0, &value);

	if (err)
		return err;
	if (value < entry->min || value > entry->max)
		return -ERANGE;
	WRITE_ONCE(s->value[f->index], value);
	if (s->changed)
		s->changed(s, f->index);
	return len;
}

static const struct file_operations setting_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.read = setting_read,
	.write = setting_write,
	.llseek = default_llseek,
};

void simnic_settings_create_files(struct simnic_settings *s, struct dentry *dir)
{
	unsigned int i;

	for (i = 0; i < s->count; i++) {
		s->file[i] = (struct simnic_setting_file) { .settings = s, .index = i };
		debugfs_create_file(s->table[i].name, 0644, dir, &s->file[i], &setting_fops);
	}
}
