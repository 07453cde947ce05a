// SPDX-License-Identifier: GPL-2.0
#include "truth.h"

#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/seq_file.h>

#include "clock.h"
#include "log.h"
#include "nic.h"

static struct dentry *root, *clock_root, *nic_root;

struct listing {
	struct seq_file *seq;
	struct simnic_instant now;
	__int128 from;
};

static void show_fix(struct seq_file *seq, __int128 v)
{
	bool minus = v < 0;

	/* -v of what rounds to 0 has no sign either */
	v = minus ? -v : v;
	seq_printf(seq, "%s%lld.%03u", minus ? "-" : "", simnic_ns(v), simnic_ns_milli(v));
}

static int list_clock(struct simnic_clock *c, void *arg)
{
	struct listing *l = arg;

	seq_printf(l->seq, "%s ", c->name);
	show_fix(l->seq, simnic_clock_at(c, l->now.base) - l->from);
	seq_putc(l->seq, '\n');
	return 0;
}

static void list_all(struct listing *l)
{
	seq_printf(l->seq, "base %lld\nrealtime ", l->now.base);
	show_fix(l->seq, simnic_fix_ns(l->now.real) - l->from);
	seq_putc(l->seq, '\n');
	simnic_clock_for_each(list_clock, l);
}

/* Readings of all clocks at one instant. */
static int readings_show(struct seq_file *seq, void *unused)
{
	struct listing l = { .seq = seq, .now = simnic_instant_now() };

	list_all(&l);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(readings);

/* The same, less the reading of the clock whose directory the file is in. */
static int offsets_show(struct seq_file *seq, void *unused)
{
	struct listing l = { .seq = seq, .now = simnic_instant_now() };

	l.from = simnic_clock_at(seq->private, l.now.base);
	list_all(&l);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(offsets);

static int state_show(struct seq_file *seq, void *unused)
{
	struct simnic_clock *c = seq->private;
	s64 error, wandered, adjustment, total;
	u64 lost;

	spin_lock_irq(&c->lock);
	simnic_counter_advance(&c->counter, simnic_base_now());
	error = c->counter.error;
	wandered = c->counter.wandered;
	adjustment = c->counter.adjustment;
	total = c->counter.piece[c->counter.head].rate;
	lost = c->pulses.arrivals_lost;
	spin_unlock_irq(&c->lock);
	seq_printf(seq, "ptp %d\n", simnic_clock_index(c));
	seq_printf(seq, "oscillator_ppt %lld\n", simnic_rate_ppt(error + wandered));
	seq_printf(seq, "adjustment_ppt %lld\n", simnic_rate_ppt(adjustment));
	seq_printf(seq, "rate_ppt %lld\n", simnic_rate_ppt(total));
	seq_printf(seq, "pulses_lost %llu\n", lost);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(state);

/* The clock jumps, and nobody is told. */
static int step_set(void *data, u64 value)
{
	struct simnic_clock *c = data;
	s64 now;

	spin_lock_irq(&c->lock);
	now = simnic_base_now();
	simnic_counter_step(&c->counter, now, (s64)value);
	simnic_pulses_retime(c, now);
	spin_unlock_irq(&c->lock);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE_SIGNED(step_fops, NULL, step_set, "%lld\n");

/* An edge comes in at this pin, now. */
static int pulse_set(void *data, u64 pin)
{
	if (pin >= SIMNIC_PINS)
		return -ERANGE;
	simnic_pulse_arrives(data, pin, simnic_base_now());
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(pulse_fops, NULL, pulse_set, "%llu\n");

struct dentry *simnic_truth_add_clock(struct simnic_clock *c)
{
	struct dentry *dir = debugfs_create_dir(c->name, clock_root);

	debugfs_create_file("offsets", 0444, dir, c, &offsets_fops);
	debugfs_create_file("state", 0444, dir, c, &state_fops);
	debugfs_create_file_unsafe("step_ns", 0200, dir, c, &step_fops);
	debugfs_create_file_unsafe("pulse", 0200, dir, c, &pulse_fops);
	simnic_settings_create_files(&c->settings, dir);
	return dir;
}

struct dentry *simnic_truth_add_nic(struct simnic_nic *nic, const char *name)
{
	struct dentry *dir = debugfs_create_dir(name, nic_root);

	simnic_settings_create_files(&nic->settings, dir);
	simnic_log_create_file(&nic->log, dir);
	return dir;
}

void simnic_truth_remove(struct dentry *dir)
{
	debugfs_remove(dir);
}

struct dentry *simnic_truth_root(void)
{
	return root;
}

void simnic_truth_init(void)
{
	root = debugfs_create_dir("simnic", NULL);
	clock_root = debugfs_create_dir("clocks", root);
	nic_root = debugfs_create_dir("nics", root);
	debugfs_create_file("readings", 0444, root, NULL, &readings_fops);
}

void simnic_truth_exit(void)
{
	debugfs_remove(root);
}
