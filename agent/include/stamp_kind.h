/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the time of a packet's passage was read; the later the better. */
#ifndef ATS_STAMP_KIND_H
#define ATS_STAMP_KIND_H

enum stamp_kind {
	STAMP_NONE,
	STAMP_USER,	/* clock read by the program, after the packet */
	STAMP_KERNEL,	/* software stamp of the kernel, at the packet's passage */
	STAMP_HARDWARE,	/* NIC stamp, converted to sys */
};

#endif
