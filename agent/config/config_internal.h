/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files of agent/config only. */
#ifndef ATS_CONFIG_INTERNAL_H
#define ATS_CONFIG_INTERNAL_H

#include <libconfig.h>

#include "config.h"

enum {
	CONFIG_FILE_MAX = 1 << 20,	/* octets of one file */
	CONFIG_TEXT_MAX = 4 << 20,	/* octets of all files together */
	CONFIG_FILES_MAX = 64,
	CONFIG_INCLUDE_DEPTH = 8,
	CONFIG_NESTING_MAX = 16,
	CONFIG_SOURCES_MAX = 1024,
	CONFIG_ACL_MAX = 4096,
	CONFIG_BIND_MAX = 16,
	CONFIG_INTERFACES_MAX = 64,
	CONFIG_PTP_MAX = 256,		/* ports */
	CONFIG_TRANSMITTERS_MAX = 64,	/* of a port */
	CONFIG_NAME_MAX = 253,		/* of a host, RFC 1035 */
	CONFIG_PATH_MAX = 4096,
};

/* Where the message about the first mistake goes. */
struct config_error {
	char *buf;
	size_t len;
};

/* All files spliced into one text, and where each line came from. */
struct config_text {
	char *buf;
	size_t len, size;
	char *file[CONFIG_FILES_MAX];
	unsigned int nfile;
	struct config_span {		/* lines from @flat on are @file:@line... */
		unsigned int flat, file, line;
	} *span;
	unsigned int nspan;
	unsigned int lines;		/* complete lines in buf */
	unsigned char digest[32];
};

int config_text_read(struct config_text *t, const char *path, const struct config_error *e);
void config_text_free(struct config_text *t);
const char *config_text_where(const struct config_text *t, unsigned int flat, int *line);

struct config_loader {
	struct config_text text;
	struct config_error err;
	struct config cfg;
	/* simple form; applied to the sources at the end */
	int mode;			/* enum config_mode */
	int min_poll, max_poll;
	int port;			/* -1: not given */
	double max_offset_ns, slew_threshold_ns;	/* negative: not given */
	bool simple_ptp;		/* protocol = "ptp" */
	unsigned int source_room, acl_room, ptp_room, ptp_acl_room;
};

enum config_mode { CONFIG_MODE_NONE = -1, CONFIG_MODE_CLIENT, CONFIG_MODE_SERVER };

/* Write "file:line: key: ..." and return -EINVAL. */
int config_fail_at(const struct config_error *e, const char *file, int line, const char *key,
		   const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* The same for a setting; @key NULL: its path. */
int config_fail(struct config_loader *l, const config_setting_t *s, const char *key,
		const char *fmt, ...) __attribute__((format(printf, 4, 5)));

int config_keys_root(struct config_loader *l, const config_setting_t *root);

/* config_net.c: @why gets "what is wrong; what would be right" */
int config_net_parse(const char *s, struct config_net *net, char *why, size_t len);
int config_host_check(const char *s, bool *literal, char *why, size_t len);
bool config_address_valid(const char *s);

#endif
