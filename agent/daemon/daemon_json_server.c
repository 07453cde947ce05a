// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/daemon_private.h"

json_t *daemon_json_serverstats(const struct daemon *d)
{
	json_t *o = json_object();

	json_object_set_new(o, "enabled", json_false());
	return o;
}

json_t *daemon_json_clients(const struct daemon *d, unsigned int start, unsigned int limit)
{
	json_t *o = json_object();

	json_object_set_new(o, "total", json_integer(0));
	json_object_set_new(o, "next", json_null());
	json_object_set_new(o, "clients", json_array());
	return o;
}
