/* SPDX-License-Identifier: GPL-2.0-only */
/* System calls without a C library: no errno, no locks, no thread-local storage. Errors come back as -E. */
#ifndef CR_SYSCALLS_H
#define CR_SYSCALLS_H

#include <asm/unistd.h>
#include <linux/errno.h>
#include <stddef.h>
#include <stdint.h>

static inline long cr_syscall(long number, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "0"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}

#define CR_SYS(number, a, b, c, d, e, f, ...) \
	cr_syscall(number, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
/* SYS(read, fd, buffer, size) */
#define SYS(name, ...) CR_SYS(__NR_##name, ##__VA_ARGS__, 0, 0, 0, 0, 0, 0)

/* The compiler may call these for structures; hidden, so that no other library's are used. */
void *memcpy(void *to, const void *from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);
size_t strlen(const char *text);

static inline int same_text(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

static inline int starts_with(const char *text, const char *prefix)
{
	while (*prefix && *text == *prefix)
		text++, prefix++;
	return !*prefix;
}

#endif
