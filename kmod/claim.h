/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who steers which clock by which other, over all network namespaces: a clock has
 * one master, and none is steered by itself, also not by way of others.
 */
#ifndef ATS_CLAIM_H
#define ATS_CLAIM_H

#include <linux/list.h>

struct ats_phc;
struct posix_clock;

struct ats_claim {
	struct list_head list;
	struct ats_phc *target;
	struct ats_phc *reference;	/* NULL: the system clock */
};

/*
 * -EBUSY when the target is steered already, -ELOOP when the reference depends on
 * it. Neither PHC is freed before ats_claim_del().
 */
int ats_claim_add(struct ats_claim *claim, struct ats_phc *target, struct ats_phc *reference);
void ats_claim_del(struct ats_claim *claim);

/* What is true between these stays so. */
void ats_claims_lock(void);
void ats_claims_unlock(void);

bool ats_claimed(struct ats_phc *target);

/* As ats_claim_add(), if the clock of @phc, which is gone, became @clk. */
int ats_claims_allow(struct ats_phc *phc, struct posix_clock *clk);

#endif
