/* SPDX-License-Identifier: GPL-2.0-only */
/* The scalars of a state: what goes over the wire, in which range, and where it is in struct tcpmig_state. */
#ifndef _TCPMIG_FIELDS_H
#define _TCPMIG_FIELDS_H

#include "state.h"

/* Always there, of all but a listening socket, or with a group that another kernel, congestion control, family or
 * state does not have. */
enum tcpmig_field_kind { ALWAYS, CONNECTION, SCALING_RATIO, MWND, USEC_TS, CUBIC, BBR, V6, WAITING, LISTENER, SHARE };

struct tcpmig_field {
	u16 attr;
	u16 offset;
	u8 type;        /* NLA_U8 .. NLA_U64, NLA_S32, NLA_BINARY of exactly `size` */
	u8 size;
	u8 kind;        /* ALWAYS, or the optional group it belongs to */
	s64 min, max;   /* both inclusive; not looked at for NLA_U64 and NLA_BINARY */
};

extern const struct tcpmig_field tcpmig_fields[];
extern const unsigned int tcpmig_fields_count;

#endif
