// SPDX-License-Identifier: GPL-2.0
#include "phc.h"

#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mutex.h>
#include <linux/netlink.h>
#include <linux/posix-clock.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/timex.h>

#include "claim.h"
#include "phc_file.h"

/* A PHC counts from 0 and cannot be set beyond what the kernel's clocks can. */
#define OFFSET_MAX_NS (S64_MAX / 2)

int ats_phc_net_init(struct ats_net *an)
{
	struct ats_phcs *phcs = kzalloc(sizeof(*phcs), GFP_KERNEL);

	if (!phcs)
		return -ENOMEM;
	mutex_init(&phcs->lock);
	xa_init(&phcs->by_index);
	an->phcs = phcs;
	return 0;
}

/* Whoever used it is gone. */
static void free_phc(struct ats_phc *phc)
{
	if (phc->file)
		fput(phc->file);
	kfree(phc);
}

void ats_phc_net_exit(struct ats_net *an)
{
	struct ats_phcs *phcs = an->phcs;
	struct ats_phc *phc;
	unsigned long i;

	xa_for_each(&phcs->by_index, i, phc)
		free_phc(phc);
	xa_destroy(&phcs->by_index);
	mutex_destroy(&phcs->lock);
	kfree(phcs);
}

struct ats_phc *ats_phc_find(struct ats_phcs *phcs, u32 index)
{
	lockdep_assert_held(&phcs->lock);
	return xa_load(&phcs->by_index, index);
}

/*
 * Between enter() and leave() the driver is there. -ENODEV: the device is gone; then
 * leave() is not called.
 */
static int enter(struct ats_phc *phc)
{
	down_read(&phc->hold);
	if (phc->file) {
		down_read(&phc->clk->rwsem);
		if (!phc->clk->zombie)
			return 0;
		up_read(&phc->clk->rwsem);
	}
	up_read(&phc->hold);
	return -ENODEV;
}

static void leave(struct ats_phc *phc)
{
	up_read(&phc->clk->rwsem);
	up_read(&phc->hold);
}

/*
 * After enter() failed; if no device took the place meanwhile. The index is free for
 * another one from then on.
 */
static void let_go(struct ats_phc *phc)
{
	struct file *file = NULL;

	down_write(&phc->hold);
	if (phc->file) {
		down_read(&phc->clk->rwsem);
		if (phc->clk->zombie)
			file = phc->file;
		up_read(&phc->clk->rwsem);
	}
	if (file) {
		phc->file = NULL;
		WRITE_ONCE(phc->clk, NULL);
	}
	up_write(&phc->hold);
	if (file)
		fput(file);
}

bool ats_phc_is_gone(struct ats_phc *phc)
{
	if (enter(phc)) {
		let_go(phc);
		return true;
	}
	leave(phc);
	return false;
}

static s64 sys_now(enum ats_sys sys)
{
	switch (sys) {
	case ATS_SYS_REAL:
		return ktime_get_real_ns();
	case ATS_SYS_TAI:
		return ktime_get_clocktai_ns();
	default:
		return ktime_get_raw_ns();
	}
}

int ats_phc_read(struct ats_phc *phc, enum ats_sys sys, struct ats_reading *reading)
{
	struct timespec64 ts;
	int err = enter(phc);

	if (err) {
		let_go(phc);
		return err;
	}
	reading->before = sys_now(sys);
	err = phc->clk->ops.clock_gettime(phc->clk, &ts);
	reading->after = sys_now(sys);
	leave(phc);
	if (err)
		return err;
	if (ts.tv_sec < 0 || ts.tv_sec >= KTIME_SEC_MAX)
		return -ERANGE;
	reading->clock = timespec64_to_ns(&ts);
	return 0;
}

static int adjust(struct ats_phc *phc, struct __kernel_timex *tx)
{
	int err = enter(phc);

	if (err) {
		let_go(phc);
		return err;
	}
	if (tx->modes && !(phc->file->f_mode & FMODE_WRITE))
		err = -EACCES;
	else if (!phc->clk->ops.clock_adjtime)
		err = -EOPNOTSUPP;
	else
		err = phc->clk->ops.clock_adjtime(phc->clk, tx);
	leave(phc);
	return err < 0 ? err : 0;
}

int ats_phc_get_frequency(struct ats_phc *phc, s64 *frequency)
{
	struct __kernel_timex tx = { };
	int err = adjust(phc, &tx);

	*frequency = tx.freq;
	return err;
}

int ats_phc_set_frequency(struct ats_phc *phc, s64 frequency)
{
	struct __kernel_timex tx = { .modes = ADJ_FREQUENCY, .freq = frequency };
	u64 max = READ_ONCE(phc->max_ppb);

	/* in 2^-16 ppm; what is larger overflows in the PTP core before it is refused */
	max = div64_u64((max ? max : NSEC_PER_SEC) << 16, 1000);
	if (ats_magnitude(frequency) > max)
		return -ERANGE;
	return adjust(phc, &tx);
}

int ats_phc_step(struct ats_phc *phc, s64 offset)
{
	struct __kernel_timex tx = { .modes = ADJ_SETOFFSET | ADJ_NANO };
	struct ats_reading now;
	struct timespec64 ts;
	int err;

	if (ats_magnitude(offset) > OFFSET_MAX_NS)
		return -ERANGE;
	err = ats_phc_read(phc, ATS_SYS_RAW, &now);
	if (err)
		return err;
	if (offset < -now.clock || offset > OFFSET_MAX_NS - now.clock)
		return -ERANGE;
	ts = ns_to_timespec64(offset);
	tx.time.tv_sec = ts.tv_sec;
	tx.time.tv_usec = ts.tv_nsec;
	return adjust(phc, &tx);
}

int ats_phc_shift(struct ats_phc *phc, s32 phase)
{
	struct __kernel_timex tx = { .modes = ADJ_OFFSET | ADJ_NANO, .offset = phase };

	return adjust(phc, &tx);
}

bool ats_phc_is_writable(struct ats_phc *phc)
{
	bool writable;

	down_read(&phc->hold);
	writable = phc->file && phc->file->f_mode & FMODE_WRITE;
	up_read(&phc->hold);
	return writable;
}

u32 ats_phc_max_ppb(struct ats_phc *phc)
{
	return READ_ONCE(phc->max_ppb);
}

/* @file is the PHC's from then on. */
static int take(struct ats_phc *phc, struct file *file, struct posix_clock *clk)
{
	int err = 0;

	down_write(&phc->hold);
	down_read(&clk->rwsem);
	if (clk->zombie) {
		err = -ENODEV;
	} else {
		phc->file = file;
		WRITE_ONCE(phc->clk, clk);
		WRITE_ONCE(phc->max_ppb, ats_phc_file_max_ppb(clk));
	}
	up_read(&clk->rwsem);
	up_write(&phc->hold);
	return err;
}

/* A device took the place of the one that is gone. */
static int take_again(struct ats_phc *phc, struct file *file, struct posix_clock *clk,
		      struct netlink_ext_ack *extack)
{
	int err;

	if (!ats_phc_is_gone(phc)) {
		NL_SET_ERR_MSG(extack, "this PHC is held already");
		return -EEXIST;
	}
	ats_claims_lock();
	err = ats_claims_allow(phc, clk);
	if (err == -EBUSY)
		NL_SET_ERR_MSG(extack, "a servo of the former PHC is left: delete it");
	else if (err)
		NL_SET_ERR_MSG(extack, "a servo would steer this PHC by itself");
	else
		err = take(phc, file, clk);
	ats_claims_unlock();
	return err;
}

static int take_new(struct ats_phcs *phcs, u32 index, struct file *file, struct posix_clock *clk)
{
	struct ats_phc *phc = kzalloc(sizeof(*phc), GFP_KERNEL);
	int err;

	if (!phc)
		return -ENOMEM;
	phc->index = index;
	init_rwsem(&phc->hold);
	err = take(phc, file, clk);
	if (!err)
		err = xa_insert(&phcs->by_index, index, phc, GFP_KERNEL);
	if (err)
		kfree(phc);
	return err;
}

int ats_phc_add(struct ats_net *an, int fd, struct netlink_ext_ack *extack)
{
	struct file *file = fget(fd);
	struct posix_clock *clk;
	struct ats_phc *phc;
	u32 index = 0;
	int err;

	if (!file) {
		NL_SET_ERR_MSG(extack, "fd is not open");
		return -EBADF;
	}
	clk = ats_phc_file_clock(file, &index);
	if (!clk) {
		NL_SET_ERR_MSG(extack, "fd is no PHC: open /dev/ptpN");
		fput(file);
		return -ENODEV;
	}
	mutex_lock(&an->phcs->lock);
	phc = ats_phc_find(an->phcs, index);
	err = phc ? take_again(phc, file, clk, extack) :
		    take_new(an->phcs, index, file, clk);
	mutex_unlock(&an->phcs->lock);
	if (!err)
		return index;
	fput(file);
	if (err == -ENODEV)
		NL_SET_ERR_MSG(extack, "the device is gone");
	return err;
}

int ats_phc_del(struct ats_net *an, u32 index, struct netlink_ext_ack *extack)
{
	struct ats_phc *phc;
	int err = 0;

	mutex_lock(&an->phcs->lock);
	phc = ats_phc_find(an->phcs, index);
	if (!phc) {
		NL_SET_ERR_MSG(extack, "no PHC of this index is held: phc-get lists them");
		err = -ENOENT;
	} else if (phc->users) {
		NL_SET_ERR_MSG(extack, "a servo uses it: delete that first");
		err = -EBUSY;
	} else {
		xa_erase(&an->phcs->by_index, index);
		free_phc(phc);
	}
	mutex_unlock(&an->phcs->lock);
	return err;
}

struct ats_phc *ats_phc_use(struct ats_net *an, u32 index)
{
	struct ats_phc *phc;

	mutex_lock(&an->phcs->lock);
	phc = ats_phc_find(an->phcs, index);
	if (phc)
		phc->users++;
	mutex_unlock(&an->phcs->lock);
	return phc;
}

void ats_phc_unuse(struct ats_net *an, struct ats_phc *phc)
{
	mutex_lock(&an->phcs->lock);
	phc->users--;
	mutex_unlock(&an->phcs->lock);
}
