// SPDX-License-Identifier: GPL-2.0-or-later
#include "tap_file.h"

#include <errno.h>
#include <linux/as_timesync.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tap_text.h"
#include "wire/pcapng.h"

/* A block of a packet: a frame, a comment, and less than 100 octets more. */
enum { BLOCK_MAX = ATS_TAP_FRAME + FORMAT_LEN + 256 };

struct tap_file {
	FILE *out;
	int error;		/* -errno of what first went wrong */
	bool begun;		/* the interface is described */
	char *interface;
	u64 records, lost;
	s64 begin_utc, end_utc;
};

static void put(struct tap_file *f, const u8 *block, size_t len)
{
	if (f->error)
		return;
	if (!len)
		f->error = -EMSGSIZE;
	else if (fwrite(block, 1, len, f->out) != len)
		f->error = errno ? -errno : -EIO;
}

struct tap_file *tap_file_open(const char *path, const char *interface, int *error)
{
	struct tap_file *f = calloc(1, sizeof(*f));
	u8 block[BLOCK_MAX];

	if (f)
		f->interface = strdup(interface);
	if (!f || !f->interface) {
		free(f);
		*error = -ENOMEM;
		return NULL;
	}
	f->out = strcmp(path, "-") ? fopen(path, "we") : stdout;
	if (!f->out) {
		*error = -errno;
		free(f->interface);
		free(f);
		return NULL;
	}
	put(f, block, pcapng_section(block, sizeof(block), "as-timesyncctl " ATS_VERSION));
	return f;
}

/* What an interface's frames begin with is known with the first of them. */
static void describe(struct tap_file *f, u8 link)
{
	u8 block[BLOCK_MAX];

	if (f->begun)
		return;
	f->begun = true;
	put(f, block, pcapng_interface(block, sizeof(block), link == ATS_TAP_LINK_IP ?
				       PCAPNG_IP : PCAPNG_ETHERNET, ATS_TAP_FRAME, f->interface));
}

void tap_file_put(struct tap_file *f, const struct ats_tap_record *r, u64 lost)
{
	struct text comment = tap_text_stamps(r);
	struct pcapng_packet p = {
		.utc = r->sys,
		.captured = r->captured < ATS_TAP_FRAME ? r->captured : ATS_TAP_FRAME,
		.length = r->length, .frame = r->frame,
		.direction = r->direction == ATS_DIRECTION_RX ? PCAPNG_INBOUND : PCAPNG_OUTBOUND,
		.queue = r->cpu, .lost = lost - f->lost, .comment = comment.s,
	};
	u8 block[BLOCK_MAX];

	describe(f, r->link);
	put(f, block, pcapng_packet(block, sizeof(block), &p));
	if (!f->records++)
		f->begin_utc = r->sys;
	f->end_utc = r->sys;
	f->lost = lost;
}

void tap_file_flush(struct tap_file *f)
{
	if (!f->error && fflush(f->out))
		f->error = -errno;
}

int tap_file_close(struct tap_file *f, u64 lost)
{
	struct pcapng_statistics s = {
		.begin_utc = f->begin_utc, .end_utc = f->end_utc, .received = f->records,
		.lost = lost,
	};
	u8 block[BLOCK_MAX];
	int error;

	describe(f, ATS_TAP_LINK_ETHERNET);
	put(f, block, pcapng_statistics(block, sizeof(block), &s));
	tap_file_flush(f);
	if (f->out != stdout && fclose(f->out) && !f->error)
		f->error = -errno;
	error = f->error;
	free(f->interface);
	free(f);
	return error;
}
