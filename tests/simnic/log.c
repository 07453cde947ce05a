// SPDX-License-Identifier: GPL-2.0
#include "log.h"

#include <linux/debugfs.h>
#include <linux/etherdevice.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/vmalloc.h>

#include "frame.h"

#define SLOT(number) ((number) % SIMNIC_LOG_ENTRIES)
#define KEY_LEN 8

/*
 * Of the payload its first 8 octets, and those at 24 and 40: in an NTP packet the
 * origin and the transmit timestamp, in PTP at 24 source port and sequence number.
 */
static const u8 key_at[SIMNIC_LOG_KEYS] = { 0, 24, 40 };

int simnic_log_init(struct simnic_log *log)
{
	spin_lock_init(&log->lock);
	log->next = 0;
	log->entry = vzalloc(array_size(SIMNIC_LOG_ENTRIES, sizeof(*log->entry)));
	return log->entry ? 0 : -ENOMEM;
}

void simnic_log_free(struct simnic_log *log)
{
	vfree(log->entry);
}

u64 simnic_log_add(struct simnic_log *log, const struct simnic_log_entry *e, const u8 *data,
		   const struct simnic_frame *f)
{
	struct simnic_log_entry *to;
	unsigned int i, at;
	u64 number;

	spin_lock_bh(&log->lock);
	number = log->next++;
	to = &log->entry[SLOT(number)];
	*to = *e;
	to->number = number;
	to->ethertype = f->ethertype;
	to->source_port = f->source_port;
	to->dest_port = f->dest_port;
	for (i = 0; i < SIMNIC_LOG_KEYS; i++) {
		at = f->payload + key_at[i];
		if (at + KEY_LEN > f->end)
			break;
		to->key[to->keys++] = get_unaligned_be64(data + at);
	}
	spin_unlock_bh(&log->lock);
	return number;
}

void simnic_log_stamp(struct simnic_log *log, u64 number, __int128 phc, s64 stamp)
{
	struct simnic_log_entry *e = &log->entry[SLOT(number)];

	spin_lock_bh(&log->lock);
	if (e->number == number && log->next > number) {
		e->phc = phc;
		e->stamp = stamp;
	}
	spin_unlock_bh(&log->lock);
}

static void *log_start(struct seq_file *seq, loff_t *pos)
{
	struct simnic_log *log = seq->private;
	u64 next;

	spin_lock_bh(&log->lock);
	next = log->next;
	spin_unlock_bh(&log->lock);
	if (next > SIMNIC_LOG_ENTRIES && *pos < next - SIMNIC_LOG_ENTRIES)
		*pos = next - SIMNIC_LOG_ENTRIES;
	return *pos < next ? pos : NULL;
}

static void *log_next(struct seq_file *seq, void *v, loff_t *pos)
{
	++*pos;
	return log_start(seq, pos);
}

static void log_stop(struct seq_file *seq, void *v)
{
}

static int log_show(struct seq_file *seq, void *v)
{
	struct simnic_log *log = seq->private;
	struct simnic_log_entry e;
	unsigned int i;

	spin_lock_bh(&log->lock);
	e = log->entry[SLOT(*(loff_t *)v)];
	spin_unlock_bh(&log->lock);
	seq_printf(seq, "%llu %s %lld %lld %lld.%03u %lld %u %04x %u %u", e.number,
		   e.tx ? "tx" : "rx", e.base, e.real, simnic_ns(e.phc), simnic_ns_milli(e.phc),
		   e.stamp, e.len, e.ethertype, e.source_port, e.dest_port);
	for (i = 0; i < SIMNIC_LOG_KEYS; i++)
		if (i < e.keys)
			seq_printf(seq, " %016llx", e.key[i]);
		else
			seq_puts(seq, " -");
	seq_putc(seq, '\n');
	return 0;
}

static const struct seq_operations log_sops = {
	.start = log_start,
	.next = log_next,
	.stop = log_stop,
	.show = log_show,
};

DEFINE_SEQ_ATTRIBUTE(log);

void simnic_log_create_file(struct simnic_log *log, struct dentry *dir)
{
	debugfs_create_file("log", 0444, dir, log, &log_fops);
}
