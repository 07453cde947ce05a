// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/address.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <nettle/md5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct sockaddr_in *v4(const struct sockaddr *sa)
{
	return (const struct sockaddr_in *)sa;
}

static const struct sockaddr_in6 *v6(const struct sockaddr *sa)
{
	return (const struct sockaddr_in6 *)sa;
}

void address_text(const struct sockaddr *sa, char text[ADDRESS_TEXT_LEN])
{
	size_t len;

	text[0] = '\0';
	if (sa->sa_family == AF_INET) {
		inet_ntop(AF_INET, &v4(sa)->sin_addr, text, ADDRESS_TEXT_LEN);
	} else if (sa->sa_family == AF_INET6) {
		inet_ntop(AF_INET6, &v6(sa)->sin6_addr, text, ADDRESS_TEXT_LEN);
		len = strlen(text);
		if (v6(sa)->sin6_scope_id)
			snprintf(text + len, ADDRESS_TEXT_LEN - len, "%%%u", v6(sa)->sin6_scope_id);
	}
}

static bool parse_scope(const char *scope, u32 *out)
{
	char *end;
	unsigned long n = strtoul(scope, &end, 10);

	if (scope[0] && !*end)
		*out = n <= UINT32_MAX ? (u32)n : 0;
	else
		*out = if_nametoindex(scope);
	return *out != 0;
}

bool address_parse(const char *text, u16 port, struct sockaddr_storage *out)
{
	struct sockaddr_in *s4 = (struct sockaddr_in *)out;
	struct sockaddr_in6 *s6 = (struct sockaddr_in6 *)out;
	const char *scope = strchr(text, '%');
	size_t len = scope ? (size_t)(scope - text) : strlen(text);
	char plain[INET6_ADDRSTRLEN];

	memset(out, 0, sizeof(*out));
	if (inet_pton(AF_INET, text, &s4->sin_addr) == 1) {
		s4->sin_family = AF_INET;
		s4->sin_port = htons(port);
		return true;
	}
	if (len >= sizeof(plain))
		return false;
	memcpy(plain, text, len);
	plain[len] = '\0';
	memset(out, 0, sizeof(*out));
	if (inet_pton(AF_INET6, plain, &s6->sin6_addr) != 1 ||
	    (scope && !parse_scope(scope + 1, &s6->sin6_scope_id)))
		return false;
	s6->sin6_family = AF_INET6;
	s6->sin6_port = htons(port);
	return true;
}

u16 address_port(const struct sockaddr *sa)
{
	return ntohs(sa->sa_family == AF_INET ? v4(sa)->sin_port : v6(sa)->sin6_port);
}

void address_set_port(struct sockaddr *sa, u16 port)
{
	if (sa->sa_family == AF_INET)
		((struct sockaddr_in *)sa)->sin_port = htons(port);
	else if (sa->sa_family == AF_INET6)
		((struct sockaddr_in6 *)sa)->sin6_port = htons(port);
}

bool address_equal(const struct sockaddr *a, const struct sockaddr *b)
{
	if (a->sa_family != b->sa_family || address_port(a) != address_port(b))
		return false;
	if (a->sa_family == AF_INET)
		return v4(a)->sin_addr.s_addr == v4(b)->sin_addr.s_addr;
	return !memcmp(&v6(a)->sin6_addr, &v6(b)->sin6_addr, sizeof(struct in6_addr)) &&
	       v6(a)->sin6_scope_id == v6(b)->sin6_scope_id;
}

static bool near_v4(u32 a)
{
	return a >> 24 == 127 || a >> 24 == 10 || a >> 20 == 0xac1 || a >> 16 == 0xc0a8 ||
	       a >> 16 == 0xa9fe;
}

bool address_is_near(const struct sockaddr *sa)
{
	const struct in6_addr *a = &v6(sa)->sin6_addr;
	u32 mapped;

	if (sa->sa_family == AF_INET)
		return near_v4(ntohl(v4(sa)->sin_addr.s_addr));
	if (IN6_IS_ADDR_V4MAPPED(a)) {
		memcpy(&mapped, &a->s6_addr[12], sizeof(mapped));
		return near_v4(ntohl(mapped));
	}
	return IN6_IS_ADDR_LOOPBACK(a) || IN6_IS_ADDR_LINKLOCAL(a) || (a->s6_addr[0] & 0xfe) == 0xfc;
}

u32 address_refid(const struct sockaddr *sa)
{
	u8 md[MD5_DIGEST_SIZE];
	struct md5_ctx md5;

	if (sa->sa_family == AF_INET)
		return ntohl(v4(sa)->sin_addr.s_addr);
	md5_init(&md5);
	md5_update(&md5, sizeof(struct in6_addr), v6(sa)->sin6_addr.s6_addr);
	md5_digest(&md5, sizeof(md), md);
	return (u32)md[0] << 24 | (u32)md[1] << 16 | (u32)md[2] << 8 | md[3];
}

static bool is_loopback(const struct sockaddr *sa)
{
	if (sa->sa_family == AF_INET)
		return ntohl(v4(sa)->sin_addr.s_addr) >> 24 == 127;
	return IN6_IS_ADDR_LOOPBACK(&v6(sa)->sin6_addr);
}

bool address_is_loop(const struct sockaddr *local, u8 stratum, u32 refid)
{
	if (local->sa_family != AF_INET && local->sa_family != AF_INET6)
		return false;
	/* a primary server's reference is no address */
	return stratum > 1 && !is_loopback(local) && refid == address_refid(local);
}
