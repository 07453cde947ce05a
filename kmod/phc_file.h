/* SPDX-License-Identifier: GPL-2.0 */
/* The way from a file of /dev/ptpN to its clock. */
#ifndef ATS_PHC_FILE_H
#define ATS_PHC_FILE_H

#include <linux/types.h>

struct file;
struct posix_clock;

/* The clock lives as long as the file is held. NULL: this is no PHC. */
struct posix_clock *ats_phc_file_clock(struct file *file, u32 *index);

/*
 * The bound of its frequency, as sysfs tells it; 0 when it does not. The clock is
 * no zombie, and its rwsem is held.
 */
u32 ats_phc_file_max_ppb(struct posix_clock *clk);

#endif
