/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values that several keys have: strings, lists of them, names of interfaces. */
#ifndef ATS_CONFIG_VALUE_H
#define ATS_CONFIG_VALUE_H

#include "config_table.h"

int config_no_memory(struct config_loader *l, const config_setting_t *s);
/* Room for one more element; *room is what is allocated. */
int config_grow(struct config_loader *l, const config_setting_t *s, void *array, size_t element,
		unsigned int n, unsigned int *room, unsigned int max);
/* A copy of @v takes the place of *to. */
int config_set_string(struct config_loader *l, const config_setting_t *s, const char *v,
		      char **to);

/* A list of strings made in one go. */
struct config_list {
	char **v;
	unsigned int n, room, max;
	bool (*valid)(const char *s);
	const char *want;
};

/* For config_strings(); @obj is a struct config_list. */
int config_add_string(struct config_loader *l, const config_setting_t *s, const char *text,
		      void *obj);

struct config_acl {
	struct config_net **net;
	unsigned int *n, *room;
};

/* The keys "allow" and "deny": networks to the end of the ACL. */
int config_nets(struct config_loader *l, const config_setting_t *s, bool allow,
		const struct config_acl *acl);

bool config_interface_valid(const char *s);
int config_interfaces(struct config_loader *l, const config_setting_t *s, char ***v,
		      unsigned int *n);

#endif
