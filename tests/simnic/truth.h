/* SPDX-License-Identifier: GPL-2.0 */
/* What debugfs shows of the clocks, and its root for all the rest. */
#ifndef SIMNIC_TRUTH_H
#define SIMNIC_TRUTH_H

struct dentry;
struct simnic_clock;
struct simnic_nic;

/* Process context. debugfs is optional: all of these bear that there is none. */
void simnic_truth_init(void);
void simnic_truth_exit(void);

struct dentry *simnic_truth_root(void);

struct dentry *simnic_truth_add_clock(struct simnic_clock *c);
struct dentry *simnic_truth_add_nic(struct simnic_nic *nic, const char *name);

/* Waits for those who use a file below, so no lock that they take may be held. */
void simnic_truth_remove(struct dentry *dir);

#endif
