// SPDX-License-Identifier: GPL-2.0
#include "claim.h"

#include <linux/mutex.h>

#include "phc.h"

static DEFINE_MUTEX(lock);	/* taken after those of a namespace */
static LIST_HEAD(claims);

/* Compared, never followed. Of a clock that is gone it is NULL, which is no clock's. */
static const struct posix_clock *clock_of(const struct ats_phc *phc)
{
	return phc ? READ_ONCE(phc->clk) : NULL;
}

static struct ats_claim *find(const struct posix_clock *target)
{
	struct ats_claim *c;

	lockdep_assert_held(&lock);
	if (!target)
		return NULL;
	list_for_each_entry(c, &claims, list)
		if (clock_of(c->target) == target)
			return c;
	return NULL;
}

/* There are no loops in what was claimed, so this ends. */
static bool depends(const struct posix_clock *clk, const struct posix_clock *on)
{
	struct ats_claim *c;

	while (clk) {
		if (clk == on)
			return true;
		c = find(clk);
		clk = c ? clock_of(c->reference) : NULL;
	}
	return false;
}

int ats_claim_add(struct ats_claim *claim, struct ats_phc *target, struct ats_phc *reference)
{
	int err = 0;

	mutex_lock(&lock);
	if (find(clock_of(target)))
		err = -EBUSY;
	else if (depends(clock_of(reference), clock_of(target)))
		err = -ELOOP;
	if (!err) {
		claim->target = target;
		claim->reference = reference;
		list_add_tail(&claim->list, &claims);
	}
	mutex_unlock(&lock);
	return err;
}

void ats_claim_del(struct ats_claim *claim)
{
	mutex_lock(&lock);
	list_del(&claim->list);
	mutex_unlock(&lock);
}

void ats_claims_lock(void)
{
	mutex_lock(&lock);
}

void ats_claims_unlock(void)
{
	mutex_unlock(&lock);
}

bool ats_claimed(struct ats_phc *target)
{
	return find(clock_of(target));
}

int ats_claims_allow(struct ats_phc *phc, struct posix_clock *clk)
{
	struct ats_claim *c;

	lockdep_assert_held(&lock);
	list_for_each_entry(c, &claims, list) {
		if (c->target == phc)
			return -EBUSY;
		if (c->reference == phc && depends(clk, clock_of(c->target)))
			return -ELOOP;
	}
	return 0;
}
