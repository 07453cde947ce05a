/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PTP in the configuration: entries of "sources" and of "serve_ptp". */
#ifndef ATS_CONFIG_PTP_H
#define ATS_CONFIG_PTP_H

#include "config_table.h"

/* An entry { protocol = "ptp"; ... } of "sources" */
int config_ptp_source(struct config_loader *l, const config_setting_t *s);
/* "serve_ptp": one group or a list of them */
int config_ptp_serve(struct config_loader *l, const config_setting_t *s, void *obj);
/* "ptp_management" */
int config_ptp_manage(struct config_loader *l, const config_setting_t *s, void *obj);
/* "smpte" of such an entry */
int config_smpte(struct config_loader *l, const config_setting_t *s, struct ptp_smpte_config *c);
/* protocol = "ptp" of the simple form: what the servers and interfaces of it mean */
int config_ptp_simple(struct config_loader *l, const config_setting_t *root);
/* By CONFIG_PTP_*, NULL at the end */
extern const char *const config_ptp_desired[];
/* Do all the entries go together? Those of one port become one. */
int config_ptp_finish(struct config_loader *l);
void config_ptp_free(struct config_ptp *p);

#endif
