// SPDX-License-Identifier: GPL-2.0
#include "tap_dev.h"

#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/nsproxy.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "ats_have.h"
#include "net.h"
#include "tap.h"
#include "tap_ring.h"

struct reader {
	struct ats_tap_rings *rings;
	struct mutex lock;	/* of one that changes seen */
	atomic64_t seen;	/* ats_tap_rings_total() at the last read() */
};

/* As for a packet socket, or for what sets taps. */
static bool may_read(const struct net *net)
{
	return ns_capable(net->user_ns, CAP_NET_RAW) || ns_capable(net->user_ns, CAP_NET_ADMIN);
}

static int tap_open(struct inode *inode, struct file *file)
{
	struct net *net = current->nsproxy->net_ns;
	struct reader *reader;

	if (!may_read(net))
		return -EPERM;
	if (file->f_mode & FMODE_WRITE)
		return -EACCES;
	reader = kzalloc(sizeof(*reader), GFP_KERNEL_ACCOUNT);
	if (!reader)
		return -ENOMEM;
	reader->rings = ats_tap_open_rings(ats_net(net));
	if (!reader->rings) {
		kfree(reader);
		return -ENOMEM;
	}
	mutex_init(&reader->lock);
	atomic64_set(&reader->seen, ats_tap_rings_total(reader->rings));
	file->private_data = reader;
	return stream_open(inode, file);
}

static int tap_release(struct inode *inode, struct file *file)
{
	struct reader *reader = file->private_data;

	ats_tap_rings_put(reader->rings);
	kfree(reader);
	return 0;
}

static bool has_news(const struct reader *reader)
{
	return ats_tap_rings_total(reader->rings) != atomic64_read(&reader->seen);
}

static ssize_t tap_read(struct file *file, char __user *to, size_t len, loff_t *at)
{
	struct reader *reader = file->private_data;
	u64 total, count;
	int err;

	if (len < sizeof(count))
		return -EINVAL;
	if (!has_news(reader) && !ats_tap_rings_ended(reader->rings)) {
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		err = wait_event_interruptible(*ats_tap_rings_wait(reader->rings),
					       has_news(reader) ||
					       ats_tap_rings_ended(reader->rings));
		if (err)
			return err;
	}
	mutex_lock(&reader->lock);
	total = ats_tap_rings_total(reader->rings);
	count = total - atomic64_xchg(&reader->seen, total);
	mutex_unlock(&reader->lock);
	if (!count && ats_tap_rings_ended(reader->rings))
		return 0;
	return copy_to_user(to, &count, sizeof(count)) ? -EFAULT : (ssize_t)sizeof(count);
}

static __poll_t tap_poll(struct file *file, poll_table *table)
{
	struct reader *reader = file->private_data;
	__poll_t events = 0;

	poll_wait(file, ats_tap_rings_wait(reader->rings), table);
	smp_mb();	/* in the queue before heads are read: see ats_tap_rings_commit() */
	if (has_news(reader))
		events |= EPOLLIN | EPOLLRDNORM;
	if (ats_tap_rings_ended(reader->rings))
		events |= EPOLLHUP;
	return events;
}

static int tap_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct reader *reader = file->private_data;

	if (vma->vm_flags & (VM_WRITE | VM_EXEC))
		return -EPERM;
#ifdef ATS_HAVE_VM_FLAGS_CLEAR
	vm_flags_clear(vma, VM_MAYWRITE | VM_MAYEXEC);
#else
	vma->vm_flags &= ~(VM_MAYWRITE | VM_MAYEXEC);
#endif
	return ats_tap_rings_map(reader->rings, vma);
}

static const struct file_operations tap_fops = {
	.owner = THIS_MODULE,
	.open = tap_open,
	.release = tap_release,
	.read = tap_read,
	.poll = tap_poll,
	.mmap = tap_mmap,
};

static struct miscdevice tap_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = ATS_TAP_DEVICE,
	.fops = &tap_fops,
	.mode = 0444,	/* the capability is what counts */
};

int ats_tap_dev_init(void)
{
	return misc_register(&tap_device);
}

void ats_tap_dev_exit(void)
{
	misc_deregister(&tap_device);
}
