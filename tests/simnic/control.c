// SPDX-License-Identifier: GPL-2.0
#include "control.h"

#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/nsproxy.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "clock.h"
#include "pair.h"
#include "truth.h"
#include "wire.h"

#define COMMAND_MAX 256
#define WORDS_MAX 6
#define WIRE_DELAY_MAX 1000000000

/* Clocks made here: each is held once for itself. */
static struct dentry *control_file, *wires_file;
static DEFINE_MUTEX(own_lock);
static LIST_HEAD(own_clocks);

struct own_clock {
	struct list_head list;
	struct simnic_clock *clock;
};

/* pair [NAME [NAME [CLOCK|- [CLOCK|-]]]] */
static int do_pair(char **word, int n)
{
	return simnic_pair_new(current->nsproxy->net_ns, n > 1 ? word[1] : "simnic%d",
			       n > 2 ? word[2] : "simnic%d", n > 3 ? word[3] : "-",
			       n > 4 ? word[4] : "-");
}

/* clock NAME */
static int do_clock(char **word, int n)
{
	struct own_clock *own = kmalloc(sizeof(*own), GFP_KERNEL);

	if (!own)
		return -ENOMEM;
	own->clock = simnic_clock_new(word[1]);
	if (IS_ERR(own->clock)) {
		int err = PTR_ERR(own->clock);

		kfree(own);
		return err;
	}
	mutex_lock(&own_lock);
	list_add_tail(&own->list, &own_clocks);
	mutex_unlock(&own_lock);
	return 0;
}

/* A clock that a NIC uses as well goes with the NIC. */
static int delete_clock(const char *name)
{
	struct own_clock *own, *found = NULL;

	mutex_lock(&own_lock);
	list_for_each_entry(own, &own_clocks, list)
		if (!strcmp(own->clock->name, name))
			found = own;
	if (found)
		list_del(&found->list);
	mutex_unlock(&own_lock);
	if (!found)
		return -ENOENT;
	simnic_clock_put(found->clock);
	kfree(found);
	return 0;
}

/* delete NAME, of a NIC (both ends go) or of a clock made by the command */
static int do_delete(char **word, int n)
{
	int err = simnic_pair_delete(word[1]);

	return err == -ENOENT ? delete_clock(word[1]) : err;
}

/* wire CLOCK PIN CLOCK PIN [DELAY_NS] */
static int do_wire(char **word, int n)
{
	unsigned int from_pin, to_pin, delay_ns = 0;
	struct simnic_clock *from, *to;
	int err;

	if (kstrtouint(word[2], 0, &from_pin) || kstrtouint(word[4], 0, &to_pin) ||
	    (n > 5 && kstrtouint(word[5], 0, &delay_ns)))
		return -EINVAL;
	if (delay_ns > WIRE_DELAY_MAX)
		return -ERANGE;
	from = simnic_clock_get(word[1]);
	if (IS_ERR(from))
		return PTR_ERR(from);
	to = simnic_clock_get(word[3]);
	err = PTR_ERR_OR_ZERO(to);
	if (!err) {
		err = simnic_wire_add(from, from_pin, to, to_pin, delay_ns);
		simnic_clock_put(to);
	}
	simnic_clock_put(from);
	return err;
}

/* unwire CLOCK PIN, where the wire ends */
static int do_unwire(char **word, int n)
{
	struct simnic_clock *to;
	unsigned int pin;
	int err;

	if (kstrtouint(word[2], 0, &pin))
		return -EINVAL;
	to = simnic_clock_get(word[1]);
	if (IS_ERR(to))
		return PTR_ERR(to);
	err = simnic_wire_remove(to, pin);
	simnic_clock_put(to);
	return err;
}

static const struct command {
	const char *name;
	int min, max;	/* words */
	int (*run)(char **word, int n);
} commands[] = {
	{ "pair", 1, 5, do_pair },
	{ "clock", 2, 2, do_clock },
	{ "delete", 2, 2, do_delete },
	{ "wire", 5, 6, do_wire },
	{ "unwire", 3, 3, do_unwire },
};

static int run(char *text)
{
	char *word[WORDS_MAX];
	unsigned int i;
	int n = 0;

	text = strim(text);
	while (text && n < WORDS_MAX) {
		word[n] = strsep(&text, " \t");
		if (*word[n])
			n++;
	}
	if (text || !n)
		return -EINVAL;
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(word[0], commands[i].name))
			return n < commands[i].min || n > commands[i].max ? -EINVAL :
				commands[i].run(word, n);
	return -EINVAL;
}

/* One command for each write. */
static ssize_t control_write(struct file *file, const char __user *from, size_t len, loff_t *pos)
{
	char text[COMMAND_MAX];
	int err;

	if (len >= sizeof(text))
		return -E2BIG;
	if (copy_from_user(text, from, len))
		return -EFAULT;
	text[len] = '\0';
	err = run(text);
	return err ? err : len;
}

static const struct file_operations control_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = control_write,
	.llseek = default_llseek,
};

static int wires_show(struct seq_file *seq, void *unused)
{
	simnic_wires_show(seq);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(wires);

void simnic_control_init(void)
{
	struct dentry *root = simnic_truth_root();

	control_file = debugfs_create_file("control", 0200, root, NULL, &control_fops);
	wires_file = debugfs_create_file("wires", 0444, root, NULL, &wires_fops);
}

void simnic_control_exit(void)
{
	struct own_clock *own, *next;

	/* waits for a command that is being run */
	debugfs_remove(control_file);
	debugfs_remove(wires_file);
	list_for_each_entry_safe(own, next, &own_clocks, list) {
		simnic_clock_put(own->clock);
		kfree(own);
	}
}
