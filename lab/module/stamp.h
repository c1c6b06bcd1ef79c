/* SPDX-License-Identifier: GPL-2.0-only */
/* Points in time do not travel, ages do: the kernels' tick lengths and boot times differ. */
#ifndef _TCPMIG_STAMP_H
#define _TCPMIG_STAMP_H

#include <linux/jiffies.h>
#include <net/tcp.h>

#define STAMP_AGE_MAX_MS (1 << 30)

/* Of a tcp_jiffies32 stamp. A stamp in the future (a timer's rounding) is of now. */
static inline u32 stamp_age_ms(u32 stamp)
{
	s32 age = tcp_jiffies32 - stamp;

	return age <= 0 ? 0 : min_t(u64, (u64)age * MSEC_PER_SEC / HZ, STAMP_AGE_MAX_MS);
}

static inline u32 stamp_from_age_ms(u32 age)
{
	return tcp_jiffies32 - (u32)msecs_to_jiffies(min_t(u32, age, STAMP_AGE_MAX_MS));
}

static inline u64 stamp_now_us(void)
{
	return div_u64(tcp_clock_ns(), NSEC_PER_USEC);
}

/* What a timestamp of RFC 7323 counts at that instant, in micro- or milliseconds, before a socket's own offset. */
static inline u32 stamp_ts_at(u64 now, bool usec)
{
	return usec ? now : div_u64(now, USEC_PER_SEC / TCP_TS_HZ);
}

/* Of a stamp in microseconds of TCP's clock (tp->tcp_mstamp and what is copied from it), at an instant of it. */
static inline u32 stamp_age_us_at(u64 stamp, u64 now)
{
	return now > stamp ? min_t(u64, now - stamp, U32_MAX - 1) : 0;
}

static inline u32 stamp_age_us(u64 stamp)
{
	return stamp_age_us_at(stamp, stamp_now_us());
}

/* Of one that may be 0, for none. */
static inline u32 stamp_age_us_or_never_at(u64 stamp, u64 now)
{
	return stamp ? stamp_age_us_at(stamp, now) : U32_MAX;
}

static inline u32 stamp_age_us_or_never(u64 stamp)
{
	return stamp_age_us_or_never_at(stamp, stamp_now_us());
}

/* Never 0, which some take for none: what was before this machine's start was at its start. */
static inline u64 stamp_from_age_us_at(u32 age, u64 now)
{
	return now > age ? now - age : 1;
}

static inline u64 stamp_from_age_us(u32 age)
{
	return stamp_from_age_us_at(age, stamp_now_us());
}

static inline u64 stamp_from_age_us_or_never(u32 age)
{
	return age == U32_MAX ? 0 : stamp_from_age_us(age);
}

/* Until a point in jiffies; one that has passed is now. */
static inline u32 stamp_left_ms(unsigned long end)
{
	long left = end - jiffies;

	return left <= 0 ? 0 : min_t(u64, jiffies_to_msecs(left), STAMP_AGE_MAX_MS);
}

#endif
