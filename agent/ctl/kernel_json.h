/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the module answers, as JSON in seconds and ratios (as-timesyncctl(1)). */
#ifndef ATS_CTL_KERNEL_JSON_H
#define ATS_CTL_KERNEL_JSON_H

#include <jansson.h>

#include "kernel/caps.h"
#include "kernel/module_servo.h"
#include "kernel/module_tap.h"

/* The name of an interface, "#7" of one that is not there any more. */
json_t *kernel_json_interface(u32 ifindex);
json_t *kernel_json_caps(const struct kernel_caps *caps);
json_t *kernel_json_tap(const struct module_tap *t);
json_t *kernel_json_servo(const struct module_servo *s);

/*
 * Whole sections; 0, or -errno with genl_error(). What the module says it
 * cannot do (-EOPNOTSUPP) is null.
 */
int kernel_json_server(struct genl *g, json_t **out);
int kernel_json_attachments(struct genl *g, json_t **out);
int kernel_json_ptp_ports(struct genl *g, json_t **out);
int kernel_json_interfaces(struct genl *g, json_t **out);
int kernel_json_taps(struct genl *g, json_t **out);
int kernel_json_phcs(struct genl *g, json_t **out);
int kernel_json_servos(struct genl *g, json_t **out);

#endif
